#include "core/raft/metadata_log.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/base/check.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim::raft {
namespace {

tl::unexpected<Error> broken(const DiskError& error) {
  switch (error.kind) {
    case DiskErrorKind::not_found: return fail("the metadata log lost a file", error.path);
    case DiskErrorKind::exists: return fail("the metadata log met a file that it did not expect", error.path);
    case DiskErrorKind::no_space: return fail("no space is left for the metadata log", error.path);
    case DiskErrorKind::io_error: return fail("the disk failed under the metadata log", error.path);
  }
  return fail("the disk failed under the metadata log", error.path);
}

// Without retention of its own: snapshots decide what may go.
LogConfig metadata_log_config(const NodeConfig& node) {
  LogConfig config;
  config.max_message_bytes = max_batch_bytes;
  config.segment_bytes = node.metadata_log_segment_bytes;
  config.segment_ms = node.metadata_log_segment.whole_ms();
  config.retention_ms.reset();
  return config;
}

}  // namespace

Result<LogLoadReport> MetadataLog::open(const NodeConfig& config, Timestamp wall, Disk& disk) {
  const TopicPartition name{cluster_metadata_topic, PartitionIndex{0}};
  auto opened = UnifiedLog::open(disk, std::string{metadata_log_directory}, name, metadata_log_config(config),
                                 LogOpenOptions{}, wall);
  if (!opened) return broken(opened.error());
  log_.emplace(std::move(opened->log));
  retention_bytes_ = config.metadata_retention_bytes;
  retention_ms_ = config.metadata_retention_ms;
  if (const auto found = snapshots_.recover(start(), disk); !found) return tl::unexpected<Error>{found.error()};
  // The process ended between fetching a snapshot and emptying the log for it.
  if (const auto replaced = replace_by_snapshot(wall, disk); !replaced) return tl::unexpected<Error>{replaced.error()};
  // What recovery left is acknowledged by the next fetch, so it has to be on the platter.
  if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  return opened->report;
}

LeaderEpoch MetadataLog::last_epoch() const {
  if (const auto latest = log_->latest_epoch()) return *latest;
  const std::optional<SnapshotId> snapshot = snapshots_.latest();
  const bool replaced = snapshot && snapshot->end_offset == end() && start() == end();
  return replaced ? snapshot->epoch : LeaderEpoch{0};
}

OffsetAndEpoch MetadataLog::end_offset_for_epoch(LeaderEpoch epoch) const {
  const auto found = log_->end_offset_for_epoch(epoch);
  if (!found) return {end(), last_epoch()};
  // An epoch from before the log: what it can be compared with is the snapshot at the log's start.
  const std::optional<SnapshotId> earliest = snapshots_.earliest();
  if (earliest && found->offset == earliest->end_offset && found->epoch == epoch) return {earliest->end_offset, earliest->epoch};
  return *found;
}

std::optional<SnapshotId> MetadataLog::needed_snapshot(Offset offset, LeaderEpoch last_epoch_there) const {
  const std::optional<SnapshotId> earliest = snapshots_.earliest();
  if (!earliest || (offset == Offset{0} && start() == Offset{0})) return std::nullopt;
  const bool other_there = offset == start() && last_epoch_there != earliest->epoch;
  const bool needed = offset < start() || other_there || last_epoch_there < earliest->epoch;
  return needed ? snapshots_.latest() : std::nullopt;
}

std::optional<OffsetAndEpoch> MetadataLog::divergence(Offset offset, LeaderEpoch last_epoch_there) const {
  if (offset == Offset{0} && start() == Offset{0}) return std::nullopt;
  const OffsetAndEpoch here = end_offset_for_epoch(last_epoch_there);
  if (here.epoch == last_epoch_there && here.offset >= offset) return std::nullopt;
  return here;
}

Offset MetadataLog::truncation_point(const OffsetAndEpoch& diverging) const {
  if (diverging.epoch == LeaderEpoch{0}) return std::min(diverging.offset, end());
  const OffsetAndEpoch here = end_offset_for_epoch(diverging.epoch);
  return here.epoch == diverging.epoch ? std::min(here.offset, diverging.offset) : here.offset;
}

Result<void> MetadataLog::begin_epoch(LeaderEpoch epoch, Disk& disk) {
  if (const auto done = log_->assign_epoch_start(epoch, end(), disk); !done) return broken(done.error());
  return {};
}

Result<std::vector<RecordBatch>> MetadataLog::append_as_leader(RecordBatch batch, LeaderEpoch epoch, Timestamp wall,
                                                               Disk& disk) {
  std::vector<RecordBatch> batches;
  batches.push_back(std::move(batch));
  auto appended = log_->append_as_leader(std::move(batches), epoch, wall, disk, AppendOrigin::raft_leader);
  if (!appended) return broken(appended.error());
  if (appended->error != ErrorCode::none) {
    return fail("the metadata log refused a batch: " + std::string{error_name(appended->error)});
  }
  if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  return std::move(appended->appended);
}

Result<LogAppendResult> MetadataLog::append_as_follower(std::vector<RecordBatch> batches, LeaderEpoch leader_epoch,
                                                        Timestamp wall, Durable durable, Disk& disk) {
  auto appended = log_->append_as_follower(std::move(batches), leader_epoch, wall, disk);
  if (!appended) return broken(appended.error());
  if (durable == Durable::yes && appended->error == ErrorCode::none) {
    if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  }
  return *std::move(appended);
}

Result<void> MetadataLog::truncate_to(Offset offset, Timestamp wall, Disk& disk) {
  if (const auto cut = log_->truncate_to(offset, wall, disk); !cut) return broken(cut.error());
  return {};
}

Result<std::vector<RecordBatch>> MetadataLog::read(Offset from, Offset limit, Disk& disk) const {
  auto read = log_->read(from, static_cast<std::uint64_t>(max_batch_bytes), limit, MinOneBatch::yes, disk);
  if (!read) return broken(read.error());
  if (read->error != ErrorCode::none) return fail("the metadata log has no offset " + std::to_string(from.value));
  return std::move(read->batches);
}

Result<bool> MetadataLog::create_snapshot(const SnapshotId& id, const SnapshotContent& content, Timestamp wall, Disk& disk) {
  if (id.end_offset < start() || snapshots_.kept().contains(id)) return false;
  KAFKASIM_CHECK(id.end_offset <= log_->high_watermark(), "a snapshot of what is not committed");
  if (const auto written = snapshots_.write(id, encode_snapshot(id, content, wall), disk); !written)
    return tl::unexpected<Error>{written.error()};
  return true;
}

Result<bool> MetadataLog::replace_by_snapshot(Timestamp wall, Disk& disk) {
  const std::optional<SnapshotId> latest = snapshots_.latest();
  const LeaderEpoch last = log_->latest_epoch().value_or(LeaderEpoch{0});
  const bool has_more = latest && (latest->epoch > last || (latest->epoch == last && latest->end_offset > end()));
  if (!has_more) return false;
  if (const auto emptied = log_->truncate_fully_and_start_at(latest->end_offset, wall, disk); !emptied)
    return broken(emptied.error());
  if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  if (const auto removed = snapshots_.remove_before(*latest, disk); !removed) return tl::unexpected<Error>{removed.error()};
  return true;
}

std::uint64_t MetadataLog::size_bytes() const {
  std::uint64_t size = log_->size_bytes();
  for (const auto& [id, bytes] : snapshots_.kept()) size += bytes;
  return size;
}

Result<bool> MetadataLog::is_outdated(const SnapshotId& id, Timestamp wall, Disk& disk) const {
  if (retention_bytes_ >= 0 && size_bytes() > static_cast<std::uint64_t>(retention_bytes_)) return true;
  if (retention_ms_ < 0) return false;
  const Result<Timestamp> last = snapshots_.last_contained(id, disk);
  if (!last) return tl::unexpected<Error>{last.error()};
  return wall - *last > retention_ms_;
}

Result<bool> MetadataLog::clean(Timestamp wall, Disk& disk) {
  bool moved = false;
  while (snapshots_.kept().size() >= 2) {
    const auto oldest = snapshots_.kept().begin();
    const Result<bool> outdated = is_outdated(oldest->first, wall, disk);
    if (!outdated) return outdated;
    if (!*outdated) break;
    const Result<bool> deleted = delete_before(std::next(oldest)->first, wall, disk);
    if (!deleted) return deleted;
    if (!*deleted) break;
    moved = true;
  }
  return moved;
}

Result<bool> MetadataLog::delete_before(const SnapshotId& id, Timestamp wall, Disk& disk) {
  if (id.end_offset > log_->high_watermark()) return false;
  const auto moved = log_->maybe_increment_log_start_offset(id.end_offset, disk);
  if (!moved) return broken(moved.error());
  if (!*moved) return false;
  auto deleted = log_->delete_old_segments(wall, log_->segment_count(), disk);
  if (!deleted) return broken(deleted.error());
  for (LogSegment& segment : deleted->files.segments) segment.close(disk);
  for (const std::string& path : deleted->files.paths) {
    if (const auto gone = disk.remove(path); !gone) return broken(gone.error());
  }
  if (const auto removed = snapshots_.remove_before(id, disk); !removed) return tl::unexpected<Error>{removed.error()};
  return true;
}

}  // namespace kafkasim::raft
