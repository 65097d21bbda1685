#include "sim/check/isr_valid.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void IsrValid::report(const Observation& o, const PartitionHistory& partition, std::string detail,
                      const History& history, Findings& findings) {
  findings.add({std::string{id}, o.at, history.name(partition.id), std::move(detail), {partition.ledger()}, {}});
}

void IsrValid::on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition || !History::is_news(o, *partition)) return;
  ++evaluations;
  const auto in = [](const std::vector<NodeId>& nodes, NodeId node) {
    return std::ranges::find(nodes, node) != nodes.end();
  };
  if (e.leader && !in(e.isr, *e.leader))
    report(o, *partition, fmt::format("broker {} leads without being in sync", e.leader->value), history, findings);
  for (const NodeId member : e.elr) {
    if (!in(e.replicas, member))
      report(o, *partition, fmt::format("broker {} is eligible without being a replica", member.value), history,
             findings);
    if (in(e.isr, member))
      report(o, *partition, fmt::format("broker {} is in sync and eligible as well", member.value), history, findings);
  }
  for (const NodeId member : e.isr) {
    if (!in(e.replicas, member))
      report(o, *partition, fmt::format("broker {} is in sync without being a replica", member.value), history,
             findings);
    if (std::ranges::count(e.isr, member) > 1)
      report(o, *partition, fmt::format("broker {} is in the ISR twice", member.value), history, findings);
    const BrokerHistory* broker = history.broker(member);
    if (!broker) continue;
    if (broker->fenced && (e.isr.size() > 1 || e.leader == member))
      report(o, *partition, fmt::format("broker {} is in sync and fenced", member.value), history, findings);
    const bool joins = e.reason != trace::ChangeReason::created && !in(partition->former_isr, member) && !e.unclean;
    if (joins && broker->shutting_down)
      report(o, *partition, fmt::format("broker {} joins the ISR while shutting down", member.value), history,
             findings);
  }
}

void IsrValid::on(const Observation& o, const trace::BrokerFenced& e, const History& history, Findings& findings) {
  if (e.shutting_down) return;  // its partitions are dealt with behind this
  const BrokerHistory* broker = history.broker(e.broker);
  if (!broker || broker->last_decision != e.metadata_offset) return;
  for (const auto& [id_of, partition] : history.partitions()) {
    if (!partition->in_isr(e.broker)) continue;
    ++evaluations;
    if (partition->isr.size() > 1 || partition->leader == e.broker)
      report(o, *partition, fmt::format("broker {} is fenced and stays in sync", e.broker.value), history, findings);
  }
}

}  // namespace kafkasim::sim
