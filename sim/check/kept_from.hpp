#pragma once
// From where on the records of a partition still concern anybody. What its leader has deleted does not, also where a follower has not heard of
// it; what the cleaner has reached each replica rewrites at a time of its own.
#include <algorithm>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

inline Offset kept_from(const PartitionHistory& partition) {
  const ReplicaHistory* leader = partition.acting_leader();
  return leader ? std::max(partition.compacted_to, leader->log_start) : partition.compacted_to;
}

}  // namespace kafkasim::sim
