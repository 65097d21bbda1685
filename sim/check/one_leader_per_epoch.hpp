#pragma once
// one-leader-per-epoch (P-1LEAD): in one leader epoch of a partition at most one replica acts as leader: takes the lead,
// appends, or acknowledges; and it is the one that the controller decided on.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OneLeaderPerEpoch {
 public:
  static constexpr std::string_view id = "one-leader-per-epoch";
  static constexpr std::string_view promise = "at most one replica leads a partition in one leader epoch";
  void on(const Observation& o, const trace::BecameLeader& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::ProduceAnswered& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  enum class How : std::uint8_t { acts, decided };
  struct Leader {
    NodeId node;
    How how{};
  };
  void leads(const Observation& o, const TopicIdPartition& partition, LeaderEpoch epoch, Leader leader,
             const History& history, Findings& findings);
  std::map<std::pair<TopicIdPartition, LeaderEpoch>, Leader> leaders_;
};

}  // namespace kafkasim::sim
