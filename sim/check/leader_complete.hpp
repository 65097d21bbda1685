#pragma once
// leader-complete (P-LC): a replica that the controller has made leader, and that takes the lead, has all that earlier
// leaders have committed, and so all that acks=all promised.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class LeaderComplete {
 public:
  static constexpr std::string_view id = "leader-complete";
  static constexpr std::string_view promise = "a new leader has all that was committed before it";
  void on(const Observation& o, const trace::BecameLeader& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
