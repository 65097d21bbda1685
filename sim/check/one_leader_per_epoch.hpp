#pragma once
// one-leader-per-epoch (P-1LEAD): in one leader epoch of a partition at most one replica acts as leader.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OneLeaderPerEpoch {
 public:
  static constexpr std::string_view id = "one-leader-per-epoch";
  static constexpr std::string_view promise = "at most one replica leads a partition in one leader epoch";
  void check(const Observation& o, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  std::map<std::pair<TopicIdPartition, LeaderEpoch>, NodeId> leaders_;
};

}  // namespace kafkasim::sim
