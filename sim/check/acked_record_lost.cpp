#include "sim/check/acked_record_lost.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void AckedRecordLost::compare(const Observation& o, const TopicIdPartition& id_of, std::size_t from, History& history,
                              Findings& findings) {
  const PartitionHistory* partition = history.partition(id_of);
  const ReplicaHistory* leader = partition ? partition->acting_leader() : nullptr;
  if (!leader) return;
  struct Loss {
    AckedBatch acked;
    std::optional<Excuse> excuse;
  };
  std::vector<Loss> losses;
  for (std::size_t i = from; i < partition->acked.size(); ++i) {
    ++evaluations;
    const AckedBatch& acked = partition->acked[i];
    if (acked.batch.base < leader->log_start) continue;  // deleted, not lost
    const StoredBatch* held = leader->log.at(acked.batch.base);
    if (held && held->same_as(acked.batch)) continue;
    if (acked.batch.base < partition->compacted_to && (!held || held->same_place_as(acked.batch))) continue;
    if (partition->lost->contains(acked.batch.base.value)) continue;
    losses.push_back({acked, acked.acks_all ? partition->excuse() : Excuse::acks});
  }
  const NodeId leader_id = *partition->leader;
  const LeaderEpoch epoch = partition->leader_epoch;
  const Offset leader_end = leader->log_end;
  for (const Loss& loss : losses) {
    const StoredBatch& batch = loss.acked.batch;
    const std::string client = batch.origin.known() ? history.subjects().client(batch.origin).name : "a client";
    const std::string what = batch.count() == 1 ? fmt::format("offset {}", batch.base.value)
                                                : fmt::format("offsets {} to {}", batch.base.value, batch.last.value);
    findings.add(
        {std::string{id},
         o.at,
         history.name(id_of),
         fmt::format("{}, acknowledged to {}, {} gone", what, client, batch.count() == 1 ? "is" : "are"),
         {fmt::format("acknowledged with acks={}, stored in epoch {}", loss.acked.acks_all ? "all" : "1",
                      batch.epoch.value),
          fmt::format("broker {} leads in epoch {} with log end {}", leader_id.value, epoch.value, leader_end.value)},
         loss.excuse,
         false,
         batch.base});
    history.mark_lost(id_of, batch.base, batch.last.next());
  }
}

void AckedRecordLost::check(const Observation& o, History& history, Findings& findings) {
  if (const auto* led = o.get_if<trace::BecameLeader>()) return compare(o, led->partition, 0, history, findings);
  if (const auto* decided = o.get_if<trace::PartitionChanged>()) {
    if (decided->reason == trace::ChangeReason::leader_changed) compare(o, decided->partition, 0, history, findings);
  } else if (const auto* acked = o.get_if<trace::RecordsAcked>()) {
    const PartitionHistory* partition = history.partition(acked->partition);
    if (acked->base && partition && !partition->acked.empty())
      compare(o, partition->id, partition->acked.size() - 1, history, findings);
  }
}

}  // namespace kafkasim::sim
