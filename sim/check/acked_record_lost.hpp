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
  // These mark in the history what they find lost, so that it is counted once.
  void on(const Observation& o, const trace::BecameLeader& e, History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionChanged& e, History& history, Findings& findings);
  void on(const Observation& o, const trace::RecordsAcked& e, History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void compare_all(const Observation& o, const TopicIdPartition& partition, History& history, Findings& findings);
  void compare(const Observation& o, const AckedBatch& acked, const TopicIdPartition& partition, History& history,
               Findings& findings);
  // Acknowledged before it was committed: what says that the leader has all that is committed says nothing of these.
  std::map<TopicIdPartition, Chunked<std::size_t>> uncommitted_;
};

}  // namespace kafkasim::sim
