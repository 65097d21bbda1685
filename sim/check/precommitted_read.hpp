#pragma once
// precommitted-read (C-PRE): a consumer with isolation.level=read_committed is given no record of a transaction before the marker that
// commits it is replicated, its own included.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class PrecommittedRead {
 public:
  static constexpr std::string_view id = "precommitted-read";
  static constexpr std::string_view promise = "read_committed gives no record of a transaction that is not committed yet";
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
