// The part of UnifiedLog that lets go of old segments (UnifiedLog.deleteOldSegments, deletableSegments, deleteSegments;
// LocalLog.deleteSegmentFiles).
#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

namespace {

using trace::DeletionReason;

// In this order, and each by what the one before has left.
constexpr std::array reasons{DeletionReason::log_start_offset, DeletionReason::retention_bytes,
                             DeletionReason::retention_ms};

}  // namespace

std::size_t UnifiedLog::deletable_segments(DeletionReason reason, Timestamp now) const {
  if (reason != DeletionReason::log_start_offset && config_.deletion == Deletion::off) return 0;
  if (reason == DeletionReason::retention_ms && !config_.retention_ms) return 0;
  std::uint64_t excess = 0;
  if (reason == DeletionReason::retention_bytes) {
    const std::uint64_t size = size_bytes();
    if (!config_.retention_bytes || size < static_cast<std::uint64_t>(*config_.retention_bytes)) return 0;
    excess = size - static_cast<std::uint64_t>(*config_.retention_bytes);
  }
  std::size_t count = 0;
  for (; count < segments_.size(); ++count) {
    const LogSegment& segment = segments_[count];
    const bool last = count + 1 == segments_.size();
    if (last && segment.size_bytes() == 0) break;
    const Offset end = last ? log_end_offset() : segments_[count + 1].base_offset();
    if (end > high_watermark_) break;  // the log start must not pass it
    bool goes = false;
    switch (reason) {
      case DeletionReason::log_start_offset: goes = !last && end <= log_start_; break;
      case DeletionReason::retention_bytes: goes = segment.size_bytes() <= excess; break;
      case DeletionReason::retention_ms: goes = now - segment.age_timestamp() > *config_.retention_ms; break;
    }
    if (!goes) break;
    if (reason == DeletionReason::retention_bytes) excess -= segment.size_bytes();
  }
  return count;
}

bool UnifiedLog::has_old_segments(Timestamp now) const {
  return std::ranges::any_of(reasons, [&](DeletionReason reason) { return deletable_segments(reason, now) > 0; });
}

DiskResult<RetentionResult> UnifiedLog::delete_old_segments(Timestamp now, std::size_t most, Disk& disk) {
  RetentionResult result;
  std::size_t left = most;
  for (const DeletionReason reason : reasons) {
    const std::size_t wanted = deletable_segments(reason, now);
    const std::size_t count = std::min(wanted, left);
    result.more = count < wanted;
    if (count > 0) {
      DiskResult<void> done = delete_segments(count, reason, now, result, disk);
      if (!done) return tl::unexpected(done.error());
      left -= count;
    }
    if (result.more) break;
  }
  return result;
}

DiskResult<void> UnifiedLog::delete_segments(std::size_t count, DeletionReason reason, Timestamp now,
                                             RetentionResult& result, Disk& disk) {
  DiskResult<void> done;
  if (count == segments_.size()) done = roll(log_end_offset(), now, disk);
  if (!done) return done;
  const Offset begins = segments_[count].base_offset();
  KAFKASIM_CHECK(begins <= high_watermark_);
  const DiskResult<bool> moved = maybe_increment_log_start_offset(begins, disk);
  if (!moved) return tl::unexpected(moved.error());
  RetentionResult::Run run{
      .reason = reason, .from = segments_.front().base_offset(), .to = begins, .bytes = 0, .segments = count};
  // The oldest first: what a power loss leaves of the names is a log without gaps.
  for (std::size_t i = 0; i < count; ++i) {
    const Offset base = segments_[i].base_offset();
    std::vector<std::string> paths = LogSegment::files(disk, directory_, base);
    if (std::string snapshot = segment_path(directory_, base, snapshot_suffix); disk.exists(snapshot))
      paths.push_back(std::move(snapshot));
    for (const std::string& path : paths) {
      std::string out = path + std::string{deleted_suffix};
      done = disk.rename(path, out);
      if (!done) return done;
      result.files.paths.push_back(std::move(out));
    }
    run.bytes += segments_[i].size_bytes();
    result.files.segments.push_back(segments_[i]);
  }
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(count));
  directory_dirty_ = true;
  result.runs.push_back(run);
  return {};
}

}  // namespace kafkasim
