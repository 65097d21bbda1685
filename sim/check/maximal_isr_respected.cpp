#include "sim/check/maximal_isr_respected.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

std::string list(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId node : nodes) text += fmt::format("{}{}", text.empty() ? "" : ",", node.value);
  return "[" + text + "]";
}

}  // namespace

void MaximalIsrRespected::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                             Findings& findings) {
  if (e.role != trace::ReplicaRole::leader || e.to <= e.from) return;
  const PartitionHistory* partition = history.partition(e.partition);
  const ReplicaHistory* leader = partition ? partition->acting_leader() : nullptr;
  if (!leader || partition->leader != history.node(o.host) || !leader->isr_view) return;
  ++evaluations;
  const std::vector<NodeId>& maximal = leader->isr_view->maximal_isr;
  const auto counts = [&maximal](NodeId member) { return std::ranges::find(maximal, member) != maximal.end(); };
  if (std::ranges::all_of(partition->isr, counts)) return;
  findings.add(
      {std::string{id},
       o.at,
       history.name(e.partition),
       fmt::format("broker {} moved the high watermark to {} by the maximal ISR {}, and the controller's ISR is {}",
                   partition->leader->value, e.to.value, list(maximal), list(partition->isr)),
       {partition->ledger()},
       {}});
}

}  // namespace kafkasim::sim
