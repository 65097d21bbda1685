#include "sim/run/measures.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace kafkasim::sim {

// ---- latencies ------------------------------------------------------------------------------------------------------

std::size_t LatencyHistogram::bucket(std::uint64_t us) {
  if (us < 16) return static_cast<std::size_t>(us);
  const auto magnitude =
      static_cast<std::size_t>(std::bit_width(us)) - 5;  // us >> magnitude has five bits, the first of them set
  return std::min<std::size_t>(16 * (magnitude + 1) + static_cast<std::size_t>((us >> magnitude) & 15), 16 * 45 - 1);
}

std::uint64_t LatencyHistogram::upper_edge(std::size_t bucket) {
  if (bucket < 16) return bucket;
  const std::size_t magnitude = bucket / 16 - 1;
  return ((16 + bucket % 16 + 1) << magnitude) - 1;
}

void LatencyHistogram::add(Duration d) {
  ++buckets_[bucket(static_cast<std::uint64_t>(std::max<std::int64_t>(0, d.whole_us())))];
  ++count_;
  most_ = std::max(most_, d);
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& o) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += o.buckets_[i];
  count_ += o.count_;
  most_ = std::max(most_, o.most_);
  return *this;
}

std::optional<Duration> LatencyHistogram::percentile(std::int64_t percent) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t rank = (count_ * static_cast<std::uint64_t>(percent) + 99) / 100;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(most_, microseconds(static_cast<std::int64_t>(upper_edge(i))));
  }
  return most_;
}

Counts& Counts::operator+=(const Counts& o) {
  produced += o.produced;
  acked += o.acked;
  failed += o.failed;
  consumed += o.consumed;
  bytes_in += o.bytes_in;
  bytes_out += o.bytes_out;
  return *this;
}

// ---- counts ---------------------------------------------------------------------------------------------------------

Measures::KeyView Measures::key_of(HostId host, const TopicPartition& partition) const {
  const auto client = clients_.find(host);
  return {client == clients_.end() ? std::string_view{} : std::string_view{client->second}, partition};
}

void Measures::count(const KeyView& key, std::int64_t Counts::* what, std::int64_t more) {
  at(counts_.edit(), key).*what += more;
  all_counts_.*what += more;
}

void Measures::Latencies::add(const KeyView& key, Duration d) {
  all.edit().add(d);
  at(apart.edit(), key).edit().add(d);
  const std::string_view owner = key.client.substr(0, key.client.rfind('/'));
  auto& sums = by_owner.edit();
  auto sum = sums.find(owner);
  if (sum == sums.end()) sum = sums.try_emplace(std::string{owner}).first;
  sum->second.edit().add(d);
}

LatencyHistogram Measures::latency(LatencyOf what, const std::optional<std::vector<std::string>>& clients,
                                   const std::optional<std::string>& topic,
                                   const std::optional<TopicPartition>& partition) const {
  const Latencies& latencies = what == LatencyOf::produce ? produce_latency_ : end_to_end_latency_;
  if (!clients && !topic && !partition) return *latencies.all;
  LatencyHistogram sum;
  for (const auto& [key, one] : *latencies.apart) {
    if (clients && std::ranges::find(*clients, key.first) == clients->end()) continue;
    if (topic && key.second.topic != *topic) continue;
    if (partition && key.second != *partition) continue;
    sum += *one;
  }
  return sum;
}

std::optional<Duration> Measures::most_percentile(LatencyOf what, std::int64_t percent) const {
  const Latencies& latencies = what == LatencyOf::produce ? produce_latency_ : end_to_end_latency_;
  std::optional<Duration> most;
  for (const auto& [owner, latency] : *latencies.by_owner) {
    const std::optional<Duration> its = latency->percentile(percent);
    if (its && (!most || *most < *its)) most = its;
  }
  return most;
}

Counts Measures::counts(const std::optional<std::string>& client, const std::optional<std::string>& topic,
                        const std::optional<TopicPartition>& partition) const {
  if (!client && !topic && !partition) return all_counts_;
  Counts sum;
  for (const auto& [key, counts] : *counts_) {
    if (client && key.first != *client) continue;
    if (topic && key.second.topic != *topic) continue;
    if (partition && key.second != *partition) continue;
    sum += counts;
  }
  return sum;
}

Counts Measures::bytes_of(NodeId broker) const {
  Counts sum;
  for (const auto& [key, counts] : *broker_bytes_) {
    if (key.first == broker) sum += counts;
  }
  return sum;
}

std::int64_t Measures::errors(ErrorCode code, const std::optional<std::string>& client) const {
  std::int64_t sum = 0;
  for (const auto& [key, count] : errors_) {
    if (key.second == code && (!client || key.first == *client)) sum += count;
  }
  return sum;
}

std::vector<ErrorCode> Measures::errors_seen() const {
  std::vector<ErrorCode> codes;
  for (const auto& [key, count] : errors_) codes.push_back(key.second);
  std::ranges::sort(codes);
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

void Measures::on(const Observation&, const trace::GroupChanged& e) {
  GroupState& group = groups_[e.group];
  if (e.generation > group.generation) ++group.rebalances;
  group.state = e.state;
  group.generation = e.generation;
  group.members = e.members;
  group.type = e.type;
  group.protocol = e.protocol;
  group.assignment_epoch = e.assignment_epoch;
}

void Measures::on(const Observation& o, const trace::PartitionsAssigned& e) {
  GroupState& group = groups_[e.group];
  for (const TopicPartition& tp : e.added) {
    const auto [owner, is_first] = group.owners.emplace(tp, o.host);
    if (!is_first && owner->second != o.host) ++group.partitions_moved;
    owner->second = o.host;
  }
}

Measures::Reading& Measures::reading(const Observation& o, const TopicPartition& partition, const History& history) {
  const ClientFacts* client = history.subjects().client_at(o.host);
  if (client != nullptr && client->group) return at(readings_.edit(), {*client->group, partition});
  return at(readings_.edit(), key_of(o.host, partition));
}

std::int64_t Measures::out_of_order(const TopicPartition& partition, const std::optional<std::string>& group) const {
  std::int64_t sum = 0;
  for (const auto& [key, reading] : *readings_) {
    if (key.second == partition && (!group || key.first == *group)) sum += reading.out_of_order;
  }
  return sum;
}

void Measures::on(const Observation& o, const trace::RecordsDelivered& e, const History& history) {
  count(key_of(o.host, e.partition), &Counts::consumed, std::ssize(e.records));
  const auto client = clients_.find(o.host);
  const std::string name = client == clients_.end() ? std::string{} : client->second;
  Expiry& expiry = expiries_.edit()[e.partition];
  for (const std::string& reader : {name.substr(0, name.rfind('/')), std::string{}})  // "GROUP/NUMBER"
    expiry.positions[reader] = std::max(expiry.positions[reader], e.position);
  const Timestamp now = right_clock_.at(o.at);  // where clocks are set wrong, the latency that users see is wrong too
  if (e.records.empty()) return;
  Reading& read = reading(o, e.partition, history);
  for (const auto& record : e.records) {
    if (record.offset < read.next) ++read.out_of_order;
    read.next = std::max(read.next, record.offset.next());
  }
  LatencyHistogram& all = end_to_end_latency_.all.edit();
  LatencyHistogram& mine = at(end_to_end_latency_.apart.edit(), key_of(o.host, e.partition)).edit();
  for (const auto& record : e.records) {
    const Duration latency = milliseconds(now - record.timestamp);
    all.add(latency);
    mine.add(latency);
  }
}

void Measures::on(const Observation& o, const trace::SegmentsDeleted& e, const History& history) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!partition || !broker || partition->leader != broker || e.reason == trace::DeletionReason::log_start_offset)
    return;
  const ReplicaHistory* replica = partition->replica(*broker);
  const Offset from = replica ? std::max(e.from, replica->log_start) : e.from;
  Expiry& expiry = expiries_.edit()[partition->name];
  expiry.deleted += std::max<std::int64_t>(0, e.to - from);
  for (const auto& [reader, position] : expiry.positions)
    expiry.read[reader] += std::max<std::int64_t>(0, std::min(position, e.to) - from);
}

std::int64_t Measures::expired(const TopicPartition& partition, const std::optional<std::string>& group) const {
  const auto known = expiries_->find(partition);
  if (known == expiries_->end()) return 0;
  const auto read = known->second.read.find(group.value_or(""));
  return known->second.deleted - (read == known->second.read.end() ? 0 : read->second);
}

std::int64_t Measures::cleanings(const TopicPartition& partition) const {
  const auto known = cleanings_.find(partition);
  return known == cleanings_.end() ? 0 : known->second;
}

// Bytes count for the client that sent or asked, and for the broker that took or gave them. What no client sent (the
// brokers' own records, and those of real clients) is in the sums alone.
void Measures::on(const Observation& o, const trace::LogAppended& e, const History& history) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  if (e.role != trace::ReplicaRole::leader || !partition || !broker) return;
  if (e.batches.empty()) return;
  std::int64_t sent = static_cast<std::int64_t>(e.received_bytes);
  if (sent == 0) sent = std::accumulate(e.batches.begin(), e.batches.end(), sent, [](std::int64_t sum, const auto& b) { return sum + b.size_bytes; });
  const Origin& origin = e.batches.front().origin;  // one request's
  const std::string client = origin.known() ? history.subjects().client(origin).name : "";
  count({client, partition->name}, &Counts::bytes_in, sent);
  broker_bytes_.edit()[{*broker, partition->name}].bytes_in += sent;
}

void Measures::on(const Observation& o, const trace::FetchAnswered& e, const History& history) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!partition || !broker) return;
  const auto size = static_cast<std::int64_t>(e.size_bytes);
  count(key_of(e.reader, partition->name), &Counts::bytes_out, size);
  broker_bytes_.edit()[{*broker, partition->name}].bytes_out += size;
}

void Measures::watch_availability(const Observation& o, const History& history) {
  const auto one = [&](const TopicIdPartition& id) {
    if (const PartitionHistory* partition = history.partition(id)) watch_availability(*partition, o.at, history);
  };
  if (const auto* changed = o.get_if<trace::PartitionChanged>()) return one(changed->partition);
  if (const auto* leads = o.get_if<trace::BecameLeader>()) return one(leads->partition);
  if (const auto* follows = o.get_if<trace::BecameFollower>()) return one(follows->partition);
  const bool of_a_process = o.get_if<ProcessCrashed>() || o.get_if<PowerLost>() || o.get_if<ProcessExited>()
                            || o.get_if<ProcessPaused>() || o.get_if<ProcessResumed>();
  if (!of_a_process) return;
  if (o.get_if<ProcessPaused>()) frozen_[o.host] = true;
  if (o.get_if<ProcessResumed>() || o.get_if<ProcessCrashed>() || o.get_if<PowerLost>()) frozen_.erase(o.host);
  for (const auto& entry : history.partitions()) watch_availability(*entry.second, o.at, history);
}

void Measures::watch_availability(const PartitionHistory& partition, Instant at, const History& history) {
  bool available = false;
  if (const ReplicaHistory* leader = partition.acting_leader(); leader && leader->running) {
    available = std::ranges::none_of(frozen_, [&](const auto& f) { return history.node(f.first) == partition.leader; });
  }
  const auto [known, is_new] = availability_.try_emplace(partition.name, Availability{available, at, {}});
  if (is_new || known->second.available == available) return;
  if (available) known->second.missing += at - std::max(known->second.since, origin_.value_or(at));
  known->second.available = available;
  known->second.since = at;
}

Duration Measures::unavailable(const TopicPartition& partition, Instant now) const {
  const auto known = availability_.find(partition);
  if (known == availability_.end()) return {};
  Duration missing = known->second.missing;
  if (!known->second.available) missing += now - std::max(known->second.since, origin_.value_or(now));
  return missing;
}

void Measures::observe(const Observation& o, const History& history) {
  watch_availability(o, history);
  if (const auto* sent = o.get_if<trace::RecordSent>()) {
    count(key_of(o.host, sent->partition), &Counts::produced, 1);
  } else if (const auto* acked = o.get_if<trace::RecordsAcked>()) {
    const KeyView key = key_of(o.host, acked->partition);
    count(key, &Counts::acked, acked->count);
    if (!acked->origin.known()) count(key, &Counts::produced, acked->count);  // a real client's: it had them
    produce_latency_.add(key, acked->latency);
  } else if (const auto* failed = o.get_if<trace::RecordsFailed>()) {
    count(key_of(o.host, failed->partition), &Counts::failed, failed->count);
  } else if (const auto* refused = o.get_if<trace::SendRefused>()) {
    const TopicPartition nowhere{refused->topic, PartitionIndex{-1}};
    count(key_of(o.host, nowhere), &Counts::produced, 1);
    count(key_of(o.host, nowhere), &Counts::failed, 1);
  } else if (const auto* delivered = o.get_if<trace::RecordsDelivered>()) {
    on(o, *delivered, history);
  } else if (const auto* position = o.get_if<trace::PositionReset>()) {
    reading(o, position->partition, history).next = position->to;
  } else if (const auto* deleted = o.get_if<trace::SegmentsDeleted>()) {
    on(o, *deleted, history);
  } else if (const auto* cleaned = o.get_if<trace::LogCleaned>()) {
    if (const PartitionHistory* partition = history.partition(cleaned->partition)) ++cleanings_[partition->name];
  } else if (const auto* appended = o.get_if<trace::LogAppended>()) {
    on(o, *appended, history);
  } else if (const auto* fetched = o.get_if<trace::FetchAnswered>()) {
    on(o, *fetched, history);
  } else if (const auto* group = o.get_if<trace::GroupChanged>()) {
    on(o, *group);
  } else if (const auto* assigned = o.get_if<trace::PartitionsAssigned>()) {
    on(o, *assigned);
  } else if (const auto* revoked = o.get_if<trace::PartitionsRevoked>()) {
    groups_[revoked->group].partitions_revoked += std::ssize(revoked->partitions);
  } else if (const auto* committed = o.get_if<trace::OffsetsCommitted>()) {
    groups_.try_emplace(committed->group);
  } else if (const auto* loaded = o.get_if<trace::OffsetsLoaded>()) {
    groups_.try_emplace(loaded->group);
  } else if (const auto* error = o.get_if<trace::ClientSawError>()) {
    const auto client = clients_.find(o.host);
    ++errors_[{client == clients_.end() ? std::string{} : client->second, error->error}];
  } else if (const auto* active = o.get_if<trace::ControllerActivated>()) {
    if (const std::optional<NodeId> node = history.node(o.host); node && active->epoch >= controller_epoch_) {
      controller_ = {*node, active->epoch};
      controller_epoch_ = active->epoch;
    }
  } else if (const auto* resigned = o.get_if<trace::ControllerResigned>()) {
    if (controller_ && controller_->second == resigned->epoch) controller_.reset();
  } else if (o.get_if<ProcessCrashed>() || o.get_if<PowerLost>() || o.get_if<ProcessExited>()) {
    if (controller_ && history.node(o.host) == controller_->first) controller_.reset();
  } else if (const auto* registered = o.get_if<trace::BrokerRegistered>();
             registered && registered->metadata_offset > last_decision_) {
    last_decision_ = registered->metadata_offset;
    brokers_[registered->broker] = true;
  } else if (const auto* fenced = o.get_if<trace::BrokerFenced>(); fenced && fenced->metadata_offset > last_decision_) {
    last_decision_ = fenced->metadata_offset;
    if (!fenced->shutting_down) brokers_[fenced->broker] = true;
  } else if (const auto* unfenced = o.get_if<trace::BrokerUnfenced>();
             unfenced && unfenced->metadata_offset > last_decision_) {
    last_decision_ = unfenced->metadata_offset;
    brokers_[unfenced->broker] = false;
  }
}

}  // namespace kafkasim::sim
