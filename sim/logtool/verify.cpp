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

using Names = std::vector<std::string>;

bool has_segment(const Names& names) {
  return std::ranges::any_of(names,
                             [](const std::string& name) { return offset_of_name(name, log_suffix).has_value(); });
}

// Is any of them a file that only a partition has? There are other directories whose names end with a number.
bool has_partition_file(const Names& names) {
  return std::ranges::any_of(names, [](const std::string& name) {
    for (const std::string_view suffix :
         {log_suffix, index_suffix, time_index_suffix, transaction_index_suffix, snapshot_suffix}) {
      if (offset_of_name(name, suffix)) return true;
    }
    const std::optional<FileKind> kind = file_kind(name);
    return kind == FileKind::partition_metadata || kind == FileKind::epoch_checkpoint || kind == FileKind::quorum_state
           || (kind == FileKind::metadata_snapshot && epoch_in(name));
  });
}

bool belongs_to_log_directory(const std::string& name) {
  const std::optional<FileKind> kind = file_kind(name);
  return kind == FileKind::offset_checkpoint || kind == FileKind::meta_properties || kind == FileKind::clean_shutdown
         || name == bootstrap_snapshot_file;
}

// Those that are on their way out, or were found where they should not be, nobody reads any more.
std::optional<TopicPartition> partition_named(std::string_view name) {
  const std::optional<TopicPartition> partition = partition_of_directory(name);
  return partition ? partition : partition_on_its_way(name, future_dir_suffix);
}

struct PartitionDirectory {
  std::string name;
  TopicPartition partition;
  Names inside;
};

struct PartitionDirectories {
  std::vector<PartitionDirectory> found;
  Names unreadable;
};

PartitionDirectories partition_directories(const Disk& disk, const std::string& directory, const Names& names) {
  PartitionDirectories all;
  for (const std::string& name : names) {
    const std::optional<TopicPartition> partition = partition_named(name);
    if (!partition) continue;
    DiskResult<Names> inside = disk.list(path_of(directory, name));
    if (!inside && inside.error().kind != DiskErrorKind::not_found) all.unreadable.push_back(name);
    if (inside && has_partition_file(*inside)) all.found.push_back({name, *partition, std::move(*inside)});
  }
  return all;
}

// A log directory may be called "broker-1", as a partition might be.
bool is_log_directory(const Disk& disk, const std::string& directory, const Names& names) {
  if (has_segment(names)) return false;
  return std::ranges::any_of(names, belongs_to_log_directory)
         || !partition_directories(disk, directory, names).found.empty();
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

  // False, and nothing is told, if no file of a log is here.
  bool check(const Names& names) {
    const PartitionDirectories partitions = partition_directories(disk_, directory_, names);
    if (partitions.found.empty() && std::ranges::none_of(names, belongs_to_log_directory)) return false;
    const OffsetCheckpoint log_starts = read_offsets(disk_, path_of(directory_, log_start_checkpoint));
    for (const std::string& name : partitions.unreadable)
      report_({path_of(directory_, name), std::nullopt, "cannot be read"});
    for (const PartitionDirectory& one : partitions.found) {
      ++verified_.partitions;
      const VerifiedLog log = verify_partition(disk_, path_of(directory_, one.name), one.inside,
                                               offset_of(log_starts, one.partition), options_, report_);
      verified_.batches += log.batches;
      // A log comes from another directory, so there is no other of that partition here that a checkpoint could mean.
      if (partition_of_directory(one.name) || !logs_.contains(one.partition)) logs_[one.partition] = log;
    }
    for (const std::string& name : names) {
      const std::string path = path_of(directory_, name);
      if (name == bootstrap_snapshot_file) {
        verify_metadata_snapshot(disk_, path, report_);
      } else if (belongs_to_log_directory(name)) {
        (void)verify_small(disk_, path, report_);
      }
    }
    for (const std::string_view name : offset_checkpoints) check_offsets(path_of(directory_, name));
    return true;
  }

 private:
  void check_offsets(const std::string& path) {
    for (const auto& [partition, offset] : read_offsets(disk_, path)) {
      const auto log = logs_.find(partition);
      // Of a partition that is gone the checkpoint speaks until it is written the next time.
      if (log == logs_.end() || offset <= log->second.end || log->second.damaged) continue;
      report_({path, std::nullopt,
               "says offset " + std::to_string(offset.value) + " of " + to_string(partition)
                   + ", beyond the end of its log at " + std::to_string(log->second.end.value)});
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
  if (!nested.empty()) {
    for (const std::string& name : *names) {  // "broker-2", which this process must not read
      const auto inside = partition_of_directory(name) ? disk.list(path_of(directory, name)) : DiskResult<Names>{};
      if (!inside && inside.error().kind != DiskErrorKind::not_found)
        counting({path_of(directory, name), std::nullopt, "cannot be read"});
    }
    return verified;
  }
  const std::optional<TopicPartition> partition = partition_named(name_of(directory));
  if (has_segment(*names) || (partition && has_partition_file(*names) && !is_log_directory(disk, directory, *names))) {
    const OffsetCheckpoint log_starts = read_offsets(disk, path_of(directory_of(directory), log_start_checkpoint));
    verified.partitions = 1;
    verified.batches =
        verify_partition(disk, directory, *names, offset_of(log_starts, partition), options, counting).batches;
    return verified;
  }
  DirectoryCheck check{disk, directory, options, counting, verified};
  verified.readable = check.check(*names);
  return verified;
}

}  // namespace kafkasim::sim::logtool
