#pragma once
// producer-state-replayable (P-PSTATE): what a replica knows of its producers, after loading its log, taking the lead or
// truncating, is what replaying its log gives: their epochs, last sequences and open transactions (ProducerStateManager;
// KIP-98). A producer that the log says nothing of any more, or nothing behind where it begins now, may be known still or not.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class ProducerStateReplayable {
 public:
  static constexpr std::string_view id = "producer-state-replayable";
  static constexpr std::string_view promise = "what a replica knows of its producers follows from its log";
  void on(const Observation& o, const trace::ProducersTold& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
