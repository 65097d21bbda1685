#pragma once
// From where to where there is something to read in a partition, as its leader has it: what the lag of a group is counted from, where
// nothing was committed, and to.
#include "sim/check/history.hpp"

namespace kafkasim::sim {

struct Ends {
  Offset start;
  Offset high_watermark;
};

inline Ends ends_of(const PartitionHistory& partition) {
  const ReplicaHistory* leader = partition.leader ? partition.replica(*partition.leader) : nullptr;
  return leader ? Ends{leader->log_start, leader->high_watermark} : Ends{Offset{0}, partition.true_high_watermark};
}

}  // namespace kafkasim::sim
