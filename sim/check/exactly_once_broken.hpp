#pragma once
// exactly-once-broken (G-ONCE): of every record that a pipeline with `exactly_once` has read, exactly one output stands in a committed
// transaction (KIP-98, KIP-447). A second one is seen when the marker that commits it is replicated; a missing one when the transaction that
// commits the offset behind its input has ended everywhere, and once more when all has come to rest. While a commit of another instance is
// still under way its offsets may be there before its output: that is looked at when it has ended too.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/check/invariant.hpp"
#include "sim/check/not_converged.hpp"

namespace kafkasim::sim {

class ExactlyOnceBroken {
 public:
  static constexpr std::string_view id = "exactly-once-broken";
  static constexpr std::string_view promise = "an exactly-once pipeline writes one record for each that it reads";
  void on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings);
  void on(const Observation& o, const trace::TransactionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const ConvergenceJudged& judged, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void look(const Observation& o, const std::string& pipeline, const TopicPartition& input, const History& history, Findings& findings);
  std::map<std::pair<std::string, TopicPartition>, Offset> looked_up_to_;
  std::map<std::string, std::set<std::string>> ending_;  // by pipeline: the transactional ids whose commit has not reached every partition
};

}  // namespace kafkasim::sim
