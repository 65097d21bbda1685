#pragma once
// committed-not-truncated (P-TRUNC): no running replica cuts from its log a batch that was committed. What it cuts above,
// or that differs from what was committed there, it may. What its leader has deleted is no more committed.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class CommittedNotTruncated {
 public:
  static constexpr std::string_view id = "committed-not-truncated";
  static constexpr std::string_view promise = "no replica cuts off what was committed";
  void on(const Observation& o, const trace::LogTruncated& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
