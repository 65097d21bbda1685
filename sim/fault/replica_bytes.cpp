#include "sim/fault/replica_bytes.hpp"

#include <limits>

#include "core/record/record.hpp"

namespace kafkasim::sim {

std::vector<StoredSegment> stored_segments(const SimDisk& disk, const TopicPartition& partition) {
  SimDisk copy = disk;  // reading opens files: on a copy, which shares all bytes
  std::vector<StoredSegment> segments;
  const std::string directory = to_string(partition);
  const auto names = copy.list(directory);
  if (!names) return segments;
  for (const std::string& name : *names) {
    if (!name.ends_with(".log")) continue;
    const auto bytes = read_file(copy, directory + "/" + name);
    if (bytes) segments.push_back({directory + "/" + name, read_batches(SharedBytes{*bytes}).batches});
  }
  return segments;
}

std::vector<std::optional<std::string>> stored_values(const SimDisk& disk, const TopicPartition& partition,
                                                      std::optional<Offset> limit) {
  std::vector<std::optional<std::string>> values;
  for (const StoredSegment& segment : stored_segments(disk, partition)) {
    for (const RecordBatch& batch : segment.batches) {
      if (batch.is_control() || (limit && batch.last_offset() >= *limit)) continue;
      const auto records = decode_records(batch);
      if (!records) continue;
      for (const auto& record : *records) {
        values.push_back(record.value ? std::optional{std::string{as_text(*record.value)}} : std::nullopt);
      }
    }
  }
  return values;
}

std::vector<KeepRule> keep_first_records(const SimDisk& disk, const TopicPartition& partition, std::int64_t records,
                                         TearNext tear) {
  std::vector<KeepRule> rules;
  std::int64_t kept = 0;
  bool cut = false;
  for (const StoredSegment& segment : stored_segments(disk, partition)) {
    KeepRule rule{.path = segment.path, .keep = Keep::exactly, .length = 0, .garbage_to = {}};
    for (const RecordBatch& batch : segment.batches) {
      const std::int64_t count = batch.header.records_count;
      if (cut || kept + count > records) {
        if (!cut && tear == TearNext::yes) rule.garbage_to = rule.length + batch.size_bytes();
        cut = true;
        break;
      }
      kept += count;
      rule.length += batch.size_bytes();
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace kafkasim::sim
