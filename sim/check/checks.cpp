#include "sim/check/checks.hpp"

namespace kafkasim::sim {

const std::vector<InvariantInfo>& invariant_table() {
  static const std::vector<InvariantInfo> table{
      {LogOffsetsOrdered::id, "on every replica log start <= high watermark <= log end, and offsets only rise"},
      {ReplicasMatch::id, "two replicas hold the same batches below the lower of their high watermarks"},
      {EpochOffsetUnique::id, "a leader epoch and an offset mean one batch for ever"},
      {OneLeaderPerEpoch::id, "at most one replica leads a partition in one leader epoch"},
      {AckedRecordLost::id, "what was acknowledged stays"},
      {RecordDuplicated::id, "a record that an idempotent producer sent once stands once"},
      {OrderBroken::id, "a producer's records stand in the order in which they were sent"},
      {RaftSafety::id, "the metadata quorum has one leader an epoch, votes once, and never changes what is committed"},
  };
  return table;
}

const CommittedLog* Checks::committed(const TopicIdPartition& partition) const {
  const auto found = committed_.find(partition);
  return found == committed_.end() ? nullptr : &*found->second;
}

void Checks::watch_commits(const Observation& o) {
  if (const auto* led = o.get_if<trace::BecameLeader>()) {
    const PartitionHistory* partition = history_.partition(led->partition);
    const std::optional<NodeId> broker = history_.node(o.host);
    if (partition && broker && partition->leader == broker && partition->leader_epoch == led->leader_epoch) {
      committed_[led->partition].edit().align(partition->replica(*broker)->log, partition->compacted_to);
    }
    return;
  }
  const auto* moved = o.get_if<trace::HighWatermarkMoved>();
  if (!moved || moved->role != trace::ReplicaRole::leader) return;
  const PartitionHistory* partition = history_.partition(moved->partition);
  const std::optional<NodeId> broker = history_.node(o.host);
  if (!partition || !broker || !partition->replica(*broker)) return;
  const CommittedLog::News news =
      committed_[moved->partition].edit().extend(partition->replica(*broker)->log, moved->to);
  record_duplicated_.check(o, *partition, news, history_, findings_);
  order_broken_.check(o, *partition, news, history_, findings_);
}

void Checks::observe(const Observation& o) {
  history_.observe(o);
  raft_safety_.check(o, history_, findings_);
  if (!o.note()) return;
  log_offsets_ordered_.check(o, history_, findings_);
  replicas_match_.check(o, history_, findings_);
  epoch_offset_unique_.check(o, history_, findings_);
  one_leader_per_epoch_.check(o, history_, findings_);
  acked_record_lost_.check(o, history_, findings_);
  watch_commits(o);
}

std::map<std::string_view, std::uint64_t> Checks::evaluations() const {
  return {{LogOffsetsOrdered::id, log_offsets_ordered_.evaluations},
          {ReplicasMatch::id, replicas_match_.evaluations},
          {EpochOffsetUnique::id, epoch_offset_unique_.evaluations},
          {OneLeaderPerEpoch::id, one_leader_per_epoch_.evaluations},
          {AckedRecordLost::id, acked_record_lost_.evaluations},
          {RecordDuplicated::id, record_duplicated_.evaluations},
          {OrderBroken::id, order_broken_.evaluations},
          {RaftSafety::id, raft_safety_.evaluations}};
}

}  // namespace kafkasim::sim
