#include "core/log/cleaning_pass.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/check.hpp"
#include "core/log/cleaned_batch.hpp"
#include "core/log/log_files.hpp"

namespace kafkasim {

CleaningPass::CleaningPass(const UnifiedLog& log, Offset first_dirty, Offset first_uncleanable, Timestamp now,
                           const CleanerLimits& limits)
    : first_dirty_{first_dirty},
      first_uncleanable_{first_uncleanable},
      end_{first_dirty},
      now_{now},
      limits_{limits},
      legacy_{log.config().legacy},
      truncations_{log.truncations()},
      map_{limits.map_bytes} {
  for (const LogSegment& segment : log.segments()) {
    if (segment.base_offset() < first_uncleanable) sources_.push_back({segment.base_offset(), segment.log_file()});
  }
  // The first dirty segment is the last one that begins at or below the first dirty offset.
  const auto behind = std::ranges::upper_bound(sources_, first_dirty, {}, &Source::base);
  next_source_ = behind == sources_.begin() ? 0 : static_cast<std::size_t>(behind - sources_.begin()) - 1;
}

const LogSegment* CleaningPass::source(const UnifiedLog& log, Offset base) const {
  const auto known = std::ranges::find(sources_, base, &Source::base);
  const auto segment = std::ranges::find(log.segments(), base, &LogSegment::base_offset);
  if (known == sources_.end() || segment == log.segments().end() || segment->log_file() != known->file) return nullptr;
  return &*segment;
}

DiskResult<CleaningPass::Slice> CleaningPass::step(UnifiedLog& log, Disk& disk) {
  if (log.truncations() != truncations_) return give_up(Progress::aborted, log, disk);
  DiskResult<Slice> slice = phase_ == Phase::mapping ? map_slice(log, disk) : copy_slice(log, disk);
  if (!slice || slice->progress == Progress::working || slice->progress == Progress::done) return slice;
  return give_up(slice->progress, log, disk);
}

DiskResult<CleaningPass::Slice> CleaningPass::give_up(Progress why, const UnifiedLog& log, Disk& disk) {
  if (DiskResult<void> done = abandon(log, disk); !done) return tl::unexpected(done.error());
  return Slice{why, 0};
}

DiskResult<void> CleaningPass::abandon(const UnifiedLog& log, Disk& disk) {
  if (!cleaned_) return {};
  const Offset base = cleaned_->base_offset();
  cleaned_->close(disk);
  cleaned_.reset();
  return LogSegment::remove_files(disk, log.directory(), base, cleaned_suffix);
}

// ---- mapping ----------------------------------------------------------------------------------------

DiskResult<CleaningPass::Slice> CleaningPass::map_slice(const UnifiedLog& log, const Disk& disk) {
  if (next_source_ == sources_.size()) {
    finish_mapping(log);
    return Slice{groups_.empty() ? Progress::done : Progress::working, 0};
  }
  const LogSegment* segment = source(log, sources_[next_source_].base);
  if (segment == nullptr) return Slice{Progress::aborted, 0};
  if (!position_) {
    auto aborted =
        log.aborted_transactions(std::max(first_dirty_, segment->base_offset()), segment->next_offset(), disk);
    if (!aborted) return tl::unexpected(aborted.error());
    transactions_.add_aborted(aborted->transactions);
    const auto start = segment->find(disk, first_dirty_);
    if (!start) return tl::unexpected(start.error());
    position_ = *start ? (*start)->position : segment->size_bytes();
  }
  BatchScanner scan{disk, segment->log_file(), *position_, segment->size_bytes(), limits_.buffer_bytes};
  Slice slice;
  while (slice.bytes < limits_.buffer_bytes) {
    const ScannedBatch* found = scan.next();
    if (found == nullptr) break;
    slice.bytes += found->batch.size_bytes();
    const Mapped mapped = map_batch(found->batch);
    if (mapped == Mapped::unreadable) return Slice{Progress::unreadable, slice.bytes};
    if (mapped == Mapped::full) {
      next_source_ = sources_.size();
      return slice;
    }
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  if (scan.damage()) {
    problem_ = "no batch at byte " + std::to_string(scan.position()) + " of the segment at offset "
               + std::to_string(segment->base_offset().value);
    return Slice{Progress::unreadable, slice.bytes};
  }
  position_ = scan.position();
  if (*position_ == segment->size_bytes()) {
    ++next_source_;
    position_.reset();
    // Offsets may be missing at the end of the segment.
    const Offset next = next_source_ < sources_.size() ? sources_[next_source_].base : first_uncleanable_;
    if (!legacy_.has(Legacy::cleaner_gap_loop)) map_.reached(next.plus(-1));
  }
  return slice;
}

CleaningPass::Mapped CleaningPass::map_batch(const RecordBatch& batch) {
  const std::uint64_t slots =
      map_.slots() / 1'000'000 * static_cast<std::uint64_t>(limits_.load_factor_millionths)
      + map_.slots() % 1'000'000 * static_cast<std::uint64_t>(limits_.load_factor_millionths) / 1'000'000;
  if (batch.is_control()) {
    const auto marker = transactions_.on_control_batch(batch);
    if (!marker) return (void)cannot_read(marker.error()), Mapped::unreadable;
  } else if (transactions_.on_data_batch(batch) == CleanedTransactions::Data::keep) {
    RecordReader reader{batch};
    Record record;
    while (reader.next(record)) {
      if (!record.key || record.offset < first_dirty_) continue;
      if (map_.size() >= slots) return Mapped::full;
      map_.put(*record.key, record.offset);
    }
    if (reader.error()) return (void)cannot_read(*reader.error()), Mapped::unreadable;
  }
  if (batch.last_offset() >= first_dirty_) map_.reached(batch.last_offset());
  return Mapped::all;
}

void CleaningPass::finish_mapping(const UnifiedLog& log) {
  phase_ = Phase::copying;
  position_.reset();
  transactions_ = CleanedTransactions{};
  if (!map_.latest() || map_.latest()->next() <= first_dirty_) return;  // not even one batch fits the map
  end_ = map_.latest()->next();
  std::vector<SegmentSize> sizes;
  for (const LogSegment& segment : log.segments()) {
    if (segment.base_offset() >= end_) break;
    sizes.push_back({segment.base_offset(), segment.size_bytes(),
                     segment.offset_index().count() * OffsetIndex::entry_size,
                     segment.time_index().count() * TimeIndex::entry_size});
    stats_.bytes_before += segment.size_bytes();
  }
  groups_ = group(sizes, static_cast<std::uint64_t>(log.config().segment_bytes),
                  static_cast<std::uint64_t>(log.config().segment_index_bytes), first_uncleanable_);
}

std::vector<std::vector<Offset>> CleaningPass::group(const std::vector<SegmentSize>& segments,
                                                     std::uint64_t max_log_bytes, std::uint64_t max_index_bytes,
                                                     Offset end) {
  std::vector<std::vector<Offset>> groups;
  SegmentSize sum;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentSize& segment = segments[i];
    // An empty segment says nothing of offsets; otherwise one would be left every 2^31 of them.
    const Offset behind = i + 1 < segments.size() ? segments[i + 1].base : end;
    const bool joins =
        !groups.empty() && sum.log_bytes + segment.log_bytes <= max_log_bytes
        && sum.index_bytes + segment.index_bytes <= max_index_bytes
        && sum.time_index_bytes + segment.time_index_bytes <= max_index_bytes
        && (segment.log_bytes == 0 || behind - groups.back().front() - 1 <= std::numeric_limits<std::int32_t>::max());
    if (!joins) {
      groups.emplace_back();
      sum = {};
    }
    groups.back().push_back(segment.base);
    sum.log_bytes += segment.log_bytes;
    sum.index_bytes += segment.index_bytes;
    sum.time_index_bytes += segment.time_index_bytes;
  }
  return groups;
}

// ---- copying ----------------------------------------------------------------------------------------

DiskResult<CleaningPass::Slice> CleaningPass::copy_slice(UnifiedLog& log, Disk& disk) {
  for (const Offset base : groups_[group_]) {
    if (source(log, base) == nullptr) return Slice{Progress::aborted, 0};
  }
  DiskResult<void> done;
  if (!cleaned_) done = open_group(log, disk);
  if (!done) return tl::unexpected(done.error());
  if (in_group_ == groups_[group_].size()) {
    done = finish_group(log, disk);
    if (!done) return tl::unexpected(done.error());
    return Slice{group_ == groups_.size() ? Progress::done : Progress::working, 0};
  }
  const LogSegment& from = *source(log, groups_[group_][in_group_]);
  if (!position_) done = begin_segment(log, from, disk);
  if (!done) return tl::unexpected(done.error());
  BatchScanner scan{disk, from.log_file(), *position_, from.size_bytes(), limits_.buffer_bytes};
  std::vector<RecordBatch> kept;
  Slice slice;
  while (slice.bytes < limits_.buffer_bytes) {
    const ScannedBatch* found = scan.next();
    if (found == nullptr) break;
    slice.bytes += found->batch.size_bytes();
    Kept one = filter(found->batch, log.config().delete_retention_ms);
    if (!one.readable) return Slice{Progress::unreadable, slice.bytes};
    if (one.aborted) done = cleaned_->append_aborted(disk, *one.aborted);
    if (!done) return tl::unexpected(done.error());
    if (one.batch) kept.push_back(std::move(*one.batch));
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  if (scan.damage()) {
    problem_ = "no batch at byte " + std::to_string(scan.position()) + " of the segment at offset "
               + std::to_string(from.base_offset().value);
    return Slice{Progress::unreadable, slice.bytes};
  }
  done = cleaned_->append(disk, kept, log.config().index_interval_bytes);
  if (!done) return tl::unexpected(done.error());
  for (const RecordBatch& batch : kept) slice.bytes += batch.size_bytes();
  position_ = scan.position();
  if (*position_ == from.size_bytes()) {
    ++in_group_;
    position_.reset();
  }
  return slice;
}

DiskResult<void> CleaningPass::open_group(const UnifiedLog& log, Disk& disk) {
  const Offset base = groups_[group_].front();
  DiskResult<void> done = LogSegment::remove_files(disk, log.directory(), base, cleaned_suffix);
  if (!done) return done;
  DiskResult<LogSegment> opened = LogSegment::open(disk, log.directory(), base, log.config(), now_, cleaned_suffix);
  if (!opened) return tl::unexpected(opened.error());
  cleaned_ = std::move(*opened);
  last_records_ = log.last_records_of_producers();
  return {};
}

DiskResult<void> CleaningPass::begin_segment(const UnifiedLog& log, const LogSegment& from, const Disk& disk) {
  const std::vector<Offset>& bases = groups_[group_];
  const Offset upper = in_group_ + 1 < bases.size() ? bases[in_group_ + 1] : from.next_offset();
  const auto aborted = log.aborted_transactions(from.base_offset(), upper, disk);
  if (!aborted) return tl::unexpected(aborted.error());
  transactions_.add_aborted(aborted->transactions);
  position_ = 0;
  return {};
}

DiskResult<void> CleaningPass::finish_group(UnifiedLog& log, Disk& disk) {
  DiskResult<void> done = cleaned_->on_become_inactive(disk);
  cleaned_->mark_unsynced();
  if (done) done = cleaned_->sync(disk);
  if (!done) return done;
  stats_.bytes_after += cleaned_->size_bytes();
  LogSegment made = std::move(*cleaned_);
  cleaned_.reset();
  done = log.replace_segments(std::move(made), groups_[group_], disk);
  ++group_;
  in_group_ = 0;
  return done;
}

// ---- what stays of a batch --------------------------------------------------------------------------

CleaningPass::Kept CleaningPass::cannot_read(const Error& error) {
  problem_ = error.message + " (" + error.place + ")";
  return {.readable = false};
}

bool CleaningPass::is_last_of_producer(const RecordBatch& batch) const {
  if (!batch.has_producer()) return false;
  const auto last = last_records_.find(ProducerId{batch.header.producer_id});
  if (last == last_records_.end()) return false;
  // Its last sequence is known by the last data batch; without one the marker alone knows the epoch, which fences.
  if (last->second.data_offset) return batch.last_offset() == *last->second.data_offset;
  return batch.is_control() && last->second.epoch == ProducerEpoch{batch.header.producer_epoch};
}

CleaningPass::Kept CleaningPass::filter(const RecordBatch& batch, std::int64_t delete_retention_ms) {
  bool removable = false;
  std::optional<AbortedTransaction> aborted;
  if (batch.is_control()) {
    const auto marker = transactions_.on_control_batch(batch);
    if (!marker) return cannot_read(marker.error());
    removable = marker->removable;
    aborted = marker->aborted;
  } else {
    removable = transactions_.on_data_batch(batch) == CleanedTransactions::Data::aborted;
  }
  const std::optional<Timestamp> horizon = delete_horizon(batch);
  const bool stands_for_producer = is_last_of_producer(batch) && !legacy_.has(Legacy::cleaner_drops_last_batch);
  const Verdict verdict{.drop_records = removable && (!batch.is_control() || (horizon && *horizon <= now_)),
                        .keep_empty = stands_for_producer || batch.next_offset() == first_uncleanable_,
                        .stamp = removable && batch.is_control()};
  if (verdict.drop_records && !verdict.keep_empty) {
    stats_.records_read += static_cast<std::uint64_t>(batch.header.records_count);
    return {.aborted = aborted};
  }
  Kept kept = keep_records(batch, verdict, delete_retention_ms);
  kept.aborted = aborted;
  return kept;
}

CleaningPass::Kept CleaningPass::keep_records(const RecordBatch& batch, Verdict verdict,
                                              std::int64_t delete_retention_ms) {
  RecordReader reader{batch};
  std::vector<Record> records;
  Record record;
  bool all = true;
  while (reader.next(record)) {
    ++stats_.records_read;
    if (verdict.drop_records || !keeps(batch, record)) {
      all = false;
      continue;
    }
    verdict.stamp = verdict.stamp || !record.value;
    records.push_back(std::move(record));
  }
  if (reader.error()) return cannot_read(*reader.error());
  stats_.records_kept += records.size();
  if (records.empty()) {
    if (!verdict.keep_empty) return {};
    return {.batch = emptied_batch(batch)};
  }
  std::optional<Timestamp> horizon = delete_horizon(batch);
  // As if it were counted from when the file was written last.
  if (verdict.stamp && legacy_.has(Legacy::tombstone_horizon_by_mtime)) horizon.reset();
  if (all && (horizon || !verdict.stamp)) return {.batch = batch};
  if (verdict.stamp && !horizon) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    horizon = Timestamp{now_.value > most - delete_retention_ms ? most : now_.value + delete_retention_ms};
  }
  Result<RecordBatch> made = rebuilt_batch(batch, records, horizon);
  if (!made) return cannot_read(made.error());
  return {.batch = std::move(*made)};
}

bool CleaningPass::keeps(const RecordBatch& batch, const Record& record) {
  if (batch.is_control() || record.offset >= end_) return true;
  if (!record.key) {
    ++stats_.records_without_key;
    return false;
  }
  const std::optional<Offset> latest = map_.get(*record.key);
  if (latest && record.offset < *latest) return false;
  const std::optional<Timestamp> horizon = delete_horizon(batch);
  return record.value || !horizon || now_ < *horizon;
}

}  // namespace kafkasim
