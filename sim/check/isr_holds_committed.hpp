#pragma once
// isr-holds-committed (P-STRONG): whichever replica acts as leader, all that lies below its high watermark is the same on
// every member of the controller's ISR that runs. It is what a clean election may rely on. A member counts as running
// from when its process is registered and unfenced; a dead one stays in the ISR until its session expires.
#include <optional>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class IsrHoldsCommitted {
 public:
  static constexpr std::string_view id = "isr-holds-committed";
  static constexpr std::string_view promise = "every running in-sync replica has all that a leader calls committed";
  void on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogTruncated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BrokerUnfenced& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void compare(const Observation& o, const PartitionHistory& partition, NodeId leader, const ReplicaHistory& its,
               NodeId member, const ReplicaHistory& other, const History& history, Findings& findings);
  void compare_all(const Observation& o, const PartitionHistory& partition, std::optional<NodeId> only,
                   const History& history, Findings& findings);
};

}  // namespace kafkasim::sim
