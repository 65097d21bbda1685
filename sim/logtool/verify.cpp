#include "sim/logtool/verify.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/log/log_files.hpp"
#include "sim/logtool/files.hpp"
#include "sim/logtool/small_files.hpp"
#include "sim/logtool/verify_partition.hpp"

namespace kafkasim::sim::logtool {

namespace {

constexpr std::array offset_checkpoints{recovery_point_checkpoint, high_watermark_checkpoint, log_start_checkpoint};

bool has_segment(const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [](const std::string& name) { return name.ends_with(log_suffix); });
}

bool belongs_to_log_directory(const std::string& name) {
  const std::optional<FileKind> kind = file_kind(name);
  return kind == FileKind::offset_checkpoint || kind == FileKind::meta_properties || kind == FileKind::clean_shutdown;
}

using Names = std::vector<std::string>;

// The directories of partitions in it, by name and with what stands in each.
std::map<std::string, Names> partition_directories(const Disk& disk, const std::string& directory, const Names& names) {
  std::map<std::string, Names> found;
  for (const std::string& name : names) {
    if (!partition_of_directory(name)) continue;
    if (DiskResult<Names> inside = disk.list(path_of(directory, name))) found[name] = std::move(*inside);
  }
  return found;
}

// A log directory may be called "broker-1", as a partition might be.
bool is_log_directory(const Disk& disk, const std::string& directory, const Names& names) {
  if (has_segment(names)) return false;
  return std::ranges::any_of(names, belongs_to_log_directory) || !partition_directories(disk, directory, names).empty();
}

// Those in it that are log directories themselves: of a cluster whose nodes have one each.
std::vector<std::string> log_directories_in(const Disk& disk, const std::string& directory, const Names& names) {
  std::vector<std::string> found;
  if (has_segment(names) || std::ranges::any_of(names, belongs_to_log_directory)) return found;
  for (const std::string& name : names) {
    const DiskResult<Names> inside = disk.list(path_of(directory, name));
    if (inside && is_log_directory(disk, path_of(directory, name), *inside)) found.push_back(path_of(directory, name));
  }
  return found;
}

std::optional<Offset> offset_of(const OffsetCheckpoint& offsets, const std::optional<TopicPartition>& partition) {
  if (!partition) return std::nullopt;
  const auto found = offsets.find(*partition);
  return found == offsets.end() ? std::nullopt : std::optional{found->second};
}

// All partitions of a log directory, and the files beside them.
class DirectoryCheck {
 public:
  DirectoryCheck(Disk& disk, const std::string& directory, const VerifyOptions& options, const Report& report,
                 Verified& verified)
      : disk_{disk}, directory_{directory}, options_{options}, report_{report}, verified_{verified} {}

  void check(const std::vector<std::string>& names) {
    const OffsetCheckpoint log_starts = read_offsets(disk_, path_of(directory_, log_start_checkpoint));
    for (const std::string& name : names) {
      const std::optional<TopicPartition> partition = partition_of_directory(name);
      const auto inside = partition ? disk_.list(path_of(directory_, name)) : DiskResult<std::vector<std::string>>{};
      if (!partition) continue;
      if (!inside) {
        if (inside.error().kind != DiskErrorKind::not_found)
          report_({path_of(directory_, name), std::nullopt, "cannot be read"});
        continue;
      }
      ++verified_.partitions;
      logs_[*partition] = verify_partition(disk_, path_of(directory_, name), *inside, offset_of(log_starts, partition),
                                           options_, report_);
      verified_.batches += logs_[*partition].batches;
    }
    for (const std::string& name : names) {
      if (belongs_to_log_directory(name)) (void)verify_small(disk_, path_of(directory_, name), report_);
    }
    for (const std::string_view name : offset_checkpoints) check_offsets(std::string{name}, names);
  }

 private:
  void check_offsets(const std::string& name, const std::vector<std::string>& names) {
    const std::string path = path_of(directory_, name);
    for (const auto& [partition, offset] : read_offsets(disk_, path)) {
      const auto log = logs_.find(partition);
      if (log == logs_.end()) {
        const std::string on_its_way = to_string(partition) + ".";  // "orders-0.<id>-delete"
        const bool leaving =
            std::ranges::any_of(names, [&](const auto& other) { return other.starts_with(on_its_way); });
        if (!leaving) report_({path, std::nullopt, to_string(partition) + " has no directory here"});
      } else if (offset > log->second.end && !log->second.damaged) {
        report_({path, std::nullopt,
                 "says offset " + std::to_string(offset.value) + " of " + to_string(partition)
                     + ", beyond the end of its log at " + std::to_string(log->second.end.value)});
      }
    }
  }

  Disk& disk_;
  const std::string& directory_;
  const VerifyOptions& options_;
  const Report& report_;
  Verified& verified_;
  std::map<TopicPartition, VerifiedLog> logs_;
};

}  // namespace

Verified verify_directory(Disk& disk, const std::string& directory, const VerifyOptions& options,
                          const Report& report) {
  Verified verified;
  const Report counting = [&](const Mismatch& mismatch) {
    ++verified.mismatches;
    report(mismatch);
  };
  const auto names = disk.list(directory);
  if (!names) {
    verified.readable = false;
    return verified;
  }
  const std::vector<std::string> nested = log_directories_in(disk, directory, *names);
  for (const std::string& one : nested) {
    const Verified inside = verify_directory(disk, one, options, report);
    verified.partitions += inside.partitions;
    verified.batches += inside.batches;
    verified.mismatches += inside.mismatches;
  }
  if (!nested.empty()) return verified;
  const std::optional<TopicPartition> partition = partition_of_directory(name_of(directory));
  if (has_segment(*names) || (partition && !is_log_directory(disk, directory, *names))) {
    const OffsetCheckpoint log_starts = read_offsets(disk, path_of(directory_of(directory), log_start_checkpoint));
    verified.partitions = 1;
    verified.batches =
        verify_partition(disk, directory, *names, offset_of(log_starts, partition), options, counting).batches;
    return verified;
  }
  DirectoryCheck check{disk, directory, options, counting, verified};
  check.check(*names);
  verified.readable = verified.partitions > 0 || std::ranges::any_of(*names, belongs_to_log_directory);
  return verified;
}

}  // namespace kafkasim::sim::logtool
