#pragma once
// What a reader gets of one replica's log as it lies on a simulated disk: for expectations on records.
#include <optional>
#include <string>
#include <vector>

#include "sim/fault/replica_bytes.hpp"
#include "sim/scenario/expectation.hpp"

namespace kafkasim::sim {

struct ReadFrom {
  Offset start{};             // the log start offset: what stands before it is deleted, if not yet gone
  std::optional<Offset> end{};  // the high watermark; absent: all that the replica holds
  Isolation isolation{};      // read_committed: nothing of aborted transactions, nothing behind the first open one
};

// In the order of the log; null values are absent. Control batches are never read.
[[nodiscard]] std::vector<std::optional<std::string>> readable_values(const SimDisk& disk,
                                                                      const TopicPartition& partition,
                                                                      const ReadFrom& from);

}  // namespace kafkasim::sim
