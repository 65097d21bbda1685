#include "core/log/cleaner_manager.hpp"

#include <algorithm>
#include <limits>

namespace kafkasim {

namespace {

// Index of the segment that holds the offset: the last that begins at or below it.
std::size_t segment_of(const std::vector<LogSegment>& segments, Offset offset) {
  const auto behind = std::ranges::upper_bound(segments, offset, {}, &LogSegment::base_offset);
  return behind == segments.begin() ? 0 : static_cast<std::size_t>(behind - segments.begin()) - 1;
}

bool is_younger(const LogSegment& segment, Timestamp now, std::int64_t lag_ms) {
  const auto largest = segment.largest_timestamp();
  return largest && largest->timestamp.value > now.value - std::min(lag_ms, now.value);
}

}  // namespace

CleanableOffsets cleanable_offsets(const UnifiedLog& log, std::optional<Offset> checkpoint, Timestamp now) {
  CleanableOffsets offsets;
  offsets.first_dirty = checkpoint.value_or(log.log_start_offset());
  if (offsets.first_dirty < log.log_start_offset() || offsets.first_dirty > log.log_end_offset()) {
    offsets.first_dirty = log.log_start_offset();
    offsets.checkpoint_wrong = true;
  }
  const std::vector<LogSegment>& segments = log.segments();
  Offset end = std::min({log.last_stable_offset(), segments.back().base_offset(), log.recovery_point()});
  if (const std::int64_t lag = log.config().min_compaction_lag_ms; lag > 0) {
    for (std::size_t i = segment_of(segments, offsets.first_dirty); i + 1 < segments.size(); ++i) {
      if (!is_younger(segments[i], now, lag)) continue;
      end = std::min(end, segments[i].base_offset());
      break;
    }
  }
  offsets.first_uncleanable = std::max(offsets.first_dirty, end);
  return offsets;
}

Ratio LogToClean::dirty_ratio() const {
  std::uint64_t dirty = dirty_bytes;
  std::uint64_t all = clean_bytes + dirty_bytes;
  for (; all > std::numeric_limits<std::uint64_t>::max() / 1'000'000; all /= 2) dirty /= 2;
  return {all == 0 ? 0 : static_cast<std::int64_t>(dirty * 1'000'000 / all)};
}

std::optional<LogToClean> log_to_clean(const TopicIdPartition& id, const UnifiedLog& log,
                                       const CleanableOffsets& offsets, Timestamp now) {
  const std::vector<LogSegment>& segments = log.segments();
  LogToClean clean;
  clean.id = id;
  clean.first_dirty = offsets.first_dirty;
  const std::size_t end = std::min(segment_of(segments, offsets.first_uncleanable), segments.size() - 1);
  clean.first_uncleanable = segments[end].base_offset();
  const std::size_t first = segment_of(segments, clean.first_dirty);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].base_offset() < clean.first_dirty) clean.clean_bytes += segments[i].size_bytes();
    if (i >= first && i < end) clean.dirty_bytes += segments[i].size_bytes();
  }
  const std::int64_t lag = std::max<std::int64_t>(log.config().max_compaction_lag_ms, 0);
  for (std::size_t i = first; i + 1 < segments.size(); ++i) {
    const std::optional<Timestamp> oldest = segments[i].first_timestamp();
    if (oldest && oldest->value > 0 && now.value > oldest->value && now.value - oldest->value > lag)
      clean.overdue = true;
  }
  if (clean.clean_bytes + clean.dirty_bytes == 0) return std::nullopt;
  return clean;
}

DiskResult<void> CleanerManager::load(Disk& disk) {
  const auto text = read_text(disk, cleaner_checkpoint);
  if (!text) return tl::unexpected(text.error());
  checkpoints_.clear();
  if (!*text) return {};
  if (Result<OffsetCheckpoint> offsets = parse_offset_checkpoint(**text)) checkpoints_ = std::move(*offsets);
  return {};
}

std::optional<Offset> CleanerManager::checkpoint(const TopicPartition& partition) const {
  const auto found = checkpoints_.find(partition);
  return found == checkpoints_.end() ? std::nullopt : std::optional{found->second};
}

DiskResult<std::optional<LogToClean>> CleanerManager::dirtiest(const LogDirectory::Logs& logs, Timestamp now,
                                                               Disk& disk) {
  std::optional<LogToClean> best;
  bool corrected = false;
  for (const auto& [id, log] : logs) {
    if (log->config().compaction == Compaction::off || uncleanable_.contains(log->partition())) continue;
    const CleanableOffsets offsets = cleanable_offsets(*log, checkpoint(log->partition()), now);
    if (offsets.checkpoint_wrong) {
      checkpoints_[log->partition()] = offsets.first_dirty;
      corrected = true;
    }
    const std::optional<LogToClean> candidate = log_to_clean(id, *log, offsets, now);
    if (!candidate) continue;
    const std::int64_t ratio = candidate->dirty_ratio().millionths;
    const bool wanted = (candidate->overdue && candidate->dirty_bytes > 0)
                        || ratio > log->config().min_cleanable_dirty_ratio.millionths;
    if (wanted && (!best || ratio > best->dirty_ratio().millionths)) best = candidate;
  }
  if (corrected) {
    if (DiskResult<void> done = write(disk); !done) return tl::unexpected(done.error());
  }
  return best;
}

DiskResult<void> CleanerManager::cleaned(const TopicPartition& partition, Offset first_dirty,
                                         const LogDirectory::Logs& logs, Disk& disk) {
  std::set<TopicPartition> known;
  for (const auto& [id, log] : logs) known.insert(log->partition());
  std::erase_if(checkpoints_, [&known](const auto& entry) { return !known.contains(entry.first); });
  checkpoints_[partition] = first_dirty;
  return write(disk);
}

DiskResult<void> CleanerManager::truncated(const TopicPartition& partition, Offset end, Disk& disk) {
  const auto found = checkpoints_.find(partition);
  if (found == checkpoints_.end() || found->second <= end) return {};
  found->second = end;
  return write(disk);
}

DiskResult<void> CleanerManager::removed(const TopicPartition& partition, Disk& disk) {
  uncleanable_.erase(partition);
  return checkpoints_.erase(partition) > 0 ? write(disk) : DiskResult<void>{};
}

DiskResult<void> CleanerManager::write(Disk& disk) const {
  return replace_file(disk, cleaner_checkpoint, format_offset_checkpoint(checkpoints_));
}

}  // namespace kafkasim
