#include "sim/check/one_leader_per_epoch.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void OneLeaderPerEpoch::check(const Observation& o, const History& history, Findings& findings) {
  const auto* became = o.get_if<trace::BecameLeader>();
  const auto* appended = o.get_if<trace::LogAppended>();
  const bool acts = became || (appended && appended->role == trace::ReplicaRole::leader);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!acts || !broker) return;
  ++evaluations;
  const TopicIdPartition& partition = became ? became->partition : appended->partition;
  const LeaderEpoch epoch = became ? became->leader_epoch : appended->leader_epoch;
  const auto [known, is_new] = leaders_.try_emplace({partition, epoch}, *broker);
  if (is_new || known->second == *broker) return;
  findings.add({std::string{id},
                o.at,
                history.name(partition),
                fmt::format("brokers {} and {} both lead in epoch {}", known->second.value, broker->value, epoch.value),
                {},
                {}});
}

}  // namespace kafkasim::sim
