#pragma once
// churn (L-CHURN): while nothing is wrong and nobody does anything to the cluster, it stays as it is: the epochs of a
// partition, the epoch of the active controller and the generation of a group change less than three times in ten
// seconds each. Looked at from a while after the last fault and operation on, in the run as in its epilogue.
#include <deque>
#include <map>
#include <string>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class Churn {
 public:
  static constexpr std::string_view id = "churn";
  static constexpr std::string_view promise = "epochs and generations settle while nothing is wrong";
  static constexpr std::size_t too_many = 3;
  static constexpr Duration within = seconds(10);
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::ControllerActivated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PollTimedOut& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Subject {
    std::int64_t version{-1};
    std::deque<Instant> changes;  // those of the last ten seconds
  };
  void changed(const Observation& o, const std::string& name, std::string_view what, std::int64_t version,
               const History& history, Findings& findings);
  std::map<std::string, Subject> subjects_;
};

}  // namespace kafkasim::sim
