#pragma once
// The three indexes of a segment, each walked beside the batches of the log: batch() for every batch in order, then end().
#include <cstdint>
#include <optional>
#include <string>

#include "core/log/offset_index.hpp"
#include "core/log/time_index.hpp"
#include "core/log/transaction_index.hpp"
#include "core/record/record_batch.hpp"
#include "sim/logtool/files.hpp"
#include "sim/logtool/verify.hpp"

namespace kafkasim::sim::logtool {

// Was the segment read to its end?
enum class Reached : std::uint8_t { end, damage };

// An index file that may be missing, and what it says of itself.
class IndexWalk {
 public:
  IndexWalk(Disk& disk, std::string path, std::size_t entry_size, Zeros zeros, const Report& report);
  ~IndexWalk();
  IndexWalk(const IndexWalk&) = delete;
  IndexWalk& operator=(const IndexWalk&) = delete;

  [[nodiscard]] bool exists() const { return entries_.has_value(); }
  [[nodiscard]] std::optional<ByteSpan> next();
  [[nodiscard]] std::uint64_t position() const { return entries_->position(); }
  void finish();  // tells what is wrong behind the last entry
  void tell(std::optional<std::uint64_t> position, std::string reason) const;

 private:
  Disk* disk_;
  std::string path_;
  const Report* report_;
  std::optional<EntryReader> entries_;
  bool finished_{false};
};

class OffsetIndexCheck {
 public:
  OffsetIndexCheck(Disk& disk, const std::string& path, Offset base, const Report& report);
  void batch(std::uint64_t position, const RecordBatch& batch);
  void end(std::uint64_t log_size, Reached reached);

 private:
  struct Entry {
    OffsetPosition entry;
    std::uint64_t at{};
    bool begun{false};  // the batch that it points at has been seen
  };
  void advance();
  [[nodiscard]] std::optional<Entry> read();

  IndexWalk walk_;
  Offset base_;
  std::optional<OffsetPosition> last_;
  std::optional<Entry> current_;
  std::optional<Entry> ahead_;
};

class TimeIndexCheck {
 public:
  TimeIndexCheck(Disk& disk, const std::string& path, Offset base, const Report& report);
  void batch(const RecordBatch& batch);
  void end(Reached reached);

 private:
  void advance();

  IndexWalk walk_;
  Offset base_;
  std::optional<TimestampOffset> last_;
  std::optional<TimestampOffset> current_;
  std::uint64_t at_{0};
  std::optional<Timestamp> largest_;  // of the batches so far
};

class TransactionIndexCheck {
 public:
  // Transactions that begin below `known_from` cannot be known from the log.
  TransactionIndexCheck(Disk& disk, const std::string& path, Offset known_from, const Report& report);
  // The log no longer tells where transactions began, nor of those that left no record.
  void log_is_compacted() { known_from_ = Offset{INT64_MAX}; }
  // The log has a marker that aborts this one.
  void aborted(const AbortedTransaction& transaction);
  void end(Reached reached);

 private:
  void advance();
  void tell_extra();

  IndexWalk walk_;
  Offset known_from_;
  std::optional<AbortedTransaction> current_;
  std::uint64_t at_{0};
};

}  // namespace kafkasim::sim::logtool
