#include "core/log/unified_log.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/log/log_files.hpp"
#include "core/log/log_loader.hpp"
#include "core/log/log_validator.hpp"

namespace kafkasim {

namespace {

std::uint64_t bytes_of(std::span<const RecordBatch> batches) {
  std::uint64_t bytes = 0;
  for (const RecordBatch& batch : batches) bytes += batch.size_bytes();
  return bytes;
}

// How many batches from the front go into one segment together: at most a segment's bytes, and offsets that fit its 31
// bits.
std::size_t run_length(std::span<const RecordBatch> batches, std::int64_t segment_bytes) {
  std::size_t count = 1;
  std::uint64_t bytes = batches.front().size_bytes();
  for (; count < batches.size(); ++count) {
    bytes += batches[count].size_bytes();
    if (bytes > static_cast<std::uint64_t>(segment_bytes)) break;
    if (batches[count].last_offset() - batches.front().base_offset() > std::numeric_limits<std::int32_t>::max()) break;
  }
  return count;
}

// Kafka draws the jitter of each segment; here it follows from the segment's name, so that it moves no random stream.
std::int64_t jitter_of(const std::string& directory, Offset base, const LogConfig& config) {
  if (config.segment_jitter_ms <= 0) return 0;
  RunningHash hash;
  hash.add(std::string_view{directory});
  hash.add(base.value);
  return static_cast<std::int64_t>(hash.value() % static_cast<std::uint64_t>(config.segment_jitter_ms));
}

}  // namespace

DiskResult<UnifiedLog::Opened> UnifiedLog::open(Disk& disk, std::string directory, TopicPartition partition,
                                                const LogConfig& config, const LogOpenOptions& options, Timestamp now) {
  UnifiedLog log;
  log.directory_ = std::move(directory);
  log.partition_ = std::move(partition);
  log.config_ = config;
  LogLoader loader{log, disk, options, now};
  const DiskResult<LogLoadReport> report = loader.load();
  if (!report) return tl::unexpected(report.error());
  return Opened{std::move(log), *report};
}

// ---- appends ----------------------------------------------------------------------------------------

DiskResult<LogAppendResult> UnifiedLog::append_as_leader(std::vector<RecordBatch> batches, LeaderEpoch epoch,
                                                         Timestamp wall, Disk& disk, AppendOrigin origin,
                                                         std::optional<VerificationGuard> guard) {
  KAFKASIM_CHECK(origin != AppendOrigin::replication);
  LogAppendResult result;
  Validation validation = validate_and_stamp(batches, origin, {log_end_offset(), epoch, wall}, config_);
  result.error = validation.error;
  result.record_errors = std::move(validation.record_errors);
  result.error_message = std::move(validation.message);
  if (result.error == ErrorCode::none && bytes_of(batches) > static_cast<std::uint64_t>(config_.segment_bytes)) {
    result.error = ErrorCode::record_list_too_large;
  }
  if (result.error != ErrorCode::none) return result;
  return append(std::move(batches), origin, guard, wall, disk);
}

DiskResult<LogAppendResult> UnifiedLog::append_as_follower(std::vector<RecordBatch> batches, LeaderEpoch leader_epoch,
                                                           Timestamp wall, Disk& disk) {
  LogAppendResult result;
  Offset next = log_end_offset();
  std::size_t taken = 0;
  for (const RecordBatch& batch : batches) {
    if (batch.leader_epoch() > leader_epoch) break;
    result.error = check_integrity(batch);
    if (result.error == ErrorCode::none && batch.base_offset() < next) {
      result.error = taken == 0 ? ErrorCode::offset_out_of_range : ErrorCode::invalid_record;
    }
    if (result.error != ErrorCode::none) return result;
    next = batch.next_offset();
    ++taken;
  }
  batches.resize(taken);
  return append(std::move(batches), AppendOrigin::replication, std::nullopt, wall, disk);
}

DiskResult<LogAppendResult> UnifiedLog::append(std::vector<RecordBatch> batches, AppendOrigin origin,
                                               std::optional<VerificationGuard> guard, Timestamp wall, Disk& disk) {
  LogAppendResult result;
  result.first = log_end_offset();
  result.last = log_end_offset().plus(-1);
  if (batches.empty()) return result;
  const ProducerState::Verdict verdict =
      producers_.check(batches, origin, {&verifications_, guard, config_.require_verification});
  result.error = verdict.error;
  if (verdict.error != ErrorCode::none) return result;
  if (verdict.duplicate) {
    result.duplicate = true;
    result.first = verdict.duplicate->first_offset();
    result.last = verdict.duplicate->last_offset;
    if (config_.timestamp_type == TimestampType::append) result.log_append_time = verdict.duplicate->timestamp;
    return result;
  }
  for (const RecordBatch& batch : batches) {
    if (batch.leader_epoch().value < 0) continue;
    DiskResult<void> done = epochs_.assign(disk, directory_, {batch.leader_epoch(), batch.base_offset()});
    if (!done) return tl::unexpected(done.error());
  }
  for (std::span<const RecordBatch> left = batches; !left.empty();) {
    const std::span<const RecordBatch> run = left.first(run_length(left, config_.segment_bytes));
    const DiskResult<bool> rolled = maybe_roll(run, wall, disk);
    if (!rolled) return tl::unexpected(rolled.error());
    result.rolled = result.rolled || *rolled;
    DiskResult<void> done;
    if (*rolled && segments_[segments_.size() - 2].next_offset() < segments_.back().base_offset()) {
      // Batches that compaction took out on the leader. After a crash they must not be taken for lost ones: what is
      // missing below the recovery point is nobody's loss.
      done = flush(disk);
      if (!done) return tl::unexpected(done.error());
      result.gap_flushed = true;
    }
    done = segments_.back().append(disk, run, config_.index_interval_bytes);
    if (!done) return tl::unexpected(done.error());
    segments_.back().touch(wall);
    for (const RecordBatch& batch : run) {
      done = note_producer(batch, disk);
      if (!done) return tl::unexpected(done.error());
    }
    left = left.subspan(run.size());
  }
  if (log_end_offset().value - recovery_point_.value >= config_.flush_messages) {
    if (DiskResult<void> done = flush(disk); !done) return tl::unexpected(done.error());
  }
  result.first = batches.front().base_offset();
  result.last = batches.back().last_offset();
  if (origin != AppendOrigin::replication && config_.timestamp_type == TimestampType::append)
    result.log_append_time = wall;
  result.appended = std::move(batches);
  return result;
}

DiskResult<bool> UnifiedLog::maybe_roll(std::span<const RecordBatch> batches, Timestamp wall, Disk& disk) {
  Timestamp largest{std::numeric_limits<std::int64_t>::min()};
  for (const RecordBatch& batch : batches) largest = std::max(largest, Timestamp{batch.header.max_timestamp});
  const LogSegment& active = segments_.back();
  const std::int64_t jitter = jitter_of(directory_, active.base_offset(), config_);
  if (!active.should_roll(config_, bytes_of(batches), largest, batches.back().last_offset(), wall, jitter))
    return false;
  DiskResult<void> done = roll(batches.front().base_offset(), wall, disk);
  if (!done) return tl::unexpected(done.error());
  return true;
}

DiskResult<void> UnifiedLog::roll(Offset base, Timestamp now, Disk& disk) {
  KAFKASIM_CHECK(base >= log_end_offset() && base > segments_.back().base_offset());
  DiskResult<void> done = segments_.back().on_become_inactive(disk);
  if (done) done = LogSegment::remove_files(disk, directory_, base);
  if (!done) return done;
  DiskResult<LogSegment> segment = LogSegment::open(disk, directory_, base, config_, now);
  if (!segment) return tl::unexpected(segment.error());
  segments_.push_back(std::move(*segment));
  directory_dirty_ = true;
  producers_.set_end_offset(base);
  return take_producer_snapshot(disk);
}

DiskResult<void> UnifiedLog::assign_epoch_start(LeaderEpoch epoch, Offset start, Disk& disk) {
  return epochs_.assign(disk, directory_, {epoch, start});
}

// ---- reads ------------------------------------------------------------------------------------------

std::size_t UnifiedLog::segment_of(Offset offset) const {
  const auto after = std::ranges::upper_bound(segments_, offset, {}, &LogSegment::base_offset);
  return after == segments_.begin() ? 0 : static_cast<std::size_t>(after - segments_.begin()) - 1;
}

DiskResult<LogReadResult> UnifiedLog::read(Offset from, std::uint64_t max_bytes, Offset limit, MinOneBatch min_one,
                                           const Disk& disk) const {
  ReadFrom where;
  return read_at(from, {max_bytes, limit, min_one}, where, disk);
}

DiskResult<LogReadResult> UnifiedLog::read_at(Offset from, const LogSegment::ReadLimits& limits, ReadFrom& where,
                                              const Disk& disk) const {
  LogReadResult result;
  if (from < log_start_ || from > log_end_offset()) {
    result.error = ErrorCode::offset_out_of_range;
    return result;
  }
  if (from >= limits.below || (limits.max_bytes == 0 && limits.min_one == MinOneBatch::no)) return result;
  for (std::size_t i = segment_of(from); i < segments_.size(); ++i) {
    DiskResult<LogSegment::Read> read = segments_[i].read(disk, from, limits);
    if (!read) return tl::unexpected(read.error());
    if (read->damaged && read->batches.empty()) result.error = ErrorCode::corrupt_message;
    if (!read->found && !read->damaged) continue;
    result.batches = std::move(read->batches);
    where = {i, read->position};
    break;
  }
  return result;
}

DiskResult<std::optional<TimestampOffset>> UnifiedLog::offset_for_timestamp(Timestamp timestamp,
                                                                            const Disk& disk) const {
  for (const LogSegment& segment : segments_) {
    auto found = segment.find_timestamp(disk, timestamp, log_start_);
    if (!found || *found) return found;
  }
  return std::nullopt;
}

DiskResult<std::optional<TimestampOffset>> UnifiedLog::offset_of_max_timestamp(const Disk& disk) const {
  std::optional<Timestamp> largest;
  for (const LogSegment& segment : segments_) {
    if (segment.largest_timestamp() && (!largest || segment.largest_timestamp()->timestamp > *largest)) {
      largest = segment.largest_timestamp()->timestamp;
    }
  }
  if (!largest) return std::nullopt;
  return offset_for_timestamp(*largest, disk);
}

DiskResult<std::vector<RecordBatch>> UnifiedLog::all_batches(const Disk& disk) const {
  std::vector<RecordBatch> batches;
  for (const LogSegment& segment : segments_) {
    BatchScanner scan{disk, segment.log_file(), 0, segment.size_bytes(), 1024 * 1024};
    while (const ScannedBatch* found = scan.next()) {
      if (found->batch.last_offset() >= log_start_) batches.push_back(found->batch);
    }
    if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  }
  return batches;
}

// ---- offsets ----------------------------------------------------------------------------------------

Offset UnifiedLog::update_high_watermark(Offset to) {
  high_watermark_ = std::clamp(to, log_start_, log_end_offset());
  producers_.high_watermark_moved(high_watermark_);
  return high_watermark_;
}

bool UnifiedLog::maybe_increment_high_watermark(Offset to) {
  KAFKASIM_CHECK(to <= log_end_offset(), "the high watermark cannot pass the log end");
  if (to <= high_watermark_) return false;
  high_watermark_ = to;
  producers_.high_watermark_moved(to);
  return true;
}

DiskResult<bool> UnifiedLog::maybe_increment_log_start_offset(Offset to, Disk& disk) {
  to = std::min(to, log_end_offset());
  if (to <= log_start_) return false;
  log_start_ = to;
  recovery_point_ = std::max(recovery_point_, to);
  if (high_watermark_ < to) (void)update_high_watermark(to);
  producers_.log_start_moved(to);
  if (config_.producers_stay == ProducersStay::with_their_records) producers_.remove_without_records(to);
  DiskResult<void> done = epochs_.truncate_from_start(disk, directory_, to);
  if (!done) return tl::unexpected(done.error());
  return true;
}

std::uint64_t UnifiedLog::size_bytes() const {
  std::uint64_t size = 0;
  for (const LogSegment& segment : segments_) size += segment.size_bytes();
  return size;
}

}  // namespace kafkasim
