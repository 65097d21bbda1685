#pragma once
// CleanerManager: which log the cleaner takes next, from where to where, and what it remembers of each over restarts
// (kafka.log.LogCleanerManager): cleaner-offset-checkpoint holds the first dirty offset of every log that was ever
// cleaned.
//
//   a log may be cleaned from   its checkpoint; the log start where that is missing, below it, or beyond the log end
//                     up to     the first segment, whole segments only, that is the active one, or holds the last stable
//                               offset, or has a timestamp younger than min.compaction.lag.ms, or holds anything that
//                               is not yet durable (the cleaner leaves gaps in the offsets: below the recovery point
//                               nobody takes them for lost batches)
//     is cleaned when           dirty bytes / (clean + dirty bytes) is above min.cleanable.dirty.ratio, or the first batch
//                               of a dirty segment is older than max.compaction.lag.ms. The dirtiest comes first
//
// Kafka's threads pause and abort each other; here a pass is given up within the step that truncates, deletes or
// reconfigures its log, so that there is nothing to wait for.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/log/checkpoint_files.hpp"
#include "core/log/log_directory.hpp"

namespace kafkasim {

inline constexpr std::string_view cleaner_checkpoint = "cleaner-offset-checkpoint";

struct CleanableOffsets {
  Offset first_dirty;
  Offset first_uncleanable;      // at or above first_dirty
  bool checkpoint_wrong{false};  // it does not lie in the log
  friend bool operator==(const CleanableOffsets&, const CleanableOffsets&) = default;
};
[[nodiscard]] CleanableOffsets cleanable_offsets(const UnifiedLog& log, std::optional<Offset> checkpoint,
                                                 Timestamp now);

struct LogToClean {
  TopicIdPartition id;
  Offset first_dirty;
  Offset first_uncleanable;  // the base of a segment
  std::uint64_t clean_bytes{};
  std::uint64_t dirty_bytes{};
  bool overdue{false};  // by max.compaction.lag.ms
  [[nodiscard]] Ratio dirty_ratio() const;
};
// What a pass over this log would be; absent if the log has no bytes to look at.
[[nodiscard]] std::optional<LogToClean> log_to_clean(const TopicIdPartition& id, const UnifiedLog& log,
                                                     const CleanableOffsets& offsets, Timestamp now);

class CleanerManager {
 public:
  // Reads the checkpoint; one that does not parse is as good as none.
  [[nodiscard]] DiskResult<void> load(Disk& disk);
  // The dirtiest of the logs that are to be cleaned; absent if there is none. Corrects checkpoints that are wrong.
  [[nodiscard]] DiskResult<std::optional<LogToClean>> dirtiest(const LogDirectory::Logs& logs, Timestamp now,
                                                               Disk& disk);
  // A pass has come to its end: the log is dirty from `first_dirty` on. Logs that are not there any more are forgotten.
  [[nodiscard]] DiskResult<void> cleaned(const TopicPartition& partition, Offset first_dirty,
                                         const LogDirectory::Logs& logs, Disk& disk);
  // The log ends at `end` now: what is appended behind it has never been cleaned.
  [[nodiscard]] DiskResult<void> truncated(const TopicPartition& partition, Offset end, Disk& disk);
  [[nodiscard]] DiskResult<void> removed(const TopicPartition& partition, Disk& disk);
  // An error that cleaning it again would only repeat: it is left alone until it is removed or the broker restarts.
  void mark_uncleanable(const TopicPartition& partition) { uncleanable_.insert(partition); }
  [[nodiscard]] const std::set<TopicPartition>& uncleanable() const { return uncleanable_; }
  [[nodiscard]] const OffsetCheckpoint& checkpoints() const { return checkpoints_; }
  [[nodiscard]] std::optional<Offset> checkpoint(const TopicPartition& partition) const;

 private:
  [[nodiscard]] DiskResult<void> write(Disk& disk) const;

  OffsetCheckpoint checkpoints_;
  std::set<TopicPartition> uncleanable_;
};

}  // namespace kafkasim
