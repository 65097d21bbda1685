#pragma once
// order-broken (C-ORDER): in a partition, the records of one producer stand in the order in which it sent them, if it
// is idempotent or has one request in flight.
#include "sim/check/committed_log.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OrderBroken {
 public:
  static constexpr std::string_view id = "order-broken";
  void check(const Observation& o, const PartitionHistory& partition, const CommittedLog::News& news,
             const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
