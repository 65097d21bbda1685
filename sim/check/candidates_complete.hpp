#pragma once
// candidates-complete (P-LCC): every member of the controller's ISR (and, when there are eligible leader replicas, of
// those) that runs has all that was ever committed: whichever of them is elected, nothing is lost. Compared with the log
// that all leaders so far have committed, so it does not matter what the present leader knows.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class CandidatesComplete {
 public:
  static constexpr std::string_view id = "candidates-complete";
  static constexpr std::string_view promise =
      "every running replica that may be elected has all that was ever committed";
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogTruncated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BrokerUnfenced& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void compare(const Observation& o, const PartitionHistory& partition, NodeId member, const ReplicaHistory& its,
               const History& history, Findings& findings);
  void compare_all(const Observation& o, const PartitionHistory& partition, const History& history, Findings& findings);
};

}  // namespace kafkasim::sim
