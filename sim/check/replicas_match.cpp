#include "sim/check/replicas_match.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void ReplicasMatch::report(const Observation& o, const PartitionHistory& partition, Pair pair, Offset differ,
                           std::string_view where, const History& history, Findings& findings) {
  findings.add(
      {std::string{id},
       o.at,
       history.name(partition.id),
       fmt::format("brokers {} and {} differ at offset {}, {}", pair.mine.value, pair.other.value, differ.value, where),
       {fmt::format("broker {}: {}", pair.mine.value, describe(partition.replica(pair.mine)->log, differ)),
        fmt::format("broker {}: {}", pair.other.value, describe(partition.replica(pair.other)->log, differ))},
       {}});
}

void ReplicasMatch::compare(const Observation& o, const TopicIdPartition& id_of, Compacted compacted,
                            const History& history, Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker) return;
  const PartitionHistory& partition = *history.partition(id_of);
  const ReplicaHistory* mine = partition.replica(*broker);
  if (!mine || !mine->running || mine->before_loss) return;
  const auto known = deleted_.find(id_of);
  const Offset deleted = known == deleted_.end() ? Offset{0} : known->second;
  for (const auto& [other_broker, other] : partition.replicas) {
    if (other_broker == *broker || !other->running || other->before_loss) continue;
    ++evaluations;
    const Offset start = std::max({mine->log_start, other->log_start, deleted});
    const Offset from = std::max(start, partition.compacted_to);
    const Offset to = std::min(mine->high_watermark, other->high_watermark);
    if (from < to) {
      if (const auto differ = BatchChain::first_difference(mine->log, other->log, from, to))
        report(o, partition, {*broker, other_broker}, *differ, "below both high watermarks", history, findings);
    }
    if (compacted == Compacted::too && start < partition.compacted_to) {
      const Offset end = std::min(to, partition.compacted_to);
      if (const auto differ = BatchChain::first_misplaced(mine->log, other->log, start, end))
        report(o, partition, {*broker, other_broker}, *differ, "where compaction keeps offsets and epochs", history,
               findings);
    }
  }
}

void ReplicasMatch::note_start(const Observation& o, const TopicIdPartition& id_of, const History& history) {
  const PartitionHistory* partition = history.partition(id_of);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* leader = partition && broker && partition->leader == broker ? partition->acting_leader() : nullptr;
  if (!leader) return;
  Offset& deleted = deleted_[id_of];
  // A log that begins earlier again, as after a crash before its checkpoint, has what was deleted: it concerns nobody any more.
  deleted = leader->log_end < deleted ? leader->log_start : std::max(deleted, leader->log_start);
}

void ReplicasMatch::on(const Observation& o, const trace::BecameLeader& e, const History& history, Findings& /*findings*/) {
  note_start(o, e.partition, history);
}

void ReplicasMatch::on(const Observation& o, const trace::LogStartMoved& e, const History& history, Findings& /*findings*/) {
  note_start(o, e.partition, history);
}

void ReplicasMatch::on(const Observation& o, const trace::LogAppended& e, const History& history, Findings& findings) {
  // Above its high watermark nothing is compared; a follower that fetches what was committed long ago appends below.
  const std::optional<NodeId> broker = history.node(o.host);
  const PartitionHistory* partition = history.partition(e.partition);
  const ReplicaHistory* mine = partition && broker ? partition->replica(*broker) : nullptr;
  if (mine && !e.batches.empty() && e.batches.front().base < mine->high_watermark)
    compare(o, e.partition, Compacted::not_now, history, findings);
}

void ReplicasMatch::on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings) {
  compare(o, e.partition, Compacted::too, history, findings);
}

void ReplicasMatch::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                       Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition || e.to < e.from) return;  // what it cuts off step by step, as after a loss, speaks of what is no more
  const bool there = e.role == trace::ReplicaRole::follower && e.from < partition->compacted_to;
  compare(o, e.partition, there ? Compacted::too : Compacted::not_now, history, findings);
}

}  // namespace kafkasim::sim
