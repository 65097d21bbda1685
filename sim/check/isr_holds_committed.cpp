#include "sim/check/isr_holds_committed.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void IsrHoldsCommitted::compare(const Observation& o, const PartitionHistory& partition, NodeId leader,
                                const ReplicaHistory& its, NodeId member, const ReplicaHistory& other,
                                const History& history, Findings& findings) {
  if (its.before_loss) return;
  ++evaluations;
  const Offset from = std::max({its.log_start, other.log_start, partition.compacted_to});
  if (from >= its.high_watermark) return;
  const std::optional<Offset> differ = BatchChain::first_difference(its.log, other.log, from, its.high_watermark);
  if (!differ) return;
  findings.add(
      {std::string{id},
       o.at,
       history.name(partition.id),
       fmt::format("broker {} is in sync but differs at offset {} from broker {}, which leads epoch {} and has "
                   "committed up to {}",
                   member.value, differ->value, leader.value, its.leader_epoch.value, its.high_watermark.value),
       {fmt::format("broker {}: {}", leader.value, describe(its.log, *differ)),
        fmt::format("broker {}: {}", member.value, describe(other.log, *differ)), partition.ledger()},
       partition.excuse(),
       false,
       *differ});
}

// Every acting leader with every running member of the ISR, or with `only` that one.
void IsrHoldsCommitted::compare_all(const Observation& o, const PartitionHistory& partition, std::optional<NodeId> only,
                                    const History& history, Findings& findings) {
  for (const auto& entry : partition.replicas) {
    const NodeId leader = entry.first;
    const ReplicaHistory& its = *entry.second;
    if (its.role != trace::ReplicaRole::leader) continue;
    history.each_running_member(partition, [&](NodeId member, const ReplicaHistory& other) {
      if (member != leader && (!only || member == *only || leader == *only))
        compare(o, partition, leader, its, member, other, history, findings);
    });
  }
}

void IsrHoldsCommitted::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                           Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  const PartitionHistory* partition = history.partition(e.partition);
  const ReplicaHistory* its = partition && broker ? partition->replica(*broker) : nullptr;
  if (!its || e.role != trace::ReplicaRole::leader) return;
  history.each_running_member(*partition, [&](NodeId member, const ReplicaHistory& other) {
    if (member != *broker) compare(o, *partition, *broker, *its, member, other, history, findings);
  });
}

void IsrHoldsCommitted::on(const Observation& o, const trace::PartitionChanged& e, const History& history,
                           Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (partition && History::is_news(o, *partition)) compare_all(o, *partition, {}, history, findings);
}

void IsrHoldsCommitted::on(const Observation& o, const trace::LogTruncated& e, const History& history,
                           Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  if (partition && broker && partition->in_isr(*broker)) compare_all(o, *partition, broker, history, findings);
}

void IsrHoldsCommitted::on(const Observation& o, const trace::BrokerUnfenced& e, const History& history,
                           Findings& findings) {
  for (const auto& [id_of, partition] : history.partitions()) {
    if (partition->in_isr(e.broker)) compare_all(o, *partition, e.broker, history, findings);
  }
}

}  // namespace kafkasim::sim
