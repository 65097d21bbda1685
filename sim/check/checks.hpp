#pragma once
// Checks: every invariant of this release, and the history that they share. A value that goes with the World it
// watches:
//   Checks checks{subjects};  for (const Observation& o : world.observations()) checks.observe(o);
#include "sim/check/acked_record_lost.hpp"
#include "sim/check/committed_log.hpp"
#include "sim/check/epoch_offset_unique.hpp"
#include "sim/check/log_offsets_ordered.hpp"
#include "sim/check/one_leader_per_epoch.hpp"
#include "sim/check/order_broken.hpp"
#include "sim/check/raft_safety.hpp"
#include "sim/check/record_duplicated.hpp"
#include "sim/check/replicas_match.hpp"

namespace kafkasim::sim {

class Checks {
 public:
  explicit Checks(Subjects subjects) : history_{std::move(subjects)} {}
  void observe(const Observation& o);
  void set_subjects(Subjects subjects) { history_.set_subjects(std::move(subjects)); }
  History& edit_history() { return history_; }

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] const Findings& findings() const { return findings_; }
  [[nodiscard]] Findings& edit_findings() { return findings_; }
  [[nodiscard]] std::map<std::string_view, std::uint64_t> evaluations() const;
  // What every leader's high watermark has revealed of a partition, in order.
  [[nodiscard]] const CommittedLog* committed(const TopicIdPartition& partition) const;

 private:
  void watch_commits(const Observation& o);

  History history_;
  Findings findings_;
  std::map<TopicIdPartition, Cow<CommittedLog>> committed_;
  LogOffsetsOrdered log_offsets_ordered_;
  ReplicasMatch replicas_match_;
  EpochOffsetUnique epoch_offset_unique_;
  OneLeaderPerEpoch one_leader_per_epoch_;
  AckedRecordLost acked_record_lost_;
  RecordDuplicated record_duplicated_;
  OrderBroken order_broken_;
  RaftSafety raft_safety_;
};

}  // namespace kafkasim::sim
