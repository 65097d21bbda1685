#include "sim/fault/replica_bytes.hpp"

#include <algorithm>
#include <set>

#include "core/log/log_files.hpp"
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

std::vector<KeepRule> keep_synced_and_tear(const SimDisk& disk) {
  std::vector<KeepRule> rules;
  for (const std::string& directory : disk.directories()) {
    const std::optional<TopicPartition> partition = partition_of_directory(directory);
    if (!partition) continue;
    bool torn = false;
    for (const StoredSegment& segment : stored_segments(disk, *partition)) {
      const std::uint64_t synced = disk.info(segment.path)->durable_size;
      KeepRule rule{.path = segment.path, .keep = Keep::exactly, .length = synced, .garbage_to = {}};
      std::uint64_t at = 0;
      for (const RecordBatch& batch : segment.batches) {
        const std::uint64_t end = at + batch.size_bytes();
        if (!torn && end > synced) {
          rule.length = std::max(at, synced);
          rule.garbage_to = end;
          torn = true;
        }
        at = end;
      }
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

std::vector<StoredBit> draw_stored_bits(const SimDisk& disk, const TopicPartition& partition, std::int64_t bits,
                                        Random& random) {
  const std::vector<StoredSegment> segments = stored_segments(disk, partition);
  std::uint64_t all = 0;
  for (const StoredSegment& segment : segments) {
    for (const RecordBatch& batch : segment.batches) all += batch.body.size() * 8;
  }
  std::set<std::uint64_t> chosen;
  const std::uint64_t wanted = std::min(all, static_cast<std::uint64_t>(bits));
  while (chosen.size() < wanted) chosen.insert(random.below(all));
  std::vector<StoredBit> found;
  auto next = chosen.begin();
  std::uint64_t seen = 0;
  for (const StoredSegment& segment : segments) {
    std::uint64_t at = 0;
    for (const RecordBatch& batch : segment.batches) {
      for (; next != chosen.end() && *next < seen + batch.body.size() * 8; ++next) {
        const std::uint64_t bit = *next - seen;
        found.push_back({segment.path, at + batch_header_size + bit / 8, std::byte{1} << static_cast<int>(bit % 8),
                         batch.base_offset(), batch.last_offset()});
      }
      seen += batch.body.size() * 8;
      at += batch.size_bytes();
    }
  }
  return found;
}

}  // namespace kafkasim::sim
