#pragma once
// acked-record-lost (C-LOST): what was acknowledged stays. Counted from the moment when the leader that the controller
// has committed lacks the record at its offset. Excused: acks below all; an unclean election; power lost by as many
// replicas as min.insync.replicas; the last replica standing. Retention and deletion are no loss.
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class AckedRecordLost {
 public:
  static constexpr std::string_view id = "acked-record-lost";
  static constexpr std::string_view promise = "what was acknowledged stays";
  // Marks in the history what it finds lost, so that it is counted once.
  void check(const Observation& o, History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void compare(const Observation& o, const TopicIdPartition& partition, std::size_t from, History& history,
               Findings& findings);
};

}  // namespace kafkasim::sim
