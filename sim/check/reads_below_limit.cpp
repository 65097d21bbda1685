#include "sim/check/reads_below_limit.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void ReadsBelowLimit::on(const Observation& o, const trace::FetchAnswered& e, const History& history,
                         Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return;
  ++evaluations;
  if (e.to <= e.limit && e.limit <= replica->high_watermark) return;
  findings.add({std::string{id},
                o.at,
                history.name(e.partition),
                fmt::format("broker {} gave out offsets up to {}, its limit being {} and its high watermark {}",
                            broker->value, e.to.value, e.limit.value, replica->high_watermark.value),
                {fmt::format("asked from {}, leader epoch {}, log end {}", e.from.value, e.leader_epoch.value,
                             replica->log_end.value)},
                {}});
}

}  // namespace kafkasim::sim
