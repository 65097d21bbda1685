#pragma once
// LogLoader: brings a UnifiedLog up from whatever is on the disk (org.apache.kafka.storage.internals.log.LogLoader).
//
//   1 a segment that the cleaner had finished (".swap") takes the place of those that it was made from; what it had not
//   finished (".cleaned"), files on their way out and indexes without a log are removed
//   2 segments are opened in order. After an unclean shutdown those from the recovery point on are read whole, CRC by
//   CRC; the others, and all after a
//     clean one, only if an index is missing or contradicts its log. At the first bad byte the segment is cut and all
//     later ones are removed. So are segments that overlap the one before, and, from the recovery point on and where
//     nothing is compacted, those behind a gap in the offsets.
//   3 a log that ends before its checkpointed start is emptied
//   4 leader epochs: from the checkpoint, corrected by the batches read; from all batches if the checkpoint is missing
//   or damaged
//   5 producer state: from the newest snapshot that can be trusted (after an unclean shutdown none beyond the recovery
//   point), then from the log
//
// A segment that is read whole is read once: the state of its producers goes along batch by batch, and writes the
// segment's transaction index.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/log/unified_log.hpp"

namespace kafkasim {

class LogLoader {
 public:
  LogLoader(UnifiedLog& log, Disk& disk, const LogOpenOptions& options, Timestamp now)
      : log_{log}, disk_{disk}, options_{options}, now_{now} {}
  [[nodiscard]] DiskResult<LogLoadReport> load();

 private:
  enum class Unflushed : std::uint8_t { no, yes };  // a power loss may have taken a part of it
  [[nodiscard]] DiskResult<std::vector<Offset>> sort_out_files();
  [[nodiscard]] DiskResult<bool> finish_swaps(const std::vector<std::string>& names);
  [[nodiscard]] DiskResult<void> finish_swap(Offset base, const std::vector<std::string>& names);
  [[nodiscard]] DiskResult<void> load_segments(const std::vector<Offset>& bases);
  [[nodiscard]] DiskResult<std::uint64_t> load_segment(LogSegment& segment, Unflushed unflushed);
  [[nodiscard]] bool fits_after_last(Offset base, Unflushed unflushed) const;
  [[nodiscard]] DiskResult<void> remove_segments(std::span<const Offset> bases);
  [[nodiscard]] DiskResult<void> start_empty(Offset at);
  // A segment is read whole: the producers' state at its beginning, then batch by batch.
  [[nodiscard]] DiskResult<void> bring_producers_to(const LogSegment& segment);
  [[nodiscard]] DiskResult<void> see(const RecordBatch& batch, LogSegment& segment);
  void correct_epochs(const BatchHeader& batch);
  [[nodiscard]] DiskResult<void> finish_epochs();
  [[nodiscard]] DiskResult<void> sort_out_snapshots(std::span<const Offset> bases, Offset trusted_up_to);
  [[nodiscard]] DiskResult<void> finish_producers();

  UnifiedLog& log_;
  Disk& disk_;
  LogOpenOptions options_;
  Timestamp now_;
  LogLoadReport report_;
  LeaderEpochCache loaded_epochs_;  // as the checkpoint says
  bool epochs_readable_{false};
  std::size_t segments_found_{0};
  std::size_t segments_covered_{0};  // how many of the log's segments its producer state tells of; 0 before it is begun
};

}  // namespace kafkasim
