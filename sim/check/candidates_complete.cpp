#include "sim/check/candidates_complete.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/kept_from.hpp"

namespace kafkasim::sim {

void CandidatesComplete::compare(const Observation& o, const PartitionHistory& partition, NodeId member,
                                 const ReplicaHistory& its, const History& history, Findings& findings) {
  ++evaluations;
  const CommittedLog& committed = *partition.committed;
  const std::optional<Offset> missing = committed.first_missing(its.log, std::max(its.log_start, kept_from(partition)));
  if (!missing) return;
  findings.add({std::string{id},
                o.at,
                history.name(partition.id),
                fmt::format("broker {} may be elected but lacks offset {}, of {} that were committed", member.value,
                            missing->value, committed.end().value),
                {fmt::format("committed: {}", describe(committed.batches(), *missing)),
                 fmt::format("broker {}: {}, log end {}", member.value, describe(its.log, *missing), its.log_end.value),
                 partition.ledger()},
                partition.excuse(),
                false,
                *missing});
}

void CandidatesComplete::compare_all(const Observation& o, const PartitionHistory& partition, const History& history,
                                     Findings& findings) {
  const auto look = [&](NodeId member, const ReplicaHistory& its) {
    compare(o, partition, member, its, history, findings);
  };
  history.each_running_member(partition, look);
  history.each_running(partition.elr, partition, look);
}

void CandidatesComplete::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (partition && e.role == trace::ReplicaRole::leader) compare_all(o, *partition, history, findings);
}

void CandidatesComplete::on(const Observation& o, const trace::PartitionChanged& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (partition && History::is_news(o, *partition)) compare_all(o, *partition, history, findings);
}

void CandidatesComplete::on(const Observation& o, const trace::LogTruncated& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!partition || !broker || !history.is_active(*broker)) return;
  if (!partition->in_isr(*broker) && !partition->in_elr(*broker)) return;
  const ReplicaHistory* its = partition->replica(*broker);
  if (its && its->running) compare(o, *partition, *broker, *its, history, findings);
}

void CandidatesComplete::on(const Observation& o, const trace::BrokerUnfenced& e, const History& history,
                            Findings& findings) {
  for (const auto& [id_of, partition] : history.partitions()) {
    const bool may_be_elected = partition->in_isr(e.broker) || partition->in_elr(e.broker);
    const ReplicaHistory* its = may_be_elected ? partition->replica(e.broker) : nullptr;
    if (its && its->running && history.is_active(e.broker)) compare(o, *partition, e.broker, *its, history, findings);
  }
}

}  // namespace kafkasim::sim
