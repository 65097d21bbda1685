#pragma once
// min-isr-respected (P-MINISR): with fewer in-sync replicas than min.insync.replicas a leader moves no high watermark and
// acknowledges nothing with acks=all (rules of KIP-966); and it acknowledges nothing with acks=all before the high
// watermark is beyond it.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class MinIsrRespected {
 public:
  static constexpr std::string_view id = "min-isr-respected";
  static constexpr std::string_view promise =
      "nothing is committed, and nothing acknowledged with acks=all, on fewer replicas than min.insync.replicas";
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::ProduceAnswered& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
