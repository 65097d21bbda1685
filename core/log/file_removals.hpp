#pragma once
// FileRemovals: what is to vanish from a log directory, and when: segments that retention has taken out of their log, and
// directories of replicas that are gone (LocalLog.deleteSegmentFiles, LogManager.deleteLogs; file.delete.delay.ms). Their
// names say so already (".deleted", "-delete"), so that a restart in between finishes the work.
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/log/unified_log.hpp"
#include "core/machine/disk.hpp"

namespace kafkasim {

class FileRemovals {
 public:
  void add(Instant due, std::string directory, LeavingFiles files);
  void add_directory(Instant due, std::string path);
  // The directory has another name now, or is gone: what is open in it is closed, and what was to vanish from it goes
  // with it.
  void forget_files_in(const std::string& directory, Disk& disk);
  void close_all(Disk& disk);

  [[nodiscard]] std::optional<Instant> next_due() const;
  [[nodiscard]] std::size_t size() const { return pending_.size(); }
  // The first that is due; no more than one, so that a step stays short.
  [[nodiscard]] DiskResult<void> remove_one_due(Instant now, Disk& disk);

 private:
  struct Pending {
    std::string directory;  // of the files; empty for a directory itself
    LeavingFiles files;
  };
  static void close(Pending& pending, Disk& disk);

  std::multimap<Instant, Pending> pending_;
};

}  // namespace kafkasim
