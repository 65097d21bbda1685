#pragma once
// order-broken (C-ORDER): in a partition, the records of one producer stand in the order in which it sent them, if it
// is idempotent or has one request in flight. Excused (unknown-producer) where Kafka itself does not keep it: a leader that
// knows nothing of a producer takes any first sequence (ProducerAppendInfo.checkSequence), so while the first batches of a
// producer hang in requests to a leader that died, later ones may be taken by the next.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OrderBroken {
 public:
  static constexpr std::string_view id = "order-broken";
  static constexpr std::string_view promise = "a producer's records stand in the order in which they were sent";
  void on(const Observation& o, const NewlyCommitted& committed, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
