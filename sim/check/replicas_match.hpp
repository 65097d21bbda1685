#pragma once
// replicas-match (P-MATCH): below the lower of their high watermarks two running replicas hold the same batches.
// Nothing excuses it.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class ReplicasMatch {
 public:
  static constexpr std::string_view id = "replicas-match";
  static constexpr std::string_view promise =
      "two replicas hold the same batches below the lower of their high watermarks";
  void check(const Observation& o, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
