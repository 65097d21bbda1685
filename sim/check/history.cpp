#include "sim/check/history.hpp"

#include <algorithm>
#include <concepts>

#include <fmt/format.h>

#include "core/base/java_hash.hpp"
#include "core/client/client_identity.hpp"
#include "core/model/topic_name.hpp"

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

// ---- partitions ---------------------------------------------------------------------------------------------------

const ReplicaHistory* PartitionHistory::acting_leader() const {
  const ReplicaHistory* known = leader ? replica(*leader) : nullptr;
  return known && known->role == trace::ReplicaRole::leader && known->leader_epoch == leader_epoch ? known : nullptr;
}

std::int64_t PartitionHistory::losses_allowed() const {
  return std::max<std::int64_t>(1, std::min<std::int64_t>(min_insync_replicas, std::ssize(assigned))) - 1;
}

std::int64_t PartitionHistory::losses_now() const {
  const auto is_new = [this](NodeId broker) { return !losses.contains(broker); };
  return std::ssize(losses) + std::ranges::count_if(damaged, is_new);
}

std::optional<Excuse> PartitionHistory::excuse() const {
  if (unclean_election) return Excuse::unclean_election;
  if (losses_now() > losses_allowed()) return damaged.empty() ? Excuse::power_loss : Excuse::corruption;
  if (leader && damaged.contains(*leader)) return Excuse::corruption;  // who reads there gets damaged records
  if (sole_member_lost) return Excuse::last_replica_standing;
  if (missed_epoch) return Excuse::missed_epoch;
  return std::nullopt;
}

std::string PartitionHistory::ledger() const {
  const auto list = [](const std::vector<NodeId>& nodes) {
    std::string text;
    for (const NodeId node : nodes) text += fmt::format("{}{}", text.empty() ? "" : ",", node.value);
    return text;
  };
  const std::string_view elected = unclean_election            ? "an unclean election"
                                     : last_known_leader_elected ? "an election of the last known leader"
                                                                 : "no unclean election";
  return fmt::format("lossy restarts {} of {} allowed, {}, min.insync.replicas {}, ISR [{}]{}", losses_now(), losses_allowed(), elected,
                     min_insync_replicas, list(isr),
                     elr.empty() ? "" : fmt::format(", eligible [{}]", list(elr)));
}

// ---- the history --------------------------------------------------------------------------------------------------

void History::set_subjects(Subjects subjects) {
  nodes_.clear();
  for (const auto& [host, node] : subjects.nodes) {
    KAFKASIM_CHECK(host.value >= 0);
    const auto place = static_cast<std::size_t>(host.value);
    if (place >= nodes_.size()) nodes_.resize(place + 1);
    nodes_[place] = node;
  }
  pipelines_.set_pipelines(subjects.pipelines);
  subjects_ = Cow<Subjects>{std::move(subjects)};
}

std::optional<NodeId> History::node(HostId host) const {
  const auto place = static_cast<std::size_t>(host.value);  // that of nobody is beyond all
  return place < nodes_.size() ? nodes_[place] : std::nullopt;
}

const PartitionHistory* History::partition(const TopicIdPartition& id) const {
  // Of most events the history has just taken in what it is asked for by one invariant after the other.
  if (const auto* last = last_edited_.get(); last != nullptr && last->first == id) return &*last->second;
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
  if (auto* last = last_edited_.get(); last != nullptr && last->first == id) return last->second.edit();
  const auto [entry, is_new] = partitions_.try_emplace(id);
  last_edited_.set(&*entry);
  PartitionHistory& made = entry->second.edit();
  if (!is_new) return made;
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

const BrokerHistory* History::broker(NodeId id) const {
  const auto found = brokers_.find(id);
  return found == brokers_.end() ? nullptr : &found->second;
}

bool History::is_active(NodeId id) const {
  const BrokerHistory* known = broker(id);
  return known == nullptr || (known->registered && !known->fenced);
}

// ---- logs ---------------------------------------------------------------------------------------------------------

void History::on(const Observation& o, const trace::LogAppended& e) {
  ReplicaHistory* replica = edit_replica(e.partition, o.host);
  if (!replica) return;
  for (const trace::AppendedBatch& batch : e.batches) {
    replica->log.append(batch);
    replica->log_end = batch.last.next();
  }
  PartitionHistory& partition = edit(e.partition);
  if (e.leader_epoch >= partition.lost_in) replica->before_loss = false;
  if (replica->log_end >= partition.true_high_watermark) partition.losses.erase(*node(o.host));
}

void History::on(const Observation& o, const trace::LogTruncated& e) {
  ReplicaHistory* replica = edit_replica(e.partition, o.host);
  if (!replica) return;
  replica->keep_former();
  replica->log.truncate_to(e.to);
  replica->log_end = e.to;
  replica->high_watermark = std::min(replica->high_watermark, e.to);
  replica->log_start = std::min(replica->log_start, e.to);
  replica->synced = std::min(replica->synced, e.to);
  replica->cut_unsynced = true;
  replica->before_loss = false;
}

void History::on(const Observation& o, const trace::LogLoaded& e) {
  ReplicaHistory* replica = edit_replica(e.partition, o.host);
  if (!replica) return;
  replica->keep_former();
  replica->log.clear();
  for (const trace::AppendedBatch& batch : e.batches) replica->log.append(batch);
  replica->log_start = e.log_start;
  replica->log_end = e.log_end;
  replica->high_watermark = e.high_watermark;
  replica->synced = std::min(replica->synced, e.log_end);
  // Truncations that were not synced may be undone: what it holds now it may have cut off long ago.
  if (replica->last_end == LastEnd::power_loss && replica->cut_unsynced) replica->before_loss = true;
  replica->cut_unsynced = replica->cut_unsynced || e.bytes_cut > 0;
  replica->running = true;
  replica->kept_to.reset();
  replica->role.reset();
  note_losses(edit(e.partition), *node(o.host), replica->former_end);
}

// `had`: where its log ended before its process did.
void History::note_losses(PartitionHistory& partition, NodeId broker, Offset had) {
  if (partition.replica(broker)->log_end >= std::min(had, partition.true_high_watermark)) return;
  partition.losses.insert(broker);
  note_sole_member(partition);
}

// Where others are eligible, all that is committed is on them too.
void History::note_sole_member(PartitionHistory& partition) {
  if (!partition.elr.empty()) return;
  if (partition.isr.size() == 1 && partition.losses.contains(partition.isr.front())) partition.sole_member_lost = true;
}

void History::on(const Observation& o, const trace::LogStartMoved& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, o.host)) {
    replica->log_start = e.to;
    if (replica->log_end < e.to || e.to < e.from) replica->log_end = e.to;  // emptied, to go on there
  }
}

void History::on(const Observation& /*who*/, const trace::LogCleaningBegan& e) {
  PartitionHistory& partition = edit(e.partition);
  partition.compacted_to = std::max(partition.compacted_to, e.to);
}

void History::on(const Observation& o, const trace::LogSynced& e) {
  ReplicaHistory* replica = edit_replica(e.partition, o.host);
  if (!replica) return;
  replica->synced = std::max(replica->synced, e.to);
  if (e.to >= replica->log_end) replica->cut_unsynced = false;
}

void History::on(const Observation& o, const trace::HighWatermarkMoved& e) {
  ReplicaHistory* replica = edit_replica(e.partition, o.host);
  if (!replica) return;
  replica->high_watermark = e.to;
  PartitionHistory& partition = edit(e.partition);
  if (e.leader_epoch >= partition.lost_in) replica->before_loss = false;
  if (e.role != trace::ReplicaRole::leader) return;
  partition.true_high_watermark = std::max(partition.true_high_watermark, e.to);
}

// ---- roles --------------------------------------------------------------------------------------------------------

void History::on(const Observation& o, const trace::IsrViewChanged& e) {
  edit(e.partition).min_insync_replicas = e.min_insync_replicas;  // as it is configured now
  if (ReplicaHistory* replica = edit_replica(e.partition, o.host))
    replica->isr_view = IsrView{e.leader_epoch, e.isr, e.maximal_isr, e.min_insync_replicas};
}

void History::on(const Observation& o, const trace::BecameLeader& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, o.host)) {
    if (std::exchange(replica->replaced, false)) edit(e.partition).missed_epoch = true;
    replica->running = true;
    replica->role = trace::ReplicaRole::leader;
    replica->leader_epoch = e.leader_epoch;
    replica->isr_view.reset();
  }
}

void History::on(const Observation& o, const trace::BecameFollower& e) {
  if (ReplicaHistory* replica = edit_replica(e.partition, o.host)) {
    replica->running = true;
    replica->role = trace::ReplicaRole::follower;
    replica->replaced = false;
    replica->leader_epoch = e.leader_epoch;
    replica->isr_view.reset();
  }
}

void History::on(const Observation& o, const trace::ReplicaRemoved& e) {
  if (const std::optional<NodeId> broker = node(o.host)) edit(e.partition).replicas.erase(*broker);
}

CommittedLog::News History::extend_committed(const Observation& o, const trace::HighWatermarkMoved& e) {
  const PartitionHistory* known = partition(e.partition);
  const std::optional<NodeId> broker = node(o.host);
  if (e.role != trace::ReplicaRole::leader || !known || !broker || !known->replica(*broker)) return {};
  if (known->replica(*broker)->before_loss) return {};
  PartitionHistory& partition = edit(e.partition);
  CommittedLog& log = partition.committed.edit();
  CommittedLog::News news = log.extend(known->replica(*broker)->log, e.to);
  for (std::size_t i = log.batches().size() - news.committed; i < log.batches().size(); ++i)
    transactions_.committed(o.at, partition.name, log.batches()[i]);
  if (pipelines_.pipelines().empty()) return news;
  for (std::size_t i = log.batches().size() - news.committed; i < log.batches().size(); ++i)
    pipelines_.committed(partition.name, log.batches()[i]);
  for (const TransactionLedger::Run& run : transactions_.ended()) pipelines_.ended(partition.name, run);
  return news;
}

void History::follow_new_leader(const Observation& o, const TopicIdPartition& id) {
  const PartitionHistory* known = partition(id);
  if (!known || !known->acting_leader() || known->leader != node(o.host)) return;
  PartitionHistory& partition = edit(id);
  const ReplicaHistory& leader = *partition.replica(*partition.leader);
  const Offset from = std::max(leader.log_start, partition.compacted_to);
  if (!partition.committed.edit().align(leader.log, from)) return;
  partition.true_high_watermark = std::min(partition.true_high_watermark, partition.committed->end());
  partition.lost_in = partition.leader_epoch;
  partition.lost_from = partition.committed->end();
  partition.lost_by = partition.excuse();
  transactions_.lost(partition.name, partition.lost_from);
  pipelines_.lost(partition.name, partition.lost_from);
  for (auto& [broker, replica] : partition.replicas) {
    if (broker != partition.leader) replica.edit().before_loss = true;
  }
}

// ---- transactions and pipelines -------------------------------------------------------------------------------------

const std::string* History::pipeline_at(HostId host) const {
  if (pipelines_.pipelines().empty()) return nullptr;
  const ClientFacts* client = subjects_->client_at(host);
  return client && client->pipeline ? &*client->pipeline : nullptr;
}

void History::on(const Observation& o, const trace::RecordSent& e) {
  if (!e.source) return;
  if (const std::string* pipeline = pipeline_at(o.host)) pipelines_.sent(*pipeline, e);
}

void History::on(const Observation& o, const trace::PositionReset& e) {
  if (const std::string* pipeline = pipeline_at(o.host)) pipelines_.begins_at(*pipeline, e);
}

void History::on(const Observation& o, const trace::TransactionOffsetsSent& e) {
  if (const std::string* pipeline = pipeline_at(o.host)) pipelines_.offsets_sent(*pipeline, e);
}

void History::on(const Observation&, const trace::OffsetsCommitted& e) {
  if (!pipelines_.pipelines().empty()) pipelines_.offsets_committed(e);
}

// Whoever led the partition of __transaction_state once and has not heard that it is over tells of what another has taken over since:
// that is, has read the partition. What the former one stores until then stands in what the other reads.
bool History::is_former_coordinator(HostId host, const std::string& transactional_id) const {
  std::int32_t count = 0;
  while (partition(TopicPartition{transaction_state_topic, PartitionIndex{count}})) ++count;
  if (count == 0) return false;
  const PartitionHistory* home = partition(TopicPartition{transaction_state_topic, PartitionIndex{java_bucket(transactional_id, count)}});
  const auto loaded = transactions_loaded_.find(home->name.partition);
  return home->leader && home->leader != node(host) && loaded != transactions_loaded_.end() && loaded->second == home->leader_epoch;
}

void History::on(const Observation& o, const trace::TransactionsLoaded& e) {
  const PartitionHistory* home = partition(TopicPartition{transaction_state_topic, e.partition});
  if (home && home->leader == node(o.host)) transactions_loaded_[e.partition] = home->leader_epoch;
}

void History::on(const Observation& o, const trace::TransactionChanged& e) {
  const bool former = is_former_coordinator(o.host, e.transactional_id);
  transactions_.changed(e, former ? TransactionLedger::Teller::former_coordinator : TransactionLedger::Teller::coordinator);
}

// ---- decisions ----------------------------------------------------------------------------------------------------

void History::on(const Observation& o, const trace::TopicCreated& e) {
  if (!created_.try_emplace(e.id, o.at).second) return;
  topics_[e.id] = e.name;
  topic_ids_[e.name] = e.id;
}

void History::on(const Observation& /*who*/, const trace::TopicDeleted& e) {
  if (!deleted_.insert(e.id).second) return;
  last_edited_.set(nullptr);
  std::erase_if(partitions_, [&e](const auto& entry) { return entry.first.topic_id == e.id; });
  const auto named = topic_ids_.find(e.name);
  if (named != topic_ids_.end() && named->second == e.id) topic_ids_.erase(named);  // else another bears the name by now
}

bool History::is_of_deleted_topic(const Observation& o) const {
  if (deleted_.empty() || !o.note()) return false;
  bool deleted = false;
  o.note()->visit([&](const auto& e) {
    if constexpr (requires { { e.partition } -> std::convertible_to<const TopicIdPartition&>; })
      deleted = deleted_.contains(e.partition.topic_id);
  });
  return deleted;
}

void History::on(const Observation& o, const trace::PartitionChanged& e) {
  PartitionHistory& partition = edit(e.partition);
  if (e.metadata_offset <= partition.last_decision) return;  // another controller has told it
  partition.last_decision = e.metadata_offset;
  partition.decided_by = o.seq;
  partition.leader = e.leader;
  partition.leader_epoch = e.leader_epoch;
  partition.assigned = e.replicas;
  partition.former_isr = std::exchange(partition.isr, e.isr);
  // The last known leader comes back with all that was ever committed under it, unless its machine has lost that.
  const bool same_again = e.leader && partition.last_known_elr == std::vector{*e.leader};
  if (e.unclean) (same_again ? partition.last_known_leader_elected : partition.unclean_election) = true;
  partition.elr = e.elr;
  partition.last_known_elr = e.last_known_elr;
  partition.adding = e.adding;
  partition.removing = e.removing;
  for (auto& [broker, replica] : partition.replicas) {
    if (e.leader && broker != *e.leader && replica->role == trace::ReplicaRole::leader) replica.edit().replaced = true;
  }
  note_sole_member(partition);
}

BrokerHistory* History::decided(NodeId id, std::int64_t metadata_offset) {
  BrokerHistory& known = brokers_[id];
  if (metadata_offset <= known.last_decision) return nullptr;
  known.last_decision = metadata_offset;
  return &known;
}

void History::on(const Observation& /*who*/, const trace::BrokerRegistered& e) {
  BrokerHistory* known = decided(e.broker, e.metadata_offset);
  if (!known || known->epoch == e.epoch) return;  // the same process again
  *known = BrokerHistory{.epoch = e.epoch, .registered = true, .last_decision = e.metadata_offset};
}

void History::on(const Observation& /*who*/, const trace::BrokerFenced& e) {
  if (BrokerHistory* known = decided(e.broker, e.metadata_offset))
    (e.shutting_down ? known->shutting_down : known->fenced) = true;
}

void History::on(const Observation& /*who*/, const trace::BrokerUnfenced& e) {
  if (BrokerHistory* known = decided(e.broker, e.metadata_offset)) known->fenced = known->shutting_down = false;
}

// ---- promises -----------------------------------------------------------------------------------------------------

void History::on(const Observation& o, const trace::RecordsAcked& e) {
  const PartitionHistory* known = partition(e.partition);
  if (!known || !e.base) return;
  // The batch as a replica holds it. What was sent again after an election may stand at the same offset twice, on a leader
  // that was replaced too: who leads now has the one that was acknowledged, or if it has none, the one of the later epoch.
  const auto copy_on = [&e](const ReplicaHistory& replica) {
    const StoredBatch* batch = replica.log.at(*e.base);
    return batch && batch->origin == e.origin ? batch : nullptr;
  };
  const ReplicaHistory* leader = known->acting_leader();
  const StoredBatch* stored = leader ? copy_on(*leader) : nullptr;
  if (!stored) {
    for (const auto& [broker, replica] : known->replicas) {
      const StoredBatch* candidate = copy_on(*replica);
      if (candidate && (!stored || candidate->epoch > stored->epoch)) stored = candidate;
    }
  }
  // Compaction may have taken its records out before the acknowledgement came, and left the batch for its sequence number.
  if (!stored && leader && *e.base < known->compacted_to) stored = leader->log.at(*e.base);
  AckedBatch acked{stored ? *stored : StoredBatch{}, o.at, e.acks == -1};
  if (!stored) {  // on no replica any more: whoever compares finds nothing equal to it
    if (o.at - e.latency < created_.at(known->id.topic_id)) return;  // of a topic that bore this name before
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

// ---- processes ----------------------------------------------------------------------------------------------------

void History::process_started(HostId host) {
  const std::optional<NodeId> broker = node(host);
  const auto known = broker ? brokers_.find(*broker) : brokers_.end();
  if (known != brokers_.end()) known->second.registered = false;
  without_disk_.erase(host);
}

void History::on(const Observation& o, const trace::LogDirectoryFailed& /*why*/) { without_disk_.insert(o.host); }

void History::lose_all(PartitionHistory& partition, NodeId broker) {
  ReplicaHistory& replica = partition.replicas.at(broker).edit();
  replica.keep_former();
  const Offset had = replica.log_end;
  replica.log.clear();
  replica.log_start = replica.log_end = replica.high_watermark = replica.synced = Offset{0};
  replica.damaged = false;
  replica.kept_to.reset();
  partition.damaged.erase(broker);
  note_losses(partition, broker, had);
}

void History::disk_kept(NodeId broker, const std::map<TopicIdPartition, Offset>& ends) {
  for (const auto& [id, end] : ends) {
    PartitionHistory& partition = edit(id);
    ReplicaHistory& replica = partition.replicas.at(broker).edit();
    replica.kept_to = end;
    if (end >= std::min(replica.log_end, partition.true_high_watermark)) continue;
    partition.losses.insert(broker);
    note_sole_member(partition);
  }
}

// Its logs have been loaded, if its disk works: where none was, the disk is a new one.
void History::process_ready(HostId host) {
  const std::optional<NodeId> broker = node(host);
  if (!broker || without_disk_.contains(host)) return;
  for (auto& [id, partition] : partitions_) {
    const ReplicaHistory* known = partition->replica(*broker);
    if (known && !known->running) lose_all(partition.edit(), *broker);
  }
}

void History::disk_wiped(HostId host) {
  const std::optional<NodeId> broker = node(host);
  if (!broker) return;
  for (auto& [id, partition] : partitions_) {
    if (partition->replica(*broker)) lose_all(partition.edit(), *broker);
  }
}

void History::disk_damaged(HostId host, std::string_view path) {
  const std::optional<NodeId> broker = node(host);
  if (!broker) return;
  for (auto& [id, partition] : partitions_) {
    if (!partition->replica(*broker) || !path.starts_with(name(id) + "/")) continue;
    partition.edit().damaged.insert(*broker);
    partition.edit().replicas.at(*broker).edit().damaged = true;
  }
}

void History::process_ended(HostId host, LastEnd how) {
  const std::optional<NodeId> broker = node(host);
  if (!broker) return;
  for (auto& [id, partition] : partitions_) {
    if (!partition->replica(*broker)) continue;
    ReplicaHistory& replica = partition.edit().replicas.at(*broker).edit();
    if (how == LastEnd::power_loss || replica.running) replica.last_end = how;
    replica.running = false;
    replica.role.reset();
    replica.replaced = false;
    replica.isr_view.reset();
    replica.leader_epoch = LeaderEpoch{-1};
  }
}

void History::observe(const Observation& o) {
  transactions_.begin_observation();
  pipelines_.begin_observation();
  if (const KernelEvent* kernel = o.kernel()) {
    if (std::holds_alternative<ProcessStarted>(*kernel)) process_started(o.host);
    if (std::holds_alternative<ProcessReady>(*kernel)) process_ready(o.host);
    if (std::holds_alternative<ProcessCrashed>(*kernel)) process_ended(o.host, LastEnd::crash);
    if (std::holds_alternative<PowerLost>(*kernel)) process_ended(o.host, LastEnd::power_loss);
    if (const auto* exited = std::get_if<ProcessExited>(kernel))
      process_ended(o.host, exited->orderly ? LastEnd::orderly : LastEnd::crash);
    if (std::holds_alternative<DisksWiped>(*kernel)) disk_wiped(o.host);
    if (const auto* corrupted = std::get_if<DataCorrupted>(kernel)) disk_damaged(o.host, corrupted->path);
    const auto tell = [&](const auto& e) {
      if constexpr (requires { vitals_.on(o, e); }) vitals_.on(o, e);
    };
    std::visit(tell, *kernel);
    return;
  }
  o.note()->visit([&](const auto& e) {
    if constexpr (requires { vitals_.on(o, e); }) vitals_.on(o, e);
    if constexpr (requires { transactions_.on(o, e); }) transactions_.on(o, e);
    if constexpr (requires { on(o, e); }) on(o, e);
  });
}

}  // namespace kafkasim::sim
