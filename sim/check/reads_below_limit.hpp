#pragma once
// reads-below-limit (P-READ): what a consumer is given lies below the limit of its isolation level, and that is at most
// the high watermark which the replica holds at that moment (KAFKA-9807, KAFKA-9835).
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class ReadsBelowLimit {
 public:
  static constexpr std::string_view id = "reads-below-limit";
  static constexpr std::string_view promise =
      "no consumer is given anything above the high watermark, or above the last stable offset if it reads committed";
  void on(const Observation& o, const trace::FetchAnswered& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
