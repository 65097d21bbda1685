// The part of UnifiedLog that the log cleaner uses: what it must keep, and how its segments come into the log.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

std::map<ProducerId, UnifiedLog::LastRecord> UnifiedLog::last_records_of_producers() const {
  std::map<ProducerId, LastRecord> records;
  for (const auto& [id, entry] : producers_.producers()) {
    LastRecord& record = records[id];
    if (const std::optional<ProducedBatch> last = entry.last()) record.data_offset = last->last_offset;
    record.epoch = entry.epoch();
  }
  return records;
}

DiskResult<void> UnifiedLog::replace_segments(LogSegment cleaned, std::span<const Offset> old_bases, Disk& disk) {
  const auto first = std::ranges::find(segments_, cleaned.base_offset(), &LogSegment::base_offset);
  KAFKASIM_CHECK(!old_bases.empty() && segments_.end() - first > std::ssize(old_bases));
  const auto behind = first + std::ssize(old_bases);
  KAFKASIM_CHECK(std::equal(first, behind, old_bases.begin(), old_bases.end(),
                            [](const LogSegment& segment, Offset base) { return segment.base_offset() == base; }));
  KAFKASIM_CHECK(cleaned.next_offset() <= behind->base_offset());

  DiskResult<void> done =
      LogSegment::rename_files(disk, directory_, cleaned.base_offset(), cleaned_suffix, swap_suffix);
  if (!done) return done;
  for (auto old = first; old != behind; ++old) {
    old->close(disk);
    done = LogSegment::remove_files(disk, directory_, old->base_offset());
    if (done && old != first) done = remove_producer_snapshot(disk, directory_, old->base_offset());
    if (!done) return done;
  }
  // None of them may come back by a power loss once the new one has its name: they would stand behind it, or in it.
  done = disk.sync_directory(directory_);
  if (done) done = LogSegment::rename_files(disk, directory_, cleaned.base_offset(), swap_suffix, {});
  if (!done) return done;
  cleaned.has_final_names(directory_);
  *first = std::move(cleaned);
  segments_.erase(first + 1, behind);
  return {};
}

}  // namespace kafkasim
