#pragma once
// LogDirectory: all partition logs of one disk (kafka.log.LogManager): opens them at start, makes and removes them,
// writes the checkpoints. A value: the logs are shared between copies until written.
//
//   at start: marker .kafka_cleanshutdown read and removed -> checkpoints read -> each "topic-partition" directory
//   opened at a clean stop: every log closed -> checkpoints -> marker
//
// A directory whose partition.metadata is missing or damaged is set aside: create() of that partition takes up its log.
// "-delete" directories of the last process are named in the report: finish_removal(). Other names are left alone,
// "-stray" ones too. __cluster_metadata-0 belongs to the quorum and is not opened here.
//
// What is deleted keeps its files, under another name, for file.delete.delay.ms: remove_due_files() at next_removal().
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cow.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/log/file_removals.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

// The directory as a broker tells of it (log.dirs): paths on its disk are relative to it.
inline constexpr std::string_view log_directory_path = "/var/lib/kafka/data";

class LogDirectory {
 public:
  using Logs = std::map<TopicIdPartition, Cow<UnifiedLog>>;

  struct Loaded {
    TopicIdPartition id;
    LogLoadReport report;
    Offset high_watermark;  // from the checkpoint, held between log start and log end
  };
  struct OpenReport {
    CleanShutdown clean{};
    std::optional<BrokerEpoch>
        previous_broker_epoch;  // from the marker: BrokerRegistration's PreviousBrokerEpoch (KIP-966)
    std::vector<Loaded> logs;
    std::vector<Error> problems;       // what was passed over, and where
    std::vector<std::string> leaving;  // directories on their way out
  };
  struct Opened;
  // `config_of` gives the settings that a topic has at that moment: by its name.
  [[nodiscard]] static DiskResult<Opened> open(Disk& disk,
                                               const std::function<LogConfig(const TopicPartition&)>& config_of,
                                               Timestamp now);

  [[nodiscard]] const Logs& logs() const { return logs_; }
  [[nodiscard]] const UnifiedLog* find(const TopicIdPartition& id) const;  // null if there is none
  [[nodiscard]] UnifiedLog* edit(const TopicIdPartition& id);              // null if there is none; unshares that log

  // The log of a new partition, or of one whose directory had been set aside. `exists` if another topic id holds the
  // name: remove that one first.
  [[nodiscard]] DiskResult<UnifiedLog*> create(const TopicIdPartition& id, const TopicPartition& name,
                                               const LogConfig& config, Timestamp now, Disk& disk);
  // Renames the directory to "topic-partition.<topic id>-delete"; it is removed with all in it when that is `due`.
  // Nothing happens if there is none.
  [[nodiscard]] DiskResult<void> remove(const TopicIdPartition& id, Instant due, Disk& disk);
  // Renames the directory to "topic-partition.<topic id>-stray", and leaves it to the operator. Nothing happens if there
  // is none.
  [[nodiscard]] DiskResult<void> set_aside(const TopicIdPartition& id, Disk& disk);
  void finish_removal(std::string directory, Instant due) { removals_.add_directory(due, std::move(directory)); }

  // UnifiedLog::delete_old_segments() of a log that is there; its files go after the log's file.delete.delay.ms.
  [[nodiscard]] DiskResult<RetentionResult> delete_old_segments(const TopicIdPartition& id, Instant now, Timestamp wall,
                                                                std::size_t most, Disk& disk);
  [[nodiscard]] std::optional<Instant> next_removal() const { return removals_.next_due(); }
  // One replica's directory, or the segments that one call of delete_old_segments() took.
  [[nodiscard]] DiskResult<void> remove_due_files(Instant now, Disk& disk) {
    return removals_.remove_one_due(now, disk);
  }

  [[nodiscard]] DiskResult<void> write_recovery_points(Disk& disk) const;
  [[nodiscard]] DiskResult<void> write_high_watermarks(Disk& disk) const;
  [[nodiscard]] DiskResult<void> write_log_start_offsets(Disk& disk) const;
  // Flushes and closes every log, writes the checkpoints and the marker. The value is of no use afterwards.
  [[nodiscard]] DiskResult<void> close_cleanly(std::optional<BrokerEpoch> broker_epoch, Disk& disk);

 private:
  // The new name.
  [[nodiscard]] DiskResult<std::string> move_out(Logs::iterator log, std::string_view suffix, Disk& disk);

  Logs logs_;
  FileRemovals removals_;
};

struct LogDirectory::Opened {
  LogDirectory directory;
  OpenReport report;
};

}  // namespace kafkasim
