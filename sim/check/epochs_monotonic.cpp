#include "sim/check/epochs_monotonic.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

void report_epoch(const Observation& o, const TopicIdPartition& partition, std::string detail, const History& history,
                  Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (broker) detail = fmt::format("node {}: {}", broker->value, detail);
  findings.add({std::string{EpochsMonotonic::id}, o.at, history.name(partition), std::move(detail), {}, {}});
}

}  // namespace

void EpochsMonotonic::on(const Observation& o, const trace::LogAppended& e, const History& history,
                         Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return;
  ++evaluations;
  const std::size_t before = replica->log.size() - e.batches.size();
  LeaderEpoch last = before > 0 ? replica->log[before - 1].epoch : LeaderEpoch{-1};
  for (const trace::AppendedBatch& batch : e.batches) {
    if (batch.epoch < last) {
      report_epoch(
          o, e.partition,
          fmt::format("epoch {} at offset {} stands behind epoch {}", batch.epoch.value, batch.base.value, last.value),
          history, findings);
    }
    const bool as_leader = e.role == trace::ReplicaRole::leader;
    if (as_leader ? batch.epoch != e.leader_epoch : batch.epoch > e.leader_epoch) {
      report_epoch(o, e.partition,
                   fmt::format("appended epoch {} at offset {} as {} of epoch {}", batch.epoch.value, batch.base.value,
                               as_leader ? "leader" : "follower", e.leader_epoch.value),
                   history, findings);
    }
    last = batch.epoch;
  }
}

void EpochsMonotonic::on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings) {
  ++evaluations;
  for (std::size_t i = 1; i < e.batches.size(); ++i) {
    if (e.batches[i].epoch >= e.batches[i - 1].epoch) continue;
    report_epoch(o, e.partition,
                 fmt::format("loaded epoch {} at offset {} behind epoch {}", e.batches[i].epoch.value,
                             e.batches[i].base.value, e.batches[i - 1].epoch.value),
                 history, findings);
  }
}

void EpochsMonotonic::enter(const Observation& o, const TopicIdPartition& partition, LeaderEpoch epoch,
                            const History& history, Findings& findings) {
  ++evaluations;
  LeaderEpoch& known = entered_.try_emplace({partition, o.host}, epoch).first->second;
  if (epoch < known)
    report_epoch(o, partition, fmt::format("went back from leader epoch {} to {}", known.value, epoch.value), history,
                 findings);
  known = epoch;
}

void EpochsMonotonic::on(const Observation& o, const trace::BecameLeader& e, const History& history,
                         Findings& findings) {
  enter(o, e.partition, e.leader_epoch, history, findings);
}

void EpochsMonotonic::on(const Observation& o, const trace::BecameFollower& e, const History& history,
                         Findings& findings) {
  enter(o, e.partition, e.leader_epoch, history, findings);
}

// A process learns the metadata from its beginning.
void EpochsMonotonic::on(const Observation& o, const ProcessStarted& /*e*/, const History& /*history*/,
                         Findings& /*findings*/) {
  std::erase_if(entered_, [&o](const auto& one) { return one.first.second == o.host; });
}

void EpochsMonotonic::on(const Observation& o, const trace::PartitionChanged& e, const History& history,
                         Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition || !History::is_news(o, *partition)) return;
  ++evaluations;
  Decided& known = decided_[e.partition];
  if (e.leader_epoch < known.leader_epoch || e.partition_epoch <= known.partition_epoch) {
    report_epoch(o, e.partition,
                 fmt::format("decided leader epoch {} and partition epoch {} after {} and {}", e.leader_epoch.value,
                             e.partition_epoch.value, known.leader_epoch.value, known.partition_epoch.value),
                 history, findings);
  }
  known = {e.leader_epoch, e.partition_epoch};
}

}  // namespace kafkasim::sim
