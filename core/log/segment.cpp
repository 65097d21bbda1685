#include "core/log/segment.hpp"

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"
#include "core/record/record.hpp"

namespace kafkasim {

namespace {

Offset last_offset_of(const BatchHeader& header) { return Offset{header.base_offset + header.last_offset_delta}; }

// Large enough that system calls cost little, small enough that what is read is still in the processor's cache when its
// CRC is taken.
constexpr std::uint64_t recovery_chunk = 256 * 1024;

constexpr std::uint64_t largest_index_position = std::numeric_limits<std::int32_t>::max();

}  // namespace

DiskResult<LogSegment> LogSegment::open(Disk& disk, const std::string& directory, Offset base, const LogConfig& config,
                                        Timestamp now, std::string_view second) {
  LogSegment segment;
  segment.base_ = segment.next_ = base;
  segment.created_ = segment.touched_ = now;
  const std::string index_path = segment_path(directory, base, index_suffix, second);
  const std::string time_index_path = segment_path(directory, base, time_index_suffix, second);
  segment.index_was_missing_ = !disk.exists(index_path) || !disk.exists(time_index_path);
  const DiskResult<FileId> file =
      disk.open(segment_path(directory, base, log_suffix, second), OpenMode::create_or_existing);
  if (!file) return tl::unexpected(file.error());
  segment.file_ = *file;
  const DiskResult<std::uint64_t> size = disk.size(*file);
  if (!size) return tl::unexpected(size.error());
  segment.size_ = *size;
  DiskResult<OffsetIndex> offset_index = OffsetIndex::open(disk, index_path, base, config.segment_index_bytes);
  if (!offset_index) return tl::unexpected(offset_index.error());
  segment.offset_index_ = std::move(*offset_index);
  DiskResult<TimeIndex> time_index = TimeIndex::open(disk, time_index_path, base, config.segment_index_bytes);
  if (!time_index) return tl::unexpected(time_index.error());
  segment.time_index_ = std::move(*time_index);
  DiskResult<TransactionIndex> transaction_index =
      TransactionIndex::open(disk, segment_path(directory, base, transaction_index_suffix, second), base);
  if (!transaction_index) return tl::unexpected(transaction_index.error());
  segment.transaction_index_ = std::move(*transaction_index);
  return segment;
}

void LogSegment::close(Disk& disk) {
  disk.close(file_);
  offset_index_.close(disk);
  time_index_.close(disk);
  transaction_index_.close(disk);
}

DiskResult<void> LogSegment::remove_files(Disk& disk, const std::string& directory, Offset base,
                                          std::string_view second) {
  for (const std::string& path : files(disk, directory, base, second)) {
    if (DiskResult<void> done = disk.remove(path); !done) return done;
  }
  return {};
}

DiskResult<void> LogSegment::rename_files(Disk& disk, const std::string& directory, Offset base, std::string_view from,
                                          std::string_view to) {
  const auto rename = [&](std::string_view suffix) {
    return disk.rename(segment_path(directory, base, suffix, from), segment_path(directory, base, suffix, to));
  };
  for (const std::string_view suffix : index_suffixes) {
    if (!disk.exists(segment_path(directory, base, suffix, from))) continue;
    if (DiskResult<void> done = rename(suffix); !done) return done;
  }
  DiskResult<void> done = disk.sync_directory(directory);
  if (done) done = rename(log_suffix);
  return done ? disk.sync_directory(directory) : done;
}

void LogSegment::has_final_names(const std::string& directory) {
  transaction_index_.moved_to(segment_path(directory, base_, transaction_index_suffix));
}

std::vector<std::string> LogSegment::files(const Disk& disk, const std::string& directory, Offset base,
                                           std::string_view second) {
  std::vector<std::string> paths;
  for (const std::string_view suffix : {log_suffix, index_suffix, time_index_suffix, transaction_index_suffix}) {
    std::string path = segment_path(directory, base, suffix, second);
    if (disk.exists(path)) paths.push_back(std::move(path));
  }
  return paths;
}

bool LogSegment::can_hold(Offset offset) const {
  return offset >= base_ && offset - base_ <= std::numeric_limits<std::int32_t>::max();
}

bool LogSegment::should_roll(const LogConfig& config, std::uint64_t bytes, Timestamp largest, Offset last,
                             Timestamp now, std::int64_t jitter_ms) const {
  if (!can_hold(last)) return true;
  if (size_ == 0) return false;
  if (size_ + bytes > static_cast<std::uint64_t>(config.segment_bytes)) return true;
  if (offset_index_.is_full() || time_index_.is_full()) return true;
  const std::int64_t waited =
      first_timestamp_ && first_timestamp_->value >= 0 ? largest - *first_timestamp_ : now - created_;
  return waited > config.segment_ms - jitter_ms;
}

DiskResult<void> LogSegment::append(Disk& disk, std::span<const RecordBatch> batches,
                                    std::int64_t index_interval_bytes) {
  if (batches.empty()) return {};
  std::vector<std::byte> headers;
  headers.reserve(batches.size() * batch_header_size);
  for (const RecordBatch& batch : batches) {
    const BatchHeaderBytes header = encode_batch_header(batch.header);
    headers.insert(headers.end(), header.begin(), header.end());
  }
  const SharedBytes all_headers{std::move(headers)};
  DiskResult<void> done;
  if (batches.size() == 1) {
    const std::array<SharedBytes, 2> slices{all_headers, batches.front().body};
    done = disk.append(file_, slices);
  } else {
    std::vector<SharedBytes> slices;
    slices.reserve(2 * batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
      slices.push_back(all_headers.slice(i * batch_header_size, batch_header_size));
      slices.push_back(batches[i].body);
    }
    done = disk.append(file_, slices);
  }
  if (!done) return done;
  dirty_ = true;
  for (const RecordBatch& batch : batches) {
    KAFKASIM_CHECK(batch.base_offset() >= next_ && can_hold(batch.last_offset()));
    done = note_batch(disk, batch.header, size_, index_interval_bytes);
    if (!done) return done;
    size_ += batch.size_bytes();
  }
  return {};
}

DiskResult<void> LogSegment::note_batch(Disk& disk, const BatchHeader& batch, std::uint64_t position,
                                        std::int64_t index_interval_bytes, HeldEntries* held) {
  const Offset last = last_offset_of(batch);
  const Timestamp largest{batch.max_timestamp};
  if (!first_timestamp_) first_timestamp_ = largest;
  if (!largest_ || largest > largest_->timestamp) largest_ = TimestampOffset{largest, last};
  const bool room = !offset_index_.is_full() && !time_index_.is_full() && position <= largest_index_position;
  if (room && bytes_since_index_ > static_cast<std::uint64_t>(index_interval_bytes)) {
    DiskResult<void> done =
        offset_index_.append(disk, {last, position}, held != nullptr ? &held->offsets : nullptr);
    if (done)
      done = time_index_.maybe_append(disk, *largest_, Closing::no, held != nullptr ? &held->times : nullptr);
    if (!done) return done;
    bytes_since_index_ = 0;
  }
  bytes_since_index_ += log_overhead + static_cast<std::uint64_t>(batch.batch_length);
  next_ = last.next();
  remember(last, position);
  return {};
}

void LogSegment::remember(Offset last, std::uint64_t position) {
  if (recent_count_ == remembered) {
    std::move(recent_.begin() + 1, recent_.end(), recent_.begin());
    --recent_count_;
  }
  recent_[recent_count_++] = {last, position};
}

DiskResult<std::optional<std::uint64_t>> LogSegment::trusted_position(const Disk& disk,
                                                                      const OffsetPosition& entry) const {
  const auto header = header_at(disk, file_, entry.position, size_);
  if (!header) return tl::unexpected(header.error());
  if (!*header || last_offset_of(**header) != entry.offset) return std::nullopt;
  return entry.position;
}

DiskResult<std::uint64_t> LogSegment::start_of_search(const Disk& disk, Offset offset) const {
  const auto end = recent_.begin() + static_cast<std::ptrdiff_t>(recent_count_);
  const auto recent = std::find_if(recent_.begin(), end, [&](const OffsetPosition& at) { return at.offset >= offset; });
  if (recent != end && (recent != recent_.begin() || recent->position == 0)) return recent->position;
  const auto entry = offset_index_.lookup(disk, offset);
  if (!entry) return tl::unexpected(entry.error());
  if (!*entry) return 0;
  const auto position = trusted_position(disk, **entry);
  if (!position) return tl::unexpected(position.error());
  return position->value_or(0);
}

DiskResult<LogSegment::Read> LogSegment::read(const Disk& disk, Offset from, const ReadLimits& limits) const {
  constexpr std::uint64_t most_at_once = 1024 * 1024;
  constexpr std::uint64_t run_up = 8 * 1024;  // from the index entry to the batch
  constexpr std::size_t usual_batches = 4;    // of one who follows closely
  Read result;
  if (from >= next_) return result;
  const DiskResult<std::uint64_t> start = start_of_search(disk, from);
  if (!start) return tl::unexpected(start.error());
  BatchScanner scan{disk, file_, *start, size_, std::min(limits.max_bytes, most_at_once) + run_up};
  std::uint64_t bytes = 0;
  while (const ScannedBatch* found = scan.next()) {
    const RecordBatch& batch = found->batch;
    if (batch.last_offset() < from) continue;
    result.found = true;
    if (batch.last_offset() >= limits.below) break;
    const bool first = result.batches.empty();
    if (bytes + batch.size_bytes() > limits.max_bytes && !(first && limits.min_one == MinOneBatch::yes)) break;
    bytes += batch.size_bytes();
    if (first) {
      result.position = found->position;
      result.batches.reserve(usual_batches);
    }
    result.batches.push_back(batch);
    if (bytes >= limits.max_bytes) break;
    if (limits.max_bytes - bytes < batch.size_bytes()) {
      // The next one probably does not fit: look at its header before its body is read for nothing.
      const auto next = header_at(disk, file_, scan.position(), size_);
      if (!next) return tl::unexpected(next.error());
      const std::uint64_t room = limits.max_bytes - bytes;
      if (*next && log_overhead + static_cast<std::uint64_t>((*next)->batch_length) > room) break;
    }
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  result.damaged = scan.damage();
  return result;
}

DiskResult<std::optional<BatchPosition>> LogSegment::find(const Disk& disk, Offset offset) const {
  if (offset >= next_) return std::nullopt;
  const DiskResult<std::uint64_t> start = start_of_search(disk, offset);
  if (!start) return tl::unexpected(start.error());
  BatchScanner scan{disk, file_, *start, size_, 16 * 1024};
  while (const ScannedBatch* found = scan.next()) {
    if (found->batch.last_offset() < offset) continue;
    return BatchPosition{found->position, found->batch.size_bytes(), found->batch.last_offset()};
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  return std::nullopt;
}

DiskResult<std::optional<TimestampOffset>> LogSegment::find_timestamp(const Disk& disk, Timestamp timestamp,
                                                                      Offset from) const {
  if (!largest_ || largest_->timestamp < timestamp) return std::nullopt;
  const auto entry = time_index_.lookup(disk, timestamp);
  if (!entry) return tl::unexpected(entry.error());
  const Offset start_offset = std::max(*entry ? (*entry)->offset : base_, from);
  const DiskResult<std::uint64_t> start = start_of_search(disk, start_offset);
  if (!start) return tl::unexpected(start.error());
  BatchScanner scan{disk, file_, *start, size_};
  while (const ScannedBatch* found = scan.next()) {
    const RecordBatch& batch = found->batch;
    if (batch.header.max_timestamp < timestamp.value || batch.last_offset() < from) continue;
    RecordReader reader{batch};
    Record record;
    while (reader.next(record)) {
      if (record.timestamp >= timestamp && record.offset >= from)
        return TimestampOffset{record.timestamp, record.offset};
    }
    // Records that cannot be read: the batch begins no later than the record.
    if (reader.error())
      return TimestampOffset{Timestamp{batch.header.max_timestamp}, std::max(batch.base_offset(), from)};
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  return std::nullopt;
}

DiskResult<std::uint64_t> LogSegment::truncate_to(Disk& disk, Offset offset, Timestamp now) {
  const auto found = find(disk, offset);
  if (!found) return tl::unexpected(found.error());
  if (!*found) {  // it lies behind the last batch, or that cannot be read
    const DiskResult<bool> whole = offset < next_ ? read_tail(disk) : true;
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole || offset < next_)
      return tl::unexpected(
          DiskError{DiskErrorKind::io_error, "no batch where the segment should be cut: its bytes have changed at rest"});
    if (can_hold(offset)) next_ = offset;
    return 0;
  }
  const std::uint64_t position = (*found)->position;
  const std::uint64_t cut = size_ - position;
  const auto first_cut = header_at(disk, file_, position, size_);
  if (!first_cut) return tl::unexpected(first_cut.error());
  DiskResult<void> done = offset_index_.truncate_to(disk, offset);
  if (done) done = time_index_.truncate_to(disk, offset);
  if (done) done = transaction_index_.truncate_to(disk, offset);
  if (done) done = disk.truncate(file_, position);
  if (!done) return tl::unexpected(done.error());
  size_ = position;
  dirty_ = true;
  if (size_ == 0) created_ = now;
  const DiskResult<bool> whole = read_tail(disk);
  if (!whole) return tl::unexpected(whole.error());
  // Offsets that compaction took are not written again: a whole batch goes, offsets before it stay taken.
  if (*first_cut) next_ = std::max(next_, std::min(offset, Offset{(*first_cut)->base_offset}));
  return cut;
}

DiskResult<bool> LogSegment::read_tail(Disk& disk) {
  next_ = base_;
  largest_ = time_index_.last();
  first_timestamp_.reset();
  recent_count_ = 0;
  bytes_since_index_ = 0;
  if (size_ == 0) {
    largest_.reset();
    DiskResult<void> done = offset_index_.reset(disk);
    if (done) done = time_index_.reset(disk);
    if (!done) return tl::unexpected(done.error());
    return true;
  }
  const auto first = header_at(disk, file_, 0, size_);
  if (!first) return tl::unexpected(first.error());
  if (!*first) return false;
  first_timestamp_ = Timestamp{(*first)->max_timestamp};
  std::uint64_t from = 0;
  if (offset_index_.last()) {
    const auto position = trusted_position(disk, *offset_index_.last());
    if (!position) return tl::unexpected(position.error());
    if (!*position) return false;
    from = **position;
  }
  BatchScanner scan{disk, file_, from, size_};
  while (const ScannedBatch* found = scan.next()) {
    const RecordBatch& batch = found->batch;
    if (batch.base_offset() < next_ || !can_hold(batch.last_offset())) return false;
    next_ = batch.next_offset();
    if (!largest_ || batch.header.max_timestamp > largest_->timestamp.value) {
      largest_ = TimestampOffset{Timestamp{batch.header.max_timestamp}, batch.last_offset()};
    }
    remember(batch.last_offset(), found->position);
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  if (scan.damage()) return false;
  bytes_since_index_ = size_ - from;
  return !time_index_.last() || time_index_.last()->offset < next_;
}

DiskResult<bool> LogSegment::load_end(Disk& disk) {
  if (size_ > 0 && (index_was_missing_ || !offset_index_.is_sane(size_) || !time_index_.is_sane())) return false;
  const DiskResult<bool> whole = read_tail(disk);
  if (!whole || !*whole) return whole;
  return transaction_index_.is_sane(disk, next_);
}

DiskResult<std::uint64_t> LogSegment::recover(Disk& disk, std::int64_t index_interval_bytes, const Seen& seen) {
  const std::uint64_t whole = size_;
  DiskResult<void> done = offset_index_.reset(disk);
  if (done) done = time_index_.reset(disk);
  if (done) done = transaction_index_.reset(disk);
  if (!done) return tl::unexpected(done.error());
  next_ = base_;
  largest_.reset();
  first_timestamp_.reset();
  recent_count_ = 0;
  bytes_since_index_ = 0;
  BatchScanner scan{disk, file_, 0, whole, recovery_chunk};
  HeldEntries held;
  std::uint64_t good = 0;
  while (const ScannedBatch* found = scan.next()) {
    const RecordBatch& batch = found->batch;
    if (batch.base_offset() < next_ || !can_hold(batch.last_offset()) || !crc_matches(batch)) break;
    done = note_batch(disk, batch.header, found->position, index_interval_bytes, &held);
    if (done && seen) done = seen(batch);
    if (!done) return tl::unexpected(done.error());
    good = scan.position();
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  size_ = good;
  index_was_missing_ = false;
  mark_unsynced();
  done = offset_index_.file().write_held(disk, held.offsets);
  if (done) done = time_index_.file().write_held(disk, held.times);
  if (done && good < whole) done = disk.truncate(file_, good);
  if (done) done = on_become_inactive(disk);
  if (!done) return tl::unexpected(done.error());
  return whole - good;
}

DiskResult<void> LogSegment::on_become_inactive(Disk& disk) {
  if (!largest_) return {};
  return time_index_.maybe_append(disk, *largest_, Closing::yes);
}

DiskResult<void> LogSegment::sync(Disk& disk) {
  if (dirty_) {
    if (DiskResult<void> done = disk.sync(file_); !done) return done;
    dirty_ = false;
  }
  if (DiskResult<void> done = offset_index_.file().sync(disk); !done) return done;
  if (DiskResult<void> done = time_index_.file().sync(disk); !done) return done;
  return transaction_index_.sync(disk);
}

std::vector<FileId> LogSegment::dirty_files() const {
  std::vector<FileId> files;
  if (dirty_) files.push_back(file_);
  if (offset_index_.file().dirty()) files.push_back(offset_index_.file().file());
  if (time_index_.file().dirty()) files.push_back(time_index_.file().file());
  if (transaction_index_.dirty()) files.push_back(*transaction_index_.file());
  return files;
}

void LogSegment::mark_unsynced() {
  dirty_ = true;
  offset_index_.file().mark_dirty();
  time_index_.file().mark_dirty();
  transaction_index_.mark_dirty();
}

void LogSegment::mark_synced() {
  dirty_ = false;
  offset_index_.file().mark_synced();
  time_index_.file().mark_synced();
  transaction_index_.mark_synced();
}

}  // namespace kafkasim
