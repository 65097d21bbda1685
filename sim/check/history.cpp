#include "sim/check/history.hpp"

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/client/client_identity.hpp"

namespace kafkasim::sim {

const ClientFacts& Subjects::client(const Origin& origin) const {
  return clients.at(static_cast<std::size_t>(original_ordinal(origin.client)));
}

const ClientFacts* Subjects::client_at(HostId host) const {
  const auto found = std::ranges::find(clients, host, &ClientFacts::host);
  return found == clients.end() ? nullptr : &*found;
}

std::string Subjects::client_name(HostId host) const {
  const ClientFacts* known = client_at(host);
  return known ? known->name : "a client";
}

// ---- chains -------------------------------------------------------------------------------------------------------

void BatchChain::append(StoredBatch batch) {
  batch.sum_before = batches_.empty() ? 0 : batches_.back().sum_before + batches_.back().hash;
  batches_.push_back(batch);
}

void BatchChain::append(const trace::AppendedBatch& b) {
  RunningHash hash;
  hash.add(b.base.value);
  hash.add(b.last.value);
  hash.add(std::int64_t{b.epoch.value});
  hash.add(std::uint64_t{b.crc});
  append(StoredBatch{b.base, b.last, b.epoch, b.crc, b.producer_id, b.producer_epoch, b.control, b.transactional,
                     b.origin, 0, hash.value()});
}

std::size_t BatchChain::index_at(Offset offset) const {
  return batches_.partition_point([offset](const StoredBatch& b) { return b.last < offset; });
}

void BatchChain::truncate_to(Offset offset) { batches_.truncate(index_at(offset)); }

const StoredBatch* BatchChain::at(Offset base) const {
  const std::size_t i = index_at(base);
  return i < size() && batches_[i].base == base ? &batches_[i] : nullptr;
}

std::uint64_t BatchChain::sum(Offset from, Offset to) const {
  const std::size_t begin = batches_.partition_point([from](const StoredBatch& b) { return b.base < from; });
  const std::size_t end = index_at(to);
  if (begin >= end) return 0;
  return batches_[end - 1].sum_before + batches_[end - 1].hash - batches_[begin].sum_before;
}

std::optional<Offset> BatchChain::first_difference(const BatchChain& a, const BatchChain& b, Offset from, Offset to) {
  if (a.sum(from, to) == b.sum(from, to)) return std::nullopt;
  Offset equal = from;
  Offset different = to;
  while (different - equal > 1) {
    const Offset middle = equal.plus((different - equal) / 2);
    (a.sum(from, middle) == b.sum(from, middle) ? equal : different) = middle;
  }
  return equal;
}

// ---- partitions ---------------------------------------------------------------------------------------------------

const ReplicaHistory* PartitionHistory::acting_leader() const {
  const ReplicaHistory* known = leader ? replica(*leader) : nullptr;
  return known && known->role == trace::ReplicaRole::leader && known->leader_epoch == leader_epoch ? known : nullptr;
}

std::optional<Excuse> PartitionHistory::excuse() const {
  if (unclean_election) return Excuse::unclean_election;
  if (std::ssize(losses)
      >= std::max<std::int64_t>(1, std::min<std::int64_t>(min_insync_replicas, std::ssize(assigned))))
    return Excuse::power_loss;
  if (sole_member_lost) return Excuse::last_replica_standing;
  return std::nullopt;
}

// ---- the history --------------------------------------------------------------------------------------------------

std::optional<NodeId> History::node(HostId host) const {
  const auto found = subjects_->nodes.find(host);
  return found == subjects_->nodes.end() ? std::nullopt : std::optional{found->second};
}

const PartitionHistory* History::partition(const TopicIdPartition& id) const {
  const auto found = partitions_.find(id);
  return found == partitions_.end() ? nullptr : &*found->second;
}

const PartitionHistory* History::partition(const TopicPartition& name) const {
  const auto topic = topic_ids_.find(name.topic);
  return topic == topic_ids_.end() ? nullptr : partition({topic->second, name.partition});
}

std::string History::name(const TopicIdPartition& id) const {
  const auto topic = topics_.find(id.topic_id);
  return to_string(TopicPartition{topic == topics_.end() ? to_string(id.topic_id) : topic->second, id.partition});
}

PartitionHistory& History::edit(const TopicIdPartition& id) {
  const auto known = partitions_.find(id);
  if (known != partitions_.end()) return known->second.edit();
  PartitionHistory& made = partitions_[id].edit();
  made.id = id;
  const auto topic = topics_.find(id.topic_id);
  if (topic != topics_.end()) {
    made.name = {topic->second, id.partition};
    const auto min_isr = subjects_->min_insync_replicas.find(topic->second);
    if (min_isr != subjects_->min_insync_replicas.end()) made.min_insync_replicas = min_isr->second;
  }
  return made;
}

ReplicaHistory* History::edit_replica(const TopicIdPartition& id, HostId host) {
  const std::optional<NodeId> broker = node(host);
  return broker ? &edit(id).replicas[*broker].edit() : nullptr;
}

void History::on(HostId host, const trace::LogAppended& e) {
  ReplicaHistory* replica = edit_replica(e.partition, host);
  if (!replica) return;
  for (const trace::AppendedBatch& batch : e.batches) {
    replica->log.append(batch);
    replica->log_end = batch.last.next();
  }
  PartitionHistory& partition = edit(e.partition);
  if (replica->log_end >= partition.true_high_watermark) partition.losses.erase(*node(host));
}

void History::on(HostId host, const trace::LogTruncated& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, host)) {
    replica->log.truncate_to(e.to);
    replica->log_end = e.to;
    replica->high_watermark = std::min(replica->high_watermark, e.to);
    replica->log_start = std::min(replica->log_start, e.to);
  }
}

void History::on(HostId host, const trace::LogLoaded& e) {
  ReplicaHistory* replica = edit_replica(e.partition, host);
  if (!replica) return;
  const Offset had = replica->log_end;
  replica->log.clear();
  for (const trace::AppendedBatch& batch : e.batches) replica->log.append(batch);
  replica->log_start = e.log_start;
  replica->log_end = e.log_end;
  replica->high_watermark = e.high_watermark;
  replica->running = true;
  replica->role.reset();
  note_losses(edit(e.partition), *node(host), had);
}

// `had`: where its log ended before its process did.
void History::note_losses(PartitionHistory& partition, NodeId broker, Offset had) {
  if (partition.replica(broker)->log_end >= std::min(had, partition.true_high_watermark)) return;
  partition.losses.insert(broker);
  if (partition.isr == std::vector{broker}) partition.sole_member_lost = true;
}

void History::on(HostId host, const trace::LogStartMoved& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, host)) {
    replica->log_start = e.to;
    if (replica->log_end < e.to) replica->log_end = e.to;  // emptied, to go on there
  }
}

void History::on(const trace::LogCleaningBegan& e) {
  PartitionHistory& partition = edit(e.partition);
  partition.compacted_to = std::max(partition.compacted_to, e.to);
}

void History::on(HostId host, const trace::HighWatermarkMoved& e) {
  ReplicaHistory* replica = edit_replica(e.partition, host);
  if (!replica) return;
  replica->high_watermark = e.to;
  PartitionHistory& partition = edit(e.partition);
  if (e.role == trace::ReplicaRole::leader)
    partition.true_high_watermark = std::max(partition.true_high_watermark, e.to);
}

void History::on(HostId host, const trace::BecameLeader& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, host)) {
    replica->running = true;
    replica->role = trace::ReplicaRole::leader;
    replica->leader_epoch = e.leader_epoch;
  }
}

void History::on(HostId host, const trace::BecameFollower& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, host)) {
    replica->running = true;
    replica->role = trace::ReplicaRole::follower;
    replica->leader_epoch = e.leader_epoch;
  }
}

void History::on(HostId host, const trace::ReplicaRemoved& e) {
  if (const std::optional<NodeId> broker = node(host)) edit(e.partition).replicas.erase(*broker);
}

void History::on(const trace::TopicCreated& e) {
  topics_[e.id] = e.name;
  topic_ids_[e.name] = e.id;
}

void History::on(const trace::PartitionChanged& e) {
  PartitionHistory& partition = edit(e.partition);
  if (e.metadata_offset <= partition.last_decision) return;  // another controller has told it
  partition.last_decision = e.metadata_offset;
  partition.leader = e.leader;
  partition.leader_epoch = e.leader_epoch;
  partition.assigned = e.replicas;
  partition.isr = e.isr;
  if (e.unclean) partition.unclean_election = true;
}

void History::on(Instant at, const trace::RecordsAcked& e) {
  const PartitionHistory* known = partition(e.partition);
  if (!known || !e.base) return;
  const StoredBatch* stored = nullptr;  // the batch as some replica holds it
  for (const auto& [broker, replica] : known->replicas) {
    const StoredBatch* candidate = replica->log.at(*e.base);
    if (candidate && candidate->origin == e.origin) stored = candidate;
  }
  AckedBatch acked{stored ? *stored : StoredBatch{}, at, e.acks == -1};
  if (!stored) {  // on no replica any more: whoever compares finds nothing equal to it
    acked.batch.base = *e.base;
    acked.batch.last = e.base->plus(e.count - 1);
    acked.batch.origin = e.origin;
  }
  edit(known->id).acked.push_back(acked);
}

void History::mark_lost(const TopicIdPartition& id, Offset from, Offset to) {
  PartitionHistory& partition = edit(id);
  for (Offset o = from; o < to; o = o.next()) {
    if (partition.lost.edit().insert(o.value).second) ++records_lost_;
  }
}

void History::process_ended(HostId host) {
  const std::optional<NodeId> broker = node(host);
  if (!broker) return;
  for (auto& [id, partition] : partitions_) {
    if (!partition->replica(*broker)) continue;
    ReplicaHistory& replica = partition.edit().replicas.at(*broker).edit();
    replica.running = false;
    replica.role.reset();
  }
}

void History::observe(const Observation& o) {
  if (const KernelEvent* kernel = o.kernel()) {
    const bool ended = std::holds_alternative<ProcessCrashed>(*kernel) || std::holds_alternative<PowerLost>(*kernel)
                       || std::holds_alternative<ProcessExited>(*kernel);
    if (ended) process_ended(o.host);
    const auto tell = [&](const auto& e) {
      if constexpr (requires { vitals_.on(o, e); }) vitals_.on(o, e);
    };
    std::visit(tell, *kernel);
    return;
  }
  o.note()->visit([&](const auto& e) {
    if constexpr (requires { vitals_.on(o, e); }) vitals_.on(o, e);
    if constexpr (requires { on(o.host, e); }) {
      on(o.host, e);
    } else if constexpr (requires { on(o.at, e); }) {
      on(o.at, e);
    } else if constexpr (requires { on(e); }) {
      on(e);
    }
  });
}

}  // namespace kafkasim::sim
