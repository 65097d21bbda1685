#include "sim/logtool/index_checks.hpp"

#include <algorithm>
#include <utility>

namespace kafkasim::sim::logtool {

namespace {

std::string number(Offset offset) { return std::to_string(offset.value); }
std::string number(Timestamp timestamp) { return std::to_string(timestamp.value); }

Offset absolute(Offset base, std::int32_t relative) {
  return base.value > INT64_MAX - INT32_MAX ? base : base.plus(relative);
}

}  // namespace

// ---- any of them ------------------------------------------------------------------------------------

IndexWalk::IndexWalk(Disk& disk, std::string path, std::size_t entry_size, Zeros zeros, const Report& report)
    : disk_{&disk}, path_{std::move(path)}, report_{&report} {
  if (!disk.exists(path_)) return;
  DiskResult<EntryReader> entries = EntryReader::open(disk, path_, entry_size, zeros);
  if (entries) {
    entries_ = std::move(*entries);
  } else {
    tell(std::nullopt, "cannot be read");
  }
}

IndexWalk::~IndexWalk() {
  if (entries_) entries_->close(*disk_);
}

std::optional<ByteSpan> IndexWalk::next() { return entries_ ? entries_->next(*disk_) : std::nullopt; }

void IndexWalk::finish() {
  if (!entries_ || std::exchange(finished_, true)) return;
  if (const auto rest = entries_->rest(*disk_)) tell(rest->position, rest->reason);
}

void IndexWalk::tell(std::optional<std::uint64_t> position, std::string reason) const {
  (*report_)({path_, position, std::move(reason)});
}

// ---- offset index -----------------------------------------------------------------------------------

OffsetIndexCheck::OffsetIndexCheck(Disk& disk, const std::string& path, Offset base, const Report& report)
    : walk_{disk, path, OffsetIndex::entry_size, Zeros::end_it, report}, base_{base} {
  if (!disk.exists(path)) walk_.tell(std::nullopt, "is missing");
  current_ = read();
  ahead_ = read();
}

std::optional<OffsetIndexCheck::Entry> OffsetIndexCheck::read() {
  while (const auto bytes = walk_.next()) {
    ByteReader in{*bytes};
    const std::int32_t relative = in.i32();
    const std::int32_t position = in.i32();
    if (relative < 0 || position < 0) {
      walk_.tell(walk_.position(), "the entry has a negative number");
      continue;
    }
    const OffsetPosition entry{absolute(base_, relative), static_cast<std::uint64_t>(position)};
    if (last_ && (entry.offset <= last_->offset || entry.position <= last_->position)) {
      walk_.tell(walk_.position(), "the entry of offset " + number(entry.offset) + " at " + std::to_string(position)
                                       + " is not above the one before it");
      continue;
    }
    last_ = entry;
    return Entry{entry, walk_.position()};
  }
  return std::nullopt;
}

void OffsetIndexCheck::advance() {
  current_ = ahead_;
  ahead_ = read();
}

void OffsetIndexCheck::batch(std::uint64_t position, const RecordBatch& batch) {
  while (current_) {
    const OffsetPosition& entry = current_->entry;
    const bool overtaken = current_->begun && ahead_ && ahead_->entry.position <= position;
    if (!current_->begun && entry.position < position) {
      walk_.tell(current_->at, "the entry of offset " + number(entry.offset) + " points at byte "
                                   + std::to_string(entry.position) + ", where no batch begins");
    } else if (overtaken || (current_->begun && entry.offset < batch.last_offset())) {
      walk_.tell(current_->at,
                 "no batch at byte " + std::to_string(entry.position) + " ends with offset " + number(entry.offset));
    } else if (entry.position > position) {
      return;
    } else if (entry.offset < batch.last_offset()) {
      walk_.tell(current_->at, "the entry says offset " + number(entry.offset) + ", but the batch at byte "
                                   + std::to_string(position) + " ends with " + number(batch.last_offset()));
    } else if (entry.offset > batch.last_offset()) {
      current_->begun = true;
      return;
    }
    advance();
  }
}

void OffsetIndexCheck::end(std::uint64_t log_size, Reached reached) {
  for (; current_ && reached == Reached::end; advance()) {
    const OffsetPosition& entry = current_->entry;
    walk_.tell(current_->at,
               current_->begun || entry.position < log_size
                   ? "no batch at byte " + std::to_string(entry.position) + " ends with offset " + number(entry.offset)
                   : "the entry of offset " + number(entry.offset) + " points at byte " + std::to_string(entry.position)
                         + ", beyond the end of the log");
  }
  while (current_) advance();
  walk_.finish();
}

// ---- time index -------------------------------------------------------------------------------------

TimeIndexCheck::TimeIndexCheck(Disk& disk, const std::string& path, Offset base, const Report& report)
    : walk_{disk, path, TimeIndex::entry_size, Zeros::end_it, report}, base_{base} {
  if (!disk.exists(path)) walk_.tell(std::nullopt, "is missing");
  advance();
}

void TimeIndexCheck::advance() {
  current_.reset();
  while (const auto bytes = walk_.next()) {
    ByteReader in{*bytes};
    const Timestamp timestamp{in.i64()};
    const std::int32_t relative = in.i32();
    const TimestampOffset entry{timestamp, absolute(base_, relative)};
    at_ = walk_.position();
    if (relative < 0) {
      walk_.tell(at_, "the entry has a negative offset");
    } else if (last_ && (entry.timestamp <= last_->timestamp || entry.offset < last_->offset)) {
      walk_.tell(at_, "the entry of timestamp " + number(timestamp) + " and offset " + number(entry.offset)
                          + " is not above the one before it");
    } else {
      last_ = entry;
      current_ = entry;
      return;
    }
  }
}

void TimeIndexCheck::batch(const RecordBatch& batch) {
  const Timestamp newest{batch.header.max_timestamp};
  while (current_ && current_->offset <= batch.last_offset()) {
    if (current_->offset < batch.base_offset()) {
      walk_.tell(at_, "no batch holds offset " + number(current_->offset));
    } else if (current_->timestamp != newest) {
      walk_.tell(at_, "the entry says timestamp " + number(current_->timestamp)
                          + ", but the largest in the batch of offset " + number(current_->offset) + " is "
                          + number(newest));
    } else if (largest_ && *largest_ > current_->timestamp) {
      walk_.tell(
          at_, "a record before offset " + number(current_->offset) + " has the larger timestamp " + number(*largest_));
    }
    advance();
  }
  largest_ = std::max(largest_.value_or(newest), newest);
}

void TimeIndexCheck::end(Reached reached) {
  for (; current_; advance()) {
    if (reached == Reached::end)
      walk_.tell(at_, "the entry names offset " + number(current_->offset) + ", beyond the end of the segment");
  }
  walk_.finish();
}

// ---- transaction index ------------------------------------------------------------------------------

TransactionIndexCheck::TransactionIndexCheck(Disk& disk, const std::string& path, Offset known_from,
                                             const Report& report)
    : walk_{disk, path, TransactionIndex::entry_size, Zeros::are_damage, report}, known_from_{known_from} {
  advance();
}

void TransactionIndexCheck::advance() {
  current_.reset();
  while (const auto bytes = walk_.next()) {
    ByteReader in{*bytes};
    at_ = walk_.position();
    if (const std::int16_t version = in.i16(); version != 0) {
      walk_.tell(at_, "the entry has the unknown version " + std::to_string(version));
      continue;
    }
    const ProducerId producer{in.i64()};
    const Offset first{in.i64()};
    const Offset last{in.i64()};
    current_ = AbortedTransaction{producer, first, last, Offset{in.i64()}};
    return;
  }
}

void TransactionIndexCheck::tell_extra() {
  if (current_->first < known_from_) return;
  walk_.tell(at_, "the log has no aborted transaction of producer " + std::to_string(current_->producer.value)
                      + " that ends at offset " + number(current_->last));
}

void TransactionIndexCheck::aborted(const AbortedTransaction& transaction) {
  for (; current_ && current_->last < transaction.last; advance()) tell_extra();
  if (!current_ || current_->last > transaction.last) {
    walk_.tell(std::nullopt, "lacks the aborted transaction of producer " + std::to_string(transaction.producer.value)
                                 + " at offsets " + number(transaction.first) + " to " + number(transaction.last));
    return;
  }
  const bool known = current_->first >= known_from_;  // else it began before the log does
  const bool lso_known = known_from_ == Offset{0};
  if (current_->producer != transaction.producer || (known && current_->first != transaction.first)
      || (lso_known && current_->last_stable != transaction.last_stable)) {
    walk_.tell(at_, "the entry of the transaction that ends at offset " + number(current_->last) + " says producer "
                        + std::to_string(current_->producer.value) + ", first offset " + number(current_->first)
                        + ", last stable offset " + number(current_->last_stable) + "; the log says "
                        + std::to_string(transaction.producer.value) + ", " + number(transaction.first) + ", "
                        + number(transaction.last_stable));
  }
  advance();
}

void TransactionIndexCheck::end(Reached reached) {
  for (; current_; advance()) {
    if (reached == Reached::end) tell_extra();
  }
  walk_.finish();
}

}  // namespace kafkasim::sim::logtool
