#include "core/log/file_removals.hpp"

#include <utility>

namespace kafkasim {

void FileRemovals::add(Instant due, std::string directory, LeavingFiles files) {
  pending_.emplace(due, Pending{std::move(directory), std::move(files)});
}

void FileRemovals::add_directory(Instant due, std::string path) {
  LeavingFiles only;
  only.paths.push_back(std::move(path));
  pending_.emplace(due, Pending{{}, std::move(only)});
}

void FileRemovals::close(Pending& pending, Disk& disk) {
  for (LogSegment& segment : pending.files.segments) segment.close(disk);
  pending.files.segments.clear();
}

void FileRemovals::forget_files_in(const std::string& directory, Disk& disk) {
  for (auto at = pending_.begin(); at != pending_.end();) {
    if (at->second.directory != directory) {
      ++at;
      continue;
    }
    close(at->second, disk);
    at = pending_.erase(at);
  }
}

void FileRemovals::close_all(Disk& disk) {
  for (auto& [due, pending] : pending_) close(pending, disk);
}

std::optional<Instant> FileRemovals::next_due() const {
  return pending_.empty() ? std::nullopt : std::optional{pending_.begin()->first};
}

DiskResult<void> FileRemovals::remove_one_due(Instant now, Disk& disk) {
  const auto first = pending_.begin();
  if (first == pending_.end() || first->first > now) return {};
  Pending pending = std::move(first->second);
  pending_.erase(first);
  close(pending, disk);
  for (const std::string& path : pending.files.paths) {
    if (!disk.exists(path)) continue;
    if (DiskResult<void> done = disk.remove(path); !done) return done;
  }
  return {};
}

}  // namespace kafkasim
