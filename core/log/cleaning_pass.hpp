#pragma once
// CleaningPass: compacts one log once (kafka.log.Cleaner), in slices of one I/O buffer each, between which anything may
// happen to the log. A copyable value.
//
//   mapping   the dirty section is read: which offset is the last of each key? It ends early when the map is full
//      |
//   copying   all segments from the log's beginning to the end of what was mapped, in groups that fit one segment: what
//      |      stays is copied into NAME.log.cleaned, which takes their place when its group is read
//   done      end() is the first offset that is dirty now
//   Where the log is truncated, or a segment of the pass deleted or replaced: aborted, what was begun is removed.
//   Where a batch does not decode: unreadable, likewise.
//
// What stays of a batch:  the last record of each key, and all that was not mapped; a tombstone until its delete horizon;
// no record of an aborted transaction and none without key. A marker goes after its delete horizon, which it gets when
// no batch of its transaction is left. An empty batch stays where it is the last of an active producer, or of the range.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/log/cleaned_transactions.hpp"
#include "core/log/offset_map.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

struct CleanerLimits {
  std::uint64_t map_bytes{134'217'728};          // log.cleaner.dedupe.buffer.size
  std::int64_t load_factor_millionths{900'000};  // how full the map may get: log.cleaner.io.buffer.load.factor
  std::uint64_t buffer_bytes{262'144};           // read at a time: half of log.cleaner.io.buffer.size
};

class CleaningPass {
 public:
  struct Stats {
    std::uint64_t bytes_before{};  // of the segments cleaned
    std::uint64_t bytes_after{};
    std::uint64_t records_read{};
    std::uint64_t records_kept{};
    std::uint64_t records_without_key{};  // seen while copying: dropped
  };
  // Of a log with dirty offsets [first_dirty, first_uncleanable); the latter is the base of a segment.
  CleaningPass(const UnifiedLog& log, Offset first_dirty, Offset first_uncleanable, Timestamp now,
               const CleanerLimits& limits);

  enum class Progress : std::uint8_t { working, done, aborted, unreadable };
  struct Slice {
    Progress progress{};
    std::uint64_t bytes{};  // read and written in this slice
  };
  // After anything but `working` the pass is over.
  [[nodiscard]] DiskResult<Slice> step(UnifiedLog& log, Disk& disk);
  // Removes what was begun; the pass is over.
  [[nodiscard]] DiskResult<void> abandon(const UnifiedLog& log, Disk& disk);

  [[nodiscard]] bool is_copying() const { return phase_ == Phase::copying; }
  [[nodiscard]] Offset begin() const { return first_dirty_; }
  [[nodiscard]] Offset bound() const { return first_uncleanable_; }  // no batch at or above it is touched
  [[nodiscard]] Offset end() const { return end_; }
  [[nodiscard]] const Stats& stats() const { return stats_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // of unreadable

  // Groups of neighbours whose logs and indexes fit one segment, and whose offsets fit its 31 bits. `end` bounds the
  // offsets of the last segment.
  struct SegmentSize {
    Offset base;
    std::uint64_t log_bytes{};
    std::uint64_t index_bytes{};
    std::uint64_t time_index_bytes{};
  };
  [[nodiscard]] static std::vector<std::vector<Offset>> group(const std::vector<SegmentSize>& segments,
                                                              std::uint64_t max_log_bytes,
                                                              std::uint64_t max_index_bytes, Offset end);

 private:
  enum class Phase : std::uint8_t { mapping, copying };
  struct Source {
    Offset base;
    FileId file;
  };
  [[nodiscard]] const LogSegment* source(const UnifiedLog& log, Offset base) const;  // null: it is not there any more
  [[nodiscard]] DiskResult<Slice> map_slice(const UnifiedLog& log, const Disk& disk);
  enum class Mapped : std::uint8_t { all, full, unreadable };
  [[nodiscard]] Mapped map_batch(const RecordBatch& batch);
  void finish_mapping(const UnifiedLog& log);
  [[nodiscard]] DiskResult<Slice> copy_slice(UnifiedLog& log, Disk& disk);
  [[nodiscard]] DiskResult<void> open_group(const UnifiedLog& log, Disk& disk);
  [[nodiscard]] DiskResult<void> begin_segment(const UnifiedLog& log, const LogSegment& from, const Disk& disk);
  [[nodiscard]] DiskResult<void> finish_group(UnifiedLog& log, Disk& disk);
  struct Kept {
    bool readable{true};
    std::optional<RecordBatch> batch{};
    std::optional<AbortedTransaction> aborted{};
  };
  [[nodiscard]] Kept filter(const RecordBatch& batch, std::int64_t delete_retention_ms);
  struct Verdict {
    bool drop_records{};  // none of them stays
    bool keep_empty{};    // the batch stays without any
    bool stamp{};         // it gets a delete horizon, if it has none
  };
  [[nodiscard]] Kept keep_records(const RecordBatch& batch, Verdict verdict, std::int64_t delete_retention_ms);
  [[nodiscard]] bool keeps(const RecordBatch& batch, const Record& record);
  [[nodiscard]] bool is_last_of_producer(const RecordBatch& batch) const;
  [[nodiscard]] Kept cannot_read(const Error& error);
  [[nodiscard]] DiskResult<Slice> give_up(Progress why, const UnifiedLog& log, Disk& disk);

  Offset first_dirty_;
  Offset first_uncleanable_;
  Offset end_;
  Timestamp now_;
  CleanerLimits limits_;
  LegacyBehaviours legacy_;
  std::uint64_t truncations_;
  Phase phase_{Phase::mapping};
  OffsetMap map_;
  CleanedTransactions transactions_;
  std::vector<Source> sources_;            // all segments below first_uncleanable_
  std::size_t next_source_{0};             // mapping: into sources_
  std::optional<std::uint64_t> position_;  // in the segment at hand; absent: not begun
  std::vector<std::vector<Offset>> groups_;
  std::size_t group_{0};
  std::size_t in_group_{0};
  std::optional<LogSegment> cleaned_;
  std::map<ProducerId, UnifiedLog::LastRecord> last_records_;
  Stats stats_;
  std::string problem_;
};

}  // namespace kafkasim
