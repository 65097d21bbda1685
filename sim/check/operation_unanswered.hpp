#pragma once
// operation-unanswered (L-OPS): a producer tells the outcome of every send, good or bad, within delivery.timeout.ms of
// taking it (KIP-91), whatever has become of the cluster. A process that ends takes its operations with it; in one that
// was paused their time begins again.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class OperationUnanswered {
 public:
  static constexpr std::string_view id = "operation-unanswered";
  static constexpr std::string_view promise = "every send is answered, well or badly, within delivery.timeout.ms";
  static constexpr Duration slack = seconds(5);
  void on(const Observation& o, const trace::RecordSent& e, const History& history, Findings& findings);
  void check(const Observation& o, History& history, Findings& findings) {
    if (next_due_ && o.at > *next_due_) look(o, history, findings);
  }
  std::uint64_t evaluations{0};

 private:
  void look(const Observation& o, const History& history, Findings& findings);
  std::optional<Instant> next_due_;                                     // not after the first send that is overdue
  std::map<std::pair<HostId, TopicPartition>, std::int64_t> reported_;  // sends below have been
};

}  // namespace kafkasim::sim
