#pragma once
// TransactionIndex: the aborted transactions whose marker stands in a segment (AbortedTxn, TransactionIndex; KIP-98).
// Readers with read_committed are told of them, and leave their records out.
//
//   00000000000000000042.txnindex, entries of 34 bytes: version i16 (0) | producerId i64 | firstOffset i64 |
//   lastOffset i64, the marker's | lastStableOffset i64, as of that marker
//
// Invariant: last offsets rise. The file is made when the first transaction is aborted, not before. No checksum: what
// contradicts the segment makes it be rebuilt from the log.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/log/index_file.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AbortedTransaction {
  ProducerId producer;
  Offset first;
  Offset last;
  Offset last_stable;
  friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
};

class TransactionIndex {
 public:
  static constexpr std::uint64_t entry_size = 34;

  // Opens the file if there is one.
  [[nodiscard]] static DiskResult<TransactionIndex> open(Disk& disk, std::string path, Offset base);
  void close(Disk& disk);
  void moved_to(std::string path) { path_ = std::move(path); }  // the file, or where it would be

  // The last offset must be above that of the entry before: anything else is our own bug.
  [[nodiscard]] DiskResult<void> append(Disk& disk, const AbortedTransaction& transaction);

  struct Found {
    std::vector<AbortedTransaction> transactions{};
    bool complete{false};  // no later segment can have more of them
    bool readable{true};   // false: an entry has a version that is not known
  };
  // Those that reach into [from, upper).
  [[nodiscard]] DiskResult<Found> collect(const Disk& disk, Offset from, Offset upper) const;
  [[nodiscard]] DiskResult<Found> all(const Disk& disk) const;

  // Leaves transactions whose marker is below `offset`.
  [[nodiscard]] DiskResult<void> truncate_to(Disk& disk, Offset offset);
  [[nodiscard]] DiskResult<void> reset(Disk& disk);
  // Whole entries of a known version, each ending inside [base, end), in order.
  [[nodiscard]] DiskResult<bool> is_sane(const Disk& disk, Offset end) const;

  [[nodiscard]] bool exists() const { return file_.has_value(); }
  [[nodiscard]] std::uint64_t count() const { return file_ ? file_->count() : 0; }
  [[nodiscard]] bool dirty() const { return file_ && file_->dirty(); }
  [[nodiscard]] std::optional<FileId> file() const;
  [[nodiscard]] DiskResult<void> sync(Disk& disk);
  void mark_synced();
  void mark_dirty();

 private:
  std::string path_;
  Offset base_;
  std::optional<IndexFile> file_;
  std::optional<Offset> last_;  // of the last entry
};

}  // namespace kafkasim
