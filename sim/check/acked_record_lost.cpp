#include "sim/check/acked_record_lost.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

bool is_held(const ReplicaHistory& leader, const PartitionHistory& partition, const StoredBatch& batch) {
  if (batch.base < leader.log_start) return true;  // deleted, not lost
  const StoredBatch* held = leader.log.at(batch.base);
  if (held && held->same_as(batch)) return true;
  return batch.base < partition.compacted_to && (!held || held->same_place_as(batch));
}

}  // namespace

void AckedRecordLost::compare(const Observation& o, const AckedBatch& acked, const TopicIdPartition& id_of,
                              History& history, Findings& findings) {
  const PartitionHistory& partition = *history.partition(id_of);
  const ReplicaHistory& leader = *partition.acting_leader();
  const StoredBatch& batch = acked.batch;
  ++evaluations;
  if (is_held(leader, partition, batch) || partition.lost->contains(batch.base.value)) return;
  const std::string client = batch.origin.known() ? history.subjects().client(batch.origin).name : "a client";
  const std::string what = batch.count() == 1 ? fmt::format("offset {}", batch.base.value)
                                              : fmt::format("offsets {} to {}", batch.base.value, batch.last.value);
  findings.add({std::string{id},
                o.at,
                history.name(id_of),
                fmt::format("{}, acknowledged to {} with acks={}, {} gone", what, client, acked.acks_all ? "all" : "1",
                            batch.count() == 1 ? "is" : "are"),
                {fmt::format("stored in epoch {}", batch.epoch.value),
                 fmt::format("broker {} leads in epoch {}: {}, log end {}", partition.leader->value,
                             partition.leader_epoch.value, describe(leader.log, batch.base), leader.log_end.value),
                 partition.ledger()},
                acked.acks_all ? partition.excuse() : Excuse::acks,
                false,
                batch.base});
  history.mark_lost(id_of, batch.base, batch.last.next());
}

void AckedRecordLost::compare_all(const Observation& o, const TopicIdPartition& id_of, History& history,
                                  Findings& findings) {
  const PartitionHistory* partition = history.partition(id_of);
  const ReplicaHistory* leader = partition ? partition->acting_leader() : nullptr;
  if (!leader || partition->acked.empty()) return;
  const Chunked<AckedBatch> acked = partition->acked;
  const Offset from = std::max(leader->log_start, partition->compacted_to);
  const BatchChain& committed = partition->committed->batches();
  if (partition->committed->first_missing(leader->log, from)
      || BatchChain::first_misplaced(committed, leader->log, leader->log_start, from)) {
    for (std::size_t i = 0; i < acked.size(); ++i) compare(o, acked[i], id_of, history, findings);
    return;
  }
  ++evaluations;
  const Chunked<std::size_t>& uncommitted = uncommitted_[id_of];
  for (std::size_t i = 0; i < uncommitted.size(); ++i) compare(o, acked[uncommitted[i]], id_of, history, findings);
}

void AckedRecordLost::on(const Observation& o, const trace::BecameLeader& e, History& history, Findings& findings) {
  compare_all(o, e.partition, history, findings);
}

void AckedRecordLost::on(const Observation& o, const trace::PartitionChanged& e, History& history, Findings& findings) {
  if (e.reason == trace::ChangeReason::leader_changed) compare_all(o, e.partition, history, findings);
}

void AckedRecordLost::on(const Observation& o, const trace::RecordsAcked& e, History& history, Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!e.base || !partition || partition->acked.empty()) return;
  const std::size_t newest = partition->acked.size() - 1;
  const AckedBatch acked = partition->acked[newest];
  if (acked.batch.origin != e.origin) return;  // of an older topic of that name
  const StoredBatch* committed = partition->committed->batches().at(acked.batch.base);
  if (!committed || !committed->same_as(acked.batch)) uncommitted_[partition->id].push_back(newest);
  if (partition->acting_leader()) compare(o, acked, partition->id, history, findings);
}

}  // namespace kafkasim::sim
