#pragma once
// log-offsets-ordered (P-HWLEO): on every replica log start <= high watermark <= log end, and offsets only rise.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class LogOffsetsOrdered {
 public:
  static constexpr std::string_view id = "log-offsets-ordered";
  static constexpr std::string_view promise =
      "on every replica log start <= high watermark <= log end, and offsets only rise";
  void check(const Observation& o, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
