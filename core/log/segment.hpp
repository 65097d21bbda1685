#pragma once
// LogSegment: a file of batches and its indexes, from a base offset on. Only the last segment of a log grows.
//
// Invariant: `size` bytes of whole batches with rising offsets, the first at or above `base`; each offset fits the base
// plus 31 bits. After a disk error a segment may no longer agree with its files: its owner takes the log out of
// service.
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/log/batch_scanner.hpp"
#include "core/log/log_config.hpp"
#include "core/log/offset_index.hpp"
#include "core/log/time_index.hpp"
#include "core/log/transaction_index.hpp"

namespace kafkasim {

enum class MinOneBatch : std::uint8_t { no, yes };

struct BatchPosition {  // where a batch stands
  std::uint64_t position{};
  std::uint64_t size{};
  Offset last_offset;
};

class LogSegment {
 public:
  // Opens the segment's files, or makes them. Reads no batch: next_offset() is `base` until recover() or load_end().
  // `second` is a suffix behind that of each file: ".cleaned".
  [[nodiscard]] static DiskResult<LogSegment> open(Disk& disk, const std::string& directory, Offset base,
                                                   const LogConfig& config, Timestamp now,
                                                   std::string_view second = {});
  void close(Disk& disk);
  [[nodiscard]] static DiskResult<void> remove_files(Disk& disk, const std::string& directory, Offset base,
                                                     std::string_view second = {});
  // Renames the files of a segment from one second suffix to another, the log last and each for good: where the log has
  // its new name, so have all of its indexes, whenever the power fails.
  [[nodiscard]] static DiskResult<void> rename_files(Disk& disk, const std::string& directory, Offset base,
                                                     std::string_view from, std::string_view to);
  // Its files have lost their second suffix.
  void has_final_names(const std::string& directory);
  // Those of a segment's files that exist, the log first: without it the others are nothing.
  [[nodiscard]] static std::vector<std::string> files(const Disk& disk, const std::string& directory, Offset base,
                                                      std::string_view second = {});

  [[nodiscard]] Offset base_offset() const { return base_; }
  // After the last batch, or where truncation left it above that: compaction took what was between. The base of a new segment.
  [[nodiscard]] Offset next_offset() const { return next_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_; }
  [[nodiscard]] std::optional<TimestampOffset> largest_timestamp() const {
    return largest_;
  }  // and the last offset of its batch
  [[nodiscard]] std::optional<Timestamp> first_timestamp() const {
    return first_timestamp_;
  }                                                  // largest of the first batch
  [[nodiscard]] bool can_hold(Offset offset) const;  // relative to the base, it fits 31 bits

  // What retention.ms goes by: the largest timestamp of its records, or if they have none when it was last appended to,
  // as far as this process knows.
  [[nodiscard]] Timestamp age_timestamp() const {
    return largest_ && largest_->timestamp >= Timestamp{0} ? largest_->timestamp : touched_;
  }
  void touch(Timestamp now) { touched_ = now; }

  // Roll rules, before an append of `bytes` up to `last` with records up to `largest`.
  [[nodiscard]] bool should_roll(const LogConfig& config, std::uint64_t bytes, Timestamp largest, Offset last,
                                 Timestamp now, std::int64_t jitter_ms) const;

  // Batches with rising offsets, all at or above next_offset() and below base + 2^31. One write.
  [[nodiscard]] DiskResult<void> append(Disk& disk, std::span<const RecordBatch> batches,
                                        std::int64_t index_interval_bytes);

  struct ReadLimits {
    std::uint64_t max_bytes{};
    Offset below;  // batches whose last offset is below this
    MinOneBatch min_one{};
  };
  struct Read {
    std::vector<RecordBatch> batches;
    bool found{false};         // the segment has a batch at or above `from`
    bool damaged{false};       // bytes at rest have changed: no batch can be made out there
    std::uint64_t position{};  // of the first of `batches`
  };
  // Batches from the one that holds `from`, or the first after it.
  [[nodiscard]] DiskResult<Read> read(const Disk& disk, Offset from, const ReadLimits& limits) const;

  // An offset that is above all that stands in [position, position + bytes), and not much: by the index. Absent near
  // the end of the segment.
  [[nodiscard]] DiskResult<std::optional<Offset>> upper_bound(const Disk& disk, std::uint64_t position,
                                                              std::uint64_t bytes) const {
    return offset_index_.upper_bound(disk, position + bytes);
  }

  // The first batch whose last offset is at or above `offset`.
  [[nodiscard]] DiskResult<std::optional<BatchPosition>> find(const Disk& disk, Offset offset) const;
  // The first record at or after `timestamp`, at or above `from`: its own timestamp and offset.
  [[nodiscard]] DiskResult<std::optional<TimestampOffset>> find_timestamp(const Disk& disk, Timestamp timestamp,
                                                                          Offset from) const;

  // The marker of an aborted transaction has been appended to this segment.
  [[nodiscard]] DiskResult<void> append_aborted(Disk& disk, const AbortedTransaction& transaction) {
    return transaction_index_.append(disk, transaction);
  }

  // Cuts off every batch that ends at or above `offset`. Returns the bytes cut.
  [[nodiscard]] DiskResult<std::uint64_t> truncate_to(Disk& disk, Offset offset, Timestamp now);

  // After a clean shutdown, or below the recovery point: finds the end by the last index entry. False if an index is
  // missing or contradicts the log, or the end is no batch: recover() then.
  [[nodiscard]] DiskResult<bool> load_end(Disk& disk);
  // Reads every batch, checks CRC and order, cuts at the first bad one and rebuilds the indexes. `seen` hears of each
  // good batch; whether a transaction of the transaction index ends there only it can say. Returns the bytes cut.
  using Seen = std::function<DiskResult<void>(const RecordBatch&)>;
  [[nodiscard]] DiskResult<std::uint64_t> recover(Disk& disk, std::int64_t index_interval_bytes, const Seen& seen);

  // The segment takes no more appends: closing entry of the time index.
  [[nodiscard]] DiskResult<void> on_become_inactive(Disk& disk);
  [[nodiscard]] DiskResult<void> sync(Disk& disk);
  // Files written since they were last synced.
  [[nodiscard]] std::vector<FileId> dirty_files() const;
  void mark_synced();
  // What an earlier process did to the files may not have been synced.
  void mark_unsynced();
  [[nodiscard]] bool is_dirty() const {
    return dirty_ || offset_index_.file().dirty() || time_index_.file().dirty() || transaction_index_.dirty();
  }

  [[nodiscard]] const OffsetIndex& offset_index() const { return offset_index_; }
  [[nodiscard]] const TimeIndex& time_index() const { return time_index_; }
  [[nodiscard]] const TransactionIndex& transaction_index() const { return transaction_index_; }
  [[nodiscard]] FileId log_file() const { return file_; }

 private:
  static constexpr std::size_t remembered = 8;
  struct HeldEntries {  // of both indexes, not written yet
    IndexFile::Held offsets{};
    IndexFile::Held times{};
  };
  [[nodiscard]] DiskResult<void> note_batch(Disk& disk, const BatchHeader& batch, std::uint64_t position,
                                            std::int64_t index_interval_bytes, HeldEntries* held = nullptr);
  void remember(Offset last, std::uint64_t position);
  [[nodiscard]] DiskResult<std::uint64_t> start_of_search(const Disk& disk, Offset offset) const;
  // Where the last index entry points to, if the batch that it names is there.
  [[nodiscard]] DiskResult<std::optional<std::uint64_t>> trusted_position(const Disk& disk,
                                                                          const OffsetPosition& entry) const;
  // next_, largest_ and the recent batches, from the files. False at damage.
  [[nodiscard]] DiskResult<bool> read_tail(Disk& disk);

  Offset base_;
  Offset next_;
  FileId file_;
  std::uint64_t size_{0};
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  TransactionIndex transaction_index_;
  std::uint64_t bytes_since_index_{0};
  std::optional<TimestampOffset> largest_;
  std::optional<Timestamp> first_timestamp_;  // of the first batch: the largest in it
  Timestamp created_;
  Timestamp touched_;
  bool dirty_{false};
  bool index_was_missing_{false};
  // The newest batches: most reads are of the end, and need no index then.
  std::array<OffsetPosition, remembered> recent_{};
  std::size_t recent_count_{0};
};

}  // namespace kafkasim
