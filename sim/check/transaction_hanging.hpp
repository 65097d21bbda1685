#pragma once
// transaction-hanging (L-TXN): no transaction stays open in a partition for good, for the last stable offset, and with it every
// read_committed reader, stands still meanwhile. One that its coordinator does not know ends by nobody: it is found after ten seconds.
// Others end at the latest by time: found when the cluster was left alone for longer than that takes.
#include <set>
#include <utility>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class TransactionHanging {
 public:
  static constexpr std::string_view id = "transaction-hanging";
  static constexpr std::string_view promise = "every transaction ends: the last stable offset moves on";
  static constexpr Duration unknown_for = seconds(10);
  static constexpr Duration sweep = seconds(10);  // how often coordinators look for what takes too long
  void check(const Observation& o, History& history, Findings& findings) {
    if (o.at >= next_look_) look(o, history, findings);
  }
  std::uint64_t evaluations{0};

 private:
  void look(const Observation& o, const History& history, Findings& findings);
  Instant next_look_{};
  std::map<std::pair<TopicPartition, std::int64_t>, Instant> unknown_since_;
  std::set<std::pair<TopicPartition, std::int64_t>> reported_;
};

}  // namespace kafkasim::sim
