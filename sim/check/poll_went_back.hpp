#pragma once
// poll-went-back (C-BACK): a consumer is given the records of a partition by rising offsets, within a poll (Jepsen's
// int-nonmonotonic-poll) and from one to the next (nonmonotonic-poll), and none twice. After a rebalance, a seek or a
// reset it begins where that says: another delivery of the same record is legal then.
#include "sim/check/invariant.hpp"
#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

class PollWentBack {
 public:
  static constexpr std::string_view id = "poll-went-back";
  static constexpr std::string_view promise = "a consumer's polls return rising offsets, none twice";
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
