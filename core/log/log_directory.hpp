#pragma once
// LogDirectory: all partition logs of one disk (kafka.log.LogManager): opens them at start, makes and removes them,
// writes the checkpoints. A value: the logs are shared between copies until written.
//
//   at start: marker .kafka_cleanshutdown read and removed -> checkpoints read -> each "topic-partition" directory
//   opened at a clean stop: every log closed -> checkpoints -> marker
//
// A directory whose partition.metadata is missing or damaged is set aside: create() of that partition takes up its log.
// Other names are left alone, but
// "-delete" ones are removed. __cluster_metadata-0 belongs to the quorum and is not opened here.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

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
    std::vector<Error> problems;  // what was passed over, and where
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
  // Renames the directory to "topic-partition.<topic id>-delete" and removes it with all in it. Nothing happens if
  // there is none.
  [[nodiscard]] DiskResult<void> remove(const TopicIdPartition& id, Disk& disk);

  [[nodiscard]] DiskResult<void> write_recovery_points(Disk& disk) const;
  [[nodiscard]] DiskResult<void> write_high_watermarks(Disk& disk) const;
  [[nodiscard]] DiskResult<void> write_log_start_offsets(Disk& disk) const;
  // Flushes and closes every log, writes the checkpoints and the marker. The value is of no use afterwards.
  [[nodiscard]] DiskResult<void> close_cleanly(std::optional<BrokerEpoch> broker_epoch, Disk& disk);

 private:
  Logs logs_;
};

struct LogDirectory::Opened {
  LogDirectory directory;
  OpenReport report;
};

}  // namespace kafkasim
