#include "core/log/log_directory.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/log/log_files.hpp"

namespace kafkasim {

namespace {

constexpr std::string_view metadata_log_directory = "__cluster_metadata-0";

struct Checkpoints {
  OffsetCheckpoint recovery_points;
  OffsetCheckpoint high_watermarks;
  OffsetCheckpoint log_starts;
};

Offset offset_in(const OffsetCheckpoint& checkpoint, const TopicPartition& partition) {
  const auto entry = checkpoint.find(partition);
  return entry == checkpoint.end() ? Offset{0} : entry->second;
}

DiskResult<OffsetCheckpoint> read_checkpoint(Disk& disk, std::string_view path, std::vector<Error>& problems) {
  const auto text = read_text(disk, path);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return OffsetCheckpoint{};
  Result<OffsetCheckpoint> offsets = parse_offset_checkpoint(**text);
  if (offsets) return std::move(*offsets);
  problems.push_back({offsets.error().message, std::string{path} + ": " + offsets.error().place});
  return OffsetCheckpoint{};
}

DiskResult<Checkpoints> read_checkpoints(Disk& disk, std::vector<Error>& problems) {
  auto recovery_points = read_checkpoint(disk, recovery_point_checkpoint, problems);
  if (!recovery_points) return tl::unexpected(recovery_points.error());
  auto high_watermarks = read_checkpoint(disk, high_watermark_checkpoint, problems);
  if (!high_watermarks) return tl::unexpected(high_watermarks.error());
  auto log_starts = read_checkpoint(disk, log_start_checkpoint, problems);
  if (!log_starts) return tl::unexpected(log_starts.error());
  return Checkpoints{std::move(*recovery_points), std::move(*high_watermarks), std::move(*log_starts)};
}

// Reads the marker and removes it for good: a crash from now on is none of a clean stop.
DiskResult<void> take_marker(Disk& disk, LogDirectory::OpenReport& report) {
  const auto text = read_text(disk, clean_shutdown_file);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return {};
  const Result<CleanShutdownMarker> marker = parse_clean_shutdown(**text);
  if (marker) {
    report.clean = CleanShutdown::yes;
    report.previous_broker_epoch = marker->broker_epoch;
  } else {
    report.problems.push_back({marker.error().message, std::string{clean_shutdown_file}});
  }
  DiskResult<void> done = disk.remove(clean_shutdown_file);
  return done ? disk.sync_directory("") : done;
}

// The topic id of a partition's directory; absent, with a problem noted, if partition.metadata does not give one.
DiskResult<std::optional<Uuid>> topic_id_of(Disk& disk, const std::string& directory, std::vector<Error>& problems) {
  const std::string path = path_of(directory, partition_metadata_file);
  const auto text = read_text(disk, path);
  if (!text) return tl::unexpected(text.error());
  if (!*text) {
    problems.push_back({"directory has no partition.metadata", directory});
    return std::nullopt;
  }
  const Result<PartitionMetadata> metadata = parse_partition_metadata(**text);
  if (metadata) return metadata->topic_id;
  problems.push_back({metadata.error().message, path});
  return std::nullopt;
}

bool is_on_its_way_out(std::string_view name) {
  return name.size() > delete_dir_suffix.size()
         && name.substr(name.size() - delete_dir_suffix.size()) == delete_dir_suffix;
}

// "topic-partition.<32 hex digits>-delete", the topic cut so that the name has at most 255 characters.
std::string name_outside(const TopicPartition& partition, const Uuid& id, std::string_view suffix) {
  std::vector<std::byte> bytes;
  for (const std::uint64_t word : {id.high, id.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(word >> shift & 0xff));
  }
  const std::string rest = "-" + std::to_string(partition.partition.value) + "." + to_hex(bytes) + std::string{suffix};
  return partition.topic.substr(0, 255 - rest.size()) + rest;
}

}  // namespace

DiskResult<LogDirectory::Opened> LogDirectory::open(Disk& disk,
                                                    const std::function<LogConfig(const TopicPartition&)>& config_of,
                                                    Timestamp now) {
  Opened opened;
  OpenReport& report = opened.report;
  if (DiskResult<void> done = take_marker(disk, report); !done) return tl::unexpected(done.error());
  const auto checkpoints = read_checkpoints(disk, report.problems);
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  const auto names = disk.list("");
  if (!names && names.error().kind == DiskErrorKind::not_found) return opened;
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (is_on_its_way_out(name)) {
      report.leaving.push_back(name);
      continue;
    }
    const std::optional<TopicPartition> partition = partition_of_directory(name);
    if (!partition || name == metadata_log_directory) continue;
    const auto topic_id = topic_id_of(disk, name, report.problems);
    if (!topic_id) return tl::unexpected(topic_id.error());
    if (!*topic_id) continue;
    const TopicIdPartition id{**topic_id, partition->partition};
    if (opened.directory.logs_.contains(id)) {
      report.problems.push_back({"another directory has this topic id and partition", name});
      continue;
    }
    const LogOpenOptions options{report.clean, offset_in(checkpoints->recovery_points, *partition),
                                 offset_in(checkpoints->log_starts, *partition)};
    auto log = UnifiedLog::open(disk, name, *partition, config_of(*partition), options, now);
    if (!log) return tl::unexpected(log.error());
    const Offset high_watermark = log->log.update_high_watermark(offset_in(checkpoints->high_watermarks, *partition));
    report.logs.push_back({id, log->report, high_watermark});
    opened.directory.logs_.emplace(id, Cow<UnifiedLog>{std::move(log->log)});
  }
  return opened;
}

const UnifiedLog* LogDirectory::find(const TopicIdPartition& id) const {
  const auto log = logs_.find(id);
  return log == logs_.end() ? nullptr : &*log->second;
}

UnifiedLog* LogDirectory::edit(const TopicIdPartition& id) {
  const auto log = logs_.find(id);
  return log == logs_.end() ? nullptr : &log->second.edit();
}

DiskResult<UnifiedLog*> LogDirectory::create(const TopicIdPartition& id, const TopicPartition& name,
                                             const LogConfig& config, Timestamp now, Disk& disk) {
  if (UnifiedLog* log = edit(id)) return log;
  const std::string directory = to_string(name);
  for (const auto& [other, log] : logs_) {
    if (log->directory() == directory) return tl::unexpected(DiskError{DiskErrorKind::exists, directory});
  }
  DiskResult<void> done =
      replace_file(disk, path_of(directory, partition_metadata_file), format_partition_metadata({id.topic_id}));
  if (done) done = disk.sync_directory("");
  if (!done) return tl::unexpected(done.error());
  auto opened = UnifiedLog::open(disk, directory, name, config, {}, now);
  if (!opened) return tl::unexpected(opened.error());
  return &logs_.emplace(id, Cow<UnifiedLog>{std::move(opened->log)}).first->second.edit();
}

DiskResult<std::string> LogDirectory::move_out(Logs::iterator log, std::string_view suffix, Disk& disk) {
  UnifiedLog& leaving = log->second.edit();
  leaving.close(disk);
  removals_.forget_files_in(leaving.directory(), disk);
  // Kafka draws the number in the name. Here it is the topic's, or one near it if the replica has left before.
  Uuid number = log->first.topic_id;
  std::string out = name_outside(leaving.partition(), number, suffix);
  while (disk.exists(out)) {
    ++number.low;
    out = name_outside(leaving.partition(), number, suffix);
  }
  DiskResult<void> done = disk.rename(leaving.directory(), out);
  if (done) done = disk.sync_directory("");
  logs_.erase(log);
  if (!done) return tl::unexpected(done.error());
  return out;
}

DiskResult<void> LogDirectory::remove(const TopicIdPartition& id, Instant due, Disk& disk) {
  const auto log = logs_.find(id);
  if (log == logs_.end()) return {};
  DiskResult<std::string> out = move_out(log, delete_dir_suffix, disk);
  if (!out) return tl::unexpected(out.error());
  removals_.add_directory(due, std::move(*out));
  return {};
}

DiskResult<void> LogDirectory::set_aside(const TopicIdPartition& id, Disk& disk) {
  const auto log = logs_.find(id);
  if (log == logs_.end()) return {};
  const DiskResult<std::string> out = move_out(log, stray_dir_suffix, disk);
  if (!out) return tl::unexpected(out.error());
  return {};
}

DiskResult<RetentionResult> LogDirectory::delete_old_segments(const TopicIdPartition& id, Instant now, Timestamp wall,
                                                              std::size_t most, Disk& disk) {
  UnifiedLog* log = edit(id);
  KAFKASIM_CHECK(log != nullptr);
  DiskResult<RetentionResult> result = log->delete_old_segments(wall, most, disk);
  if (!result || result->runs.empty()) return result;
  removals_.add(now + milliseconds(log->config().file_delete_delay_ms), log->directory(),
                std::exchange(result->files, {}));
  return result;
}

DiskResult<void> LogDirectory::write_recovery_points(Disk& disk) const {
  OffsetCheckpoint offsets;
  for (const auto& [id, log] : logs_) offsets[log->partition()] = log->recovery_point();
  return replace_file(disk, recovery_point_checkpoint, format_offset_checkpoint(offsets));
}

DiskResult<void> LogDirectory::write_high_watermarks(Disk& disk) const {
  OffsetCheckpoint offsets;
  for (const auto& [id, log] : logs_) offsets[log->partition()] = log->high_watermark();
  return replace_file(disk, high_watermark_checkpoint, format_offset_checkpoint(offsets));
}

DiskResult<void> LogDirectory::write_log_start_offsets(Disk& disk) const {
  OffsetCheckpoint offsets;
  for (const auto& [id, log] : logs_) {
    if (log->log_start_offset() > log->segments().front().base_offset())
      offsets[log->partition()] = log->log_start_offset();
  }
  return replace_file(disk, log_start_checkpoint, format_offset_checkpoint(offsets));
}

DiskResult<void> LogDirectory::close_cleanly(std::optional<BrokerEpoch> broker_epoch, Disk& disk) {
  for (auto& [id, log] : logs_) {
    if (DiskResult<void> done = log.edit().close_cleanly(disk); !done) return done;
  }
  removals_.close_all(disk);
  DiskResult<void> done = write_recovery_points(disk);
  if (done) done = write_high_watermarks(disk);
  if (done) done = write_log_start_offsets(disk);
  if (done) done = replace_file(disk, clean_shutdown_file, format_clean_shutdown({broker_epoch}));
  return done;
}

}  // namespace kafkasim
