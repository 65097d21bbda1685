#pragma once
// maximal-isr-respected (P-RQS): when a leader that is not stale moves its high watermark, what it holds for the maximal
// ISR has every member of the controller's ISR: nobody may be elected that it did not wait for (KIP-497).
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class MaximalIsrRespected {
 public:
  static constexpr std::string_view id = "maximal-isr-respected";
  static constexpr std::string_view promise =
      "a leader that commits waits for every replica that the controller may count as in sync";
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
