#include "core/controller/partition_change.hpp"

#include <algorithm>

namespace kafkasim {

namespace {

struct ElectionResult {
  std::optional<NodeId> leader;
  bool unclean{};
};

bool contains(const std::vector<NodeId>& list, NodeId id) { return std::ranges::find(list, id) != list.end(); }

const std::vector<NodeId>& replicas_of(const PartitionChange& change) {
  return change.target_replicas ? *change.target_replicas : change.now.replicas;
}

ElectionResult elect_leader(const PartitionChange& change) {
  const std::vector<NodeId>& replicas = replicas_of(change);
  const auto valid = [&change](NodeId id) {
    return contains(change.target_isr, id) && change.is_acceptable_leader(id);
  };
  if (change.election == Election::preferred && valid(replicas.front())) return {replicas.front(), false};
  if (change.now.leader && valid(*change.now.leader)) return {change.now.leader, false};
  if (const auto first = std::ranges::find_if(replicas, valid); first != replicas.end())
    return {*first, false};
  if (change.election == Election::unclean_allowed) {
    const auto live = std::ranges::find_if(replicas, change.is_acceptable_leader);
    if (live != replicas.end()) return {*live, true};
  }
  return {};
}

}  // namespace

std::optional<PartitionChangeRecord> build_change(const PartitionChange& change) {
  PartitionChangeRecord record;
  record.topic_id = change.partition.topic_id;
  record.partition_id = change.partition.partition;
  const ElectionResult elected = elect_leader(change);
  if (elected.leader != change.now.leader) {
    record.leader = elected.leader;
    if (elected.unclean) {
      record.isr = std::vector{*elected.leader};
      if (!change.now.recovering) record.leader_recovery_state = LeaderRecoveryState::recovering;
    }
  }
  if (!record.isr && !change.target_isr.empty() && change.target_isr != change.now.isr) record.isr = change.target_isr;
  const bool recovering = change.now.recovering;
  if (change.target_recovery_state
      && (*change.target_recovery_state == LeaderRecoveryState::recovering) != recovering) {
    record.leader_recovery_state = change.target_recovery_state;
  }
  if (replicas_of(change) != change.now.replicas) record.replicas = change.target_replicas;
  const bool changes = record.isr || record.leader || record.leader_recovery_state || record.replicas;
  return changes ? std::optional{record} : std::nullopt;
}

}  // namespace kafkasim
