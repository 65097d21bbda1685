#pragma once
// not-converged (L-CONV): after the run, a core of the cluster is healed and all outside it stays as it is for good;
// within a budget that follows from the timers the core comes to rest (convergence.hpp says as what). Healing only a
// part is what finds those who wait for the rest (TigerBeetle's liveness mode). A state from which nothing could
// recover is no violation; the verdict says so.
#include "sim/check/convergence.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

struct ConvergenceJudged {  // by the epilogue, when the core has come to rest or its budget is spent
  Duration budget;
  std::vector<Unmet> unmet;
  std::vector<std::string> unrecoverable;  // why it could not; empty: it could
};

class NotConverged {
 public:
  static constexpr std::string_view id = "not-converged";
  static constexpr std::string_view promise = "a healed part of the cluster comes to rest, whatever the rest does";
  void on(const Observation& o, const ConvergenceJudged& judged, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
