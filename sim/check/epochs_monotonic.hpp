#pragma once
// epochs-monotonic (P-EPMONO): leader epochs never go back. In a log they do not fall from batch to batch; a leader
// appends in its own epoch only, a follower nothing of a later one than it knows; a process is told of rising epochs,
// and the controller decides rising ones, partition epochs too.
#include <map>
#include <utility>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class EpochsMonotonic {
 public:
  static constexpr std::string_view id = "epochs-monotonic";
  static constexpr std::string_view promise =
      "leader epochs never go back: in a log, on a replica, and in what the controller decides";
  void on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BecameLeader& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BecameFollower& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessStarted& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Decided {
    LeaderEpoch leader_epoch{-1};
    PartitionEpoch partition_epoch{-1};
  };
  void enter(const Observation& o, const TopicIdPartition& partition, LeaderEpoch epoch, const History& history,
             Findings& findings);
  std::map<std::pair<TopicIdPartition, HostId>, LeaderEpoch> entered_;  // by the process that runs
  std::map<TopicIdPartition, Decided> decided_;
};

}  // namespace kafkasim::sim
