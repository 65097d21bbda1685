#pragma once
// poll-skipped (C-SKIP): what a consumer is given of a partition leaves out nothing that it should have got, within a
// poll (Jepsen's int-poll-skip) and from one to the next (poll-skip). Where it goes on after a rebalance, a seek or a
// reset is its own matter; from there on it counts. Control records, aborted ones and what compaction or retention took
// are no skip. Neither is it one where the log behind the reader was replaced after a loss.
#include "sim/check/invariant.hpp"
#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

class PollSkipped {
 public:
  static constexpr std::string_view id = "poll-skipped";
  static constexpr std::string_view promise = "a consumer's polls leave out no record between two that they return";
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PositionReset& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsAssigned& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsRevoked& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessStarted& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  ReadPositions positions_;
};

}  // namespace kafkasim::sim
