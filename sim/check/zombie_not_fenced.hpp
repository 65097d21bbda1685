#pragma once
// zombie-not-fenced (T-FENCE): once InitProducerId is answered with an epoch, no record of an older epoch of that producer is committed
// (KIP-98). The transaction ledger looks at every batch that a leader's high watermark passes.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class ZombieNotFenced {
 public:
  static constexpr std::string_view id = "zombie-not-fenced";
  static constexpr std::string_view promise = "once a producer was given an epoch, nothing of an older one takes effect";
  void on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
