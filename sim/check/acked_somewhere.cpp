#include "sim/check/acked_somewhere.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

// Some replica has all that was committed, from where any log begins on.
bool all_on_one(const PartitionHistory& partition) {
  return std::ranges::any_of(partition.replicas, [&partition](const auto& entry) {
    const ReplicaHistory& its = *entry.second;
    if (its.kept_to && *its.kept_to < its.log_end) return false;
    const Offset from = std::max(its.log_start, partition.compacted_to);
    return !partition.committed->first_missing(its.log, from);
  });
}

bool holds(const ReplicaHistory& replica, const PartitionHistory& partition, const StoredBatch& batch) {
  if (batch.base < replica.log_start) return true;  // deleted
  if (replica.kept_to && batch.last >= *replica.kept_to) return false;
  const StoredBatch* held = replica.log.at(batch.base);
  if (batch.base < partition.compacted_to) return !held || held->same_place_as(batch);
  return held && held->same_as(batch);
}

}  // namespace

void AckedSomewhere::look(const Observation& o, const TopicIdPartition& id_of, const History& history,
                          Findings& findings) {
  const PartitionHistory* partition = history.partition(id_of);
  if (!partition || partition->acked.empty() || partition->replicas.empty()) return;  // or it is deleted
  ++evaluations;
  if (all_on_one(*partition)) return;
  for (std::size_t i = 0; i < partition->acked.size(); ++i) {
    const AckedBatch& acked = partition->acked[i];
    if (!acked.acks_all || partition->lost->contains(acked.batch.base.value)) continue;
    const auto holds_it = [&](const auto& entry) { return holds(*entry.second, *partition, acked.batch); };
    if (std::ranges::any_of(partition->replicas, holds_it)) continue;
    if (!told_[id_of].edit().insert(acked.batch.base.value).second) continue;
    std::vector<std::string> evidence;
    for (const auto& [broker, replica] : partition->replicas)
      evidence.push_back(fmt::format("broker {}: {}, log end {}", broker.value,
                                     replica->kept_to ? "without power" : describe(replica->log, acked.batch.base),
                                     replica->kept_to.value_or(replica->log_end).value));
    evidence.push_back(partition->ledger());
    findings.add({std::string{id}, o.at, history.name(id_of),
                  fmt::format("offsets {} to {}, acknowledged with acks=all, are on no replica any more",
                              acked.batch.base.value, acked.batch.last.value),
                  std::move(evidence), partition->excuse(), false, acked.batch.base});
  }
}

void AckedSomewhere::on(const Observation& o, const trace::LogTruncated& e, const History& history,
                        Findings& findings) {
  look(o, e.partition, history, findings);
}

void AckedSomewhere::on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (replica && replica->log_end >= replica->former_end) return;  // it came back with all that it had
  look(o, e.partition, history, findings);
}

void AckedSomewhere::on(const Observation& o, const trace::ReplicaRemoved& e, const History& history,
                        Findings& findings) {
  look(o, e.partition, history, findings);
}

void AckedSomewhere::on(const Observation& o, const ProcessReady& e, const History& history, Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker || e.incarnation <= 1) return;
  for (const auto& [id_of, partition] : history.partitions()) {
    const ReplicaHistory* replica = partition->replica(*broker);
    if (replica && !replica->running) look(o, id_of, history, findings);
  }
}

void AckedSomewhere::on(const Observation& o, const PowerLost&, const History& history, Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker) return;
  for (const auto& [id_of, partition] : history.partitions()) {
    const ReplicaHistory* replica = partition->replica(*broker);
    if (replica && replica->kept_to && *replica->kept_to < replica->log_end) look(o, id_of, history, findings);
  }
}

}  // namespace kafkasim::sim
