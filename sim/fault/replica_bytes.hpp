#pragma once
// The log files of one replica as they lie on a simulated disk, read without disturbing the run: for what a power loss
// is to keep, and for expectations on records.
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"
#include "sim/disk/power_loss.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::sim {

struct StoredSegment {
  std::string path;
  std::vector<RecordBatch> batches;
};

[[nodiscard]] std::vector<StoredSegment> stored_segments(const SimDisk& disk, const TopicPartition& partition);

// Values of the records below `limit` (absent: all), control batches left out; null values are absent.
[[nodiscard]] std::vector<std::optional<std::string>> stored_values(const SimDisk& disk,
                                                                    const TopicPartition& partition,
                                                                    std::optional<Offset> limit);

// What is to survive so that every replica on the disk keeps what was synced of it, and a part of the batch after that.
[[nodiscard]] std::vector<KeepRule> keep_synced_and_tear(const SimDisk& disk);

// So many different bits in the records of that replica, headers left out, so that the CRC tells; fewer if there are not
// so many. In the order of the log.
struct StoredBit {
  std::string path;
  std::uint64_t at{};
  std::byte mask{};
  Offset first;  // of the batch that it stands in
  Offset last;
};
[[nodiscard]] std::vector<StoredBit> draw_stored_bits(const SimDisk& disk, const TopicPartition& partition,
                                                      std::int64_t bits, Random& random);

// What is to survive so that the replica keeps its first `records` records; with `tear` also a part of the batch after
// them.
enum class TearNext : std::uint8_t { no, yes };
[[nodiscard]] std::vector<KeepRule> keep_first_records(const SimDisk& disk, const TopicPartition& partition,
                                                       std::int64_t records, TearNext tear);

}  // namespace kafkasim::sim
