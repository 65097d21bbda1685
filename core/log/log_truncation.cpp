// Truncation and durability of a UnifiedLog: what changes its files other than appends.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

// ---- truncation -------------------------------------------------------------------------------------

DiskResult<bool> UnifiedLog::truncate_to(Offset offset, Timestamp now, Disk& disk) {
  KAFKASIM_CHECK(offset.value >= 0);
  if (offset >= log_end_offset()) {
    DiskResult<void> done = epochs_.truncate_from_end(disk, directory_, log_end_offset());
    if (!done) return tl::unexpected(done.error());
    return false;
  }
  if (offset < segments_.front().base_offset()) {
    DiskResult<void> done = truncate_fully_and_start_at(offset, now, disk);
    if (!done) return tl::unexpected(done.error());
    return true;
  }
  ++truncations_;
  DiskResult<void> done = drop_segments(segment_of(offset) + 1, disk);
  if (!done) return tl::unexpected(done.error());
  const DiskResult<std::uint64_t> cut = segments_.back().truncate_to(disk, offset, now);
  if (!cut) return tl::unexpected(cut.error());
  const Offset end = log_end_offset();
  if (end < recovery_point_) {
    // What was durable goes. Unsynced, it might come back under what is written after it.
    directory_dirty_ = true;
    done = segments_.back().sync(disk);
    if (done) done = sync_directory(disk);
    if (!done) return tl::unexpected(done.error());
  }
  log_start_ = std::min(log_start_, end);
  recovery_point_ = std::min(recovery_point_, end);
  high_watermark_ = std::min(high_watermark_, end);
  done = epochs_.truncate_from_end(disk, directory_, end);
  if (done) done = rebuild_producer_state(now, disk);
  if (!done) return tl::unexpected(done.error());
  return true;
}

DiskResult<void> UnifiedLog::truncate_fully_and_start_at(Offset offset, Timestamp now, Disk& disk, StartOver how) {
  ++truncations_;
  DiskResult<void> done = drop_segments(0, disk);
  if (!done) return done;
  DiskResult<LogSegment> segment = LogSegment::open(disk, directory_, offset, config_, now);
  if (!segment) return tl::unexpected(segment.error());
  segments_.push_back(std::move(*segment));
  log_start_ = offset;
  if (how == StartOver::moves_high_watermark) high_watermark_ = offset;
  recovery_point_ = std::min(recovery_point_, offset);
  producers_.clear(offset);
  last_snapshot_ = offset;
  const auto snapshots = list_producer_snapshots(disk, directory_);
  if (!snapshots) return tl::unexpected(snapshots.error());
  for (const Offset snapshot : *snapshots) {
    done = remove_producer_snapshot(disk, directory_, snapshot);
    if (!done) return done;
  }
  return epochs_.clear(disk, directory_);
}

DiskResult<void> UnifiedLog::drop_segments(std::size_t from, Disk& disk) {
  while (segments_.size() > from) {  // the newest first: what is left is a prefix at any moment
    segments_.back().close(disk);
    DiskResult<void> done = LogSegment::remove_files(disk, directory_, segments_.back().base_offset());
    if (!done) return done;
    segments_.pop_back();
    directory_dirty_ = true;
  }
  return {};
}

// ---- durability -------------------------------------------------------------------------------------

DiskResult<void> UnifiedLog::sync_directory(Disk& disk) {
  if (!directory_dirty_) return {};
  DiskResult<void> done = disk.sync_directory(directory_);
  if (done) done = disk.sync_directory("");  // the directory's own name
  if (done) directory_dirty_ = false;
  return done;
}

std::size_t UnifiedLog::first_unsynced() const {
  std::size_t first = segment_of(recovery_point_);
  while (first > 0 && segments_[first - 1].is_dirty()) --first;  // cut at the recovery point itself
  return first;
}

std::optional<FlushWork> UnifiedLog::files_to_flush() const {
  FlushWork work;
  work.up_to = segments_.back().base_offset();
  work.truncations = truncations_;
  if (work.up_to <= recovery_point_) return std::nullopt;
  for (std::size_t i = first_unsynced(); i + 1 < segments_.size(); ++i) {
    const std::vector<FileId> files = segments_[i].dirty_files();
    work.files.insert(work.files.end(), files.begin(), files.end());
  }
  return work;
}

DiskResult<void> UnifiedLog::recovery_point_reached(const FlushWork& work, Disk& disk) {
  if (work.truncations != truncations_ || work.up_to <= recovery_point_) return {};
  DiskResult<void> done = sync_directory(disk);
  if (!done) return done;
  for (std::size_t i = first_unsynced(); segments_[i].base_offset() < work.up_to; ++i) segments_[i].mark_synced();
  recovery_point_ = work.up_to;
  return {};
}

DiskResult<void> UnifiedLog::flush(Disk& disk) {
  for (std::size_t i = first_unsynced(); i < segments_.size(); ++i) {
    if (DiskResult<void> done = segments_[i].sync(disk); !done) return done;
  }
  DiskResult<void> done = sync_directory(disk);
  if (done) recovery_point_ = log_end_offset();
  return done;
}

DiskResult<void> UnifiedLog::close_cleanly(Disk& disk) {
  DiskResult<void> done = segments_.back().on_become_inactive(disk);
  if (done) done = write_producer_snapshot(disk, directory_, producers_, SyncSnapshot::yes);
  directory_dirty_ = true;
  if (done) done = flush(disk);
  if (done) close(disk);
  return done;
}

void UnifiedLog::close(Disk& disk) {
  for (LogSegment& segment : segments_) segment.close(disk);
}

}  // namespace kafkasim
