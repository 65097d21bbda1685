#include "core/log/transaction_index.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t current_version = 0;

// Absent for a version that is not known.
std::optional<AbortedTransaction> decode(ByteSpan entry) {
  ByteReader in{entry};
  if (in.i16() != current_version) return std::nullopt;
  AbortedTransaction transaction;
  transaction.producer = ProducerId{in.i64()};
  transaction.first = Offset{in.i64()};
  transaction.last = Offset{in.i64()};
  transaction.last_stable = Offset{in.i64()};
  return transaction;
}

std::vector<std::byte> encode(const AbortedTransaction& transaction) {
  ByteWriter out;
  out.reserve(TransactionIndex::entry_size);
  out.i16(current_version);
  out.i64(transaction.producer.value);
  out.i64(transaction.first.value);
  out.i64(transaction.last.value);
  out.i64(transaction.last_stable.value);
  return out.take();
}

}  // namespace

DiskResult<TransactionIndex> TransactionIndex::open(Disk& disk, std::string path, Offset base) {
  TransactionIndex index;
  index.path_ = std::move(path);
  index.base_ = base;
  if (!disk.exists(index.path_)) return index;
  DiskResult<IndexFile> file = IndexFile::open(disk, index.path_, entry_size);
  if (!file) return tl::unexpected(file.error());
  index.file_ = *file;
  const DiskResult<Found> found = index.all(disk);
  if (!found) return tl::unexpected(found.error());
  if (!found->transactions.empty()) index.last_ = found->transactions.back().last;
  return index;
}

void TransactionIndex::close(Disk& disk) {
  if (file_) file_->close(disk);
}

DiskResult<void> TransactionIndex::append(Disk& disk, const AbortedTransaction& transaction) {
  KAFKASIM_CHECK(!last_ || transaction.last > *last_, "aborted transactions end in order");
  if (!file_) {
    DiskResult<IndexFile> file = IndexFile::open(disk, path_, entry_size);
    if (!file) return tl::unexpected(file.error());
    file_ = *file;
  }
  DiskResult<void> done = file_->append(disk, encode(transaction));
  if (done) last_ = transaction.last;
  return done;
}

DiskResult<TransactionIndex::Found> TransactionIndex::all(const Disk& disk) const {
  Found found;
  if (count() == 0) return found;
  const auto bytes = file_->read(disk, 0, file_->count());
  if (!bytes) return tl::unexpected(bytes.error());
  for (std::size_t at = 0; at < bytes->size(); at += entry_size) {
    const auto entry = decode(ByteSpan{*bytes}.subspan(at, entry_size));
    found.readable = entry.has_value();
    if (!entry) break;
    found.transactions.push_back(*entry);
  }
  return found;
}

DiskResult<TransactionIndex::Found> TransactionIndex::collect(const Disk& disk, Offset from, Offset upper) const {
  DiskResult<Found> every = all(disk);
  if (!every) return every;
  Found found;
  found.readable = every->readable;
  for (const AbortedTransaction& transaction : every->transactions) {
    if (transaction.last >= from && transaction.first < upper) found.transactions.push_back(transaction);
    // What ends later began at or above that last stable offset: beyond what is asked for.
    found.complete = transaction.last_stable >= upper;
    if (found.complete) break;
  }
  return found;
}

DiskResult<void> TransactionIndex::truncate_to(Disk& disk, Offset offset) {
  if (!file_) return {};
  const DiskResult<Found> found = all(disk);
  if (!found) return tl::unexpected(found.error());
  const std::vector<AbortedTransaction>& every = found->transactions;
  const auto first_cut =
      std::find_if(every.begin(), every.end(), [offset](const auto& entry) { return entry.last >= offset; });
  last_.reset();
  if (first_cut != every.begin()) last_ = std::prev(first_cut)->last;
  return file_->truncate(disk, static_cast<std::uint64_t>(first_cut - every.begin()));
}

DiskResult<void> TransactionIndex::reset(Disk& disk) {
  last_.reset();
  return file_ ? file_->truncate(disk, 0) : DiskResult<void>{};
}

DiskResult<bool> TransactionIndex::is_sane(const Disk& disk, Offset end) const {
  if (!file_) return true;
  if (file_->has_odd_size()) return false;
  const DiskResult<Found> found = all(disk);
  if (!found) return tl::unexpected(found.error());
  Offset least = base_;
  for (const AbortedTransaction& transaction : found->transactions) {
    if (transaction.last < least || transaction.last >= end || transaction.first > transaction.last) return false;
    least = transaction.last.next();
  }
  return found->readable;
}

std::optional<FileId> TransactionIndex::file() const {
  if (!file_) return std::nullopt;
  return file_->file();
}

DiskResult<void> TransactionIndex::sync(Disk& disk) { return file_ ? file_->sync(disk) : DiskResult<void>{}; }

void TransactionIndex::mark_synced() {
  if (file_) file_->mark_synced();
}

void TransactionIndex::mark_dirty() {
  if (file_) file_->mark_dirty();
}

}  // namespace kafkasim
