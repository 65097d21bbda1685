#include "core/client/fetcher.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"
#include "core/record/record.hpp"

namespace kafkasim {

namespace {

IsolationLevel isolation_of(const ConsumerConfig& config) {
  return config.isolation_level == "read_committed" ? IsolationLevel::read_committed : IsolationLevel::read_uncommitted;
}

std::int32_t as_i32(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, 0, INT32_MAX));
}

// A wait after an error ends early when the partition has a newer leader than the one that failed.
bool may_try(const OwnedPartition& owned, const PartitionView& view, Instant now) {
  return owned.next_try <= now
         || (view.leader_epoch && owned.epoch_of_error && *view.leader_epoch > *owned.epoch_of_error);
}

// The follower that the leader named, while that holds and a broker of that id is known; else the leader (Fetcher.selectReadReplica).
std::optional<NodeId> read_replica(const TopicPartition& tp, const OwnedPartition* owned, const ClusterView& cluster, Instant now) {
  const auto* preferred = owned != nullptr && owned->preferred ? &*owned->preferred : nullptr;
  if (preferred != nullptr && preferred->until > now && cluster.endpoint(preferred->replica)) return preferred->replica;
  return cluster.partition(tp).leader;
}

}  // namespace

Fetcher::Fetcher(const ConsumerConfig& config, LegacyBehaviours legacy)
    : config_{config}, tells_epochs_{!legacy.has(Legacy::no_client_epoch_check)}, backoff_{config} {}

void Fetcher::start() {
  fetches_.clear();
  sessions_.clear();
  list_offsets_.clear();
  store_.clear();
}

void Fetcher::pump(Parts parts, Env& env) {
  if (fatal_) return;
  send_list_offsets(parts, env);
  send_fetches(parts, env);
}

// ---- asking ---------------------------------------------------------------------------------------
// A broker of which something is in store is left alone: what is in store is not asked for, and so would fall out of the
// session (KAFKA-17182).
std::set<NodeId> Fetcher::busy_brokers(const ClusterView& cluster, const Subscription& subscription, Instant now) const {
  std::set<NodeId> busy;
  for (const auto& [node, request] : fetches_) busy.insert(node);
  for (const Store& store : store_) {
    if (const auto node = read_replica(store.tp, subscription.find(store.tp), cluster, now)) busy.insert(*node);
  }
  return busy;
}

void Fetcher::send_fetches(Parts parts, Env& env) {
  const std::set<NodeId> busy = busy_brokers(parts.cluster, parts.subscription, env.now);
  std::map<NodeId, std::vector<TopicPartition>> wanted;
  for (const auto& [tp, owned] : parts.subscription.owned()) {
    if (!owned->is_fetchable() || in_store(tp)) continue;
    const PartitionView view = parts.cluster.partition(tp);
    if (!may_try(*owned, view, env.now)) continue;
    if (owned->preferred && !parts.cluster.endpoint(owned->preferred->replica)) {  // not heard of, or not any more
      parts.subscription.edit(tp)->preferred.reset();
      parts.cluster.request_update();
    }
    const std::optional<NodeId> node = view.leader ? read_replica(tp, &*owned, parts.cluster, env.now) : std::nullopt;
    if (!node) {
      parts.cluster.request_update();
    } else if (!busy.contains(*node)) {
      wanted[*node].push_back(tp);
    }
  }
  for (const auto& [node, partitions] : wanted) {
    const std::optional<Endpoint> endpoint = parts.cluster.endpoint(node);
    if (!endpoint) {
      parts.cluster.request_update();
    } else if (parts.channel.ready(broker_peer(node), *endpoint, env)) {
      FetchRequest request = header();
      tell_session(sessions_[node], partitions, parts);
      if (!sessions_[node].build(request)) continue;
      fetches_[node] = parts.channel.send(broker_peer(node), *endpoint, Message::of(std::move(request)), env);
    }
  }
}

FetchRequest Fetcher::header() const {
  FetchRequest request;
  request.max_wait = config_.fetch_max_wait;
  request.min_bytes = as_i32(config_.fetch_min_bytes);
  request.max_bytes = as_i32(config_.fetch_max_bytes);
  request.isolation_level = isolation_of(config_);
  request.rack_id = config_.client_rack;
  return request;
}

void Fetcher::forget_preferred(const FetchSessionHandler& session, Subscription& subscription) {
  for (const auto& [id, asked] : session.session()) {
    OwnedPartition* owned = subscription.edit({asked.topic, id.partition});
    if (owned != nullptr) owned->preferred.reset();
  }
}

void Fetcher::tell_session(FetchSessionHandler& session, const std::vector<TopicPartition>& wanted, Parts parts) const {
  std::set<TopicIdPartition> gone;
  for (const auto& [id, asked] : session.session()) gone.insert(id);
  std::uint64_t order = 0;
  for (const TopicPartition& tp : wanted) {
    const TopicIdPartition id{parts.cluster.topic(tp.topic)->id, tp.partition};
    FetchRequest::Partition partition;
    partition.partition = tp.partition;
    if (tells_epochs_) partition.current_leader_epoch = parts.cluster.partition(tp).leader_epoch;
    partition.fetch_offset = parts.subscription.find(tp)->position;
    partition.partition_max_bytes = as_i32(config_.max_partition_fetch_bytes);
    session.want(id, tp.topic, partition, ++order);
    gone.erase(id);
  }
  for (const TopicIdPartition& id : gone) session.drop(id);
}

void Fetcher::close_sessions(Parts parts, Env& env) {
  store_.clear();
  fetches_.clear();  // nobody waits for their answers any more
  for (auto& [node, session] : sessions_) {
    FetchRequest request = header();
    request.max_wait = Duration{};
    const std::optional<Endpoint> endpoint = parts.cluster.endpoint(node);
    const bool reachable = endpoint && parts.channel.is_connected(broker_peer(node));
    if (!session.build_close(request) || !reachable) continue;
    fetches_[node] = parts.channel.send(broker_peer(node), *endpoint, Message::of(std::move(request)), env);
  }
}

// by_duration is counted back from now; no record may be that late: then the offset of an answer is absent, and the end is
// asked for.
Timestamp Fetcher::reset_timestamp(Timestamp wall) const {
  if (config_.auto_offset_reset == "earliest") return ListOffsetsRequest::earliest_timestamp;
  if (const auto back = reset_by_duration(config_.auto_offset_reset)) return wall.plus(-back->whole_ms());
  return ListOffsetsRequest::latest_timestamp;
}

void Fetcher::send_list_offsets(Parts parts, Env& env) {
  const auto pending = [this](const TopicPartition& tp) {
    return std::ranges::any_of(
        list_offsets_, [&tp](const auto& entry) { return std::ranges::find(entry.second, tp) != entry.second.end(); });
  };
  std::map<NodeId, ListOffsetsRequest> requests;
  std::map<NodeId, std::vector<TopicPartition>> asked;
  for (const auto& [tp, owned] : parts.subscription.owned()) {
    if (owned->state != PositionState::reset_wanted || pending(tp)) continue;
    if (config_.auto_offset_reset == "none") {
      fatal_ = fmt::format("no offset for {} and auto.offset.reset is none", to_string(tp));
      return;
    }
    const PartitionView view = parts.cluster.partition(tp);
    if (!may_try(*owned, view, env.now)) continue;
    if (!view.leader || !parts.cluster.endpoint(*view.leader)) {
      parts.cluster.request_update();
      continue;
    }
    ListOffsetsRequest& request = requests[*view.leader];
    if (request.topics.empty() || request.topics.back().name != tp.topic) {
      request.topics.push_back(ListOffsetsRequest::Topic{tp.topic, {}});
    }
    const bool at_end = ends_wanted_.contains(tp);
    const Timestamp timestamp = at_end ? ListOffsetsRequest::latest_timestamp : reset_timestamp(env.wall);
    request.topics.back().partitions.push_back({tp.partition, view.leader_epoch, timestamp});
    asked[*view.leader].push_back(tp);
  }
  for (auto& [node, request] : requests) {
    request.isolation_level = isolation_of(config_);
    request.timeout = config_.request_timeout;
    const Endpoint endpoint = *parts.cluster.endpoint(node);
    const auto id = parts.channel.send(broker_peer(node), endpoint, Message::of(std::move(request)), env);
    list_offsets_.emplace(id, std::move(asked[node]));
  }
}

// ---- answers --------------------------------------------------------------------------------------
bool Fetcher::take(const Completion& done, Parts parts, Env& env) {
  const auto fetch = std::ranges::find_if(fetches_, [&done](const auto& entry) { return entry.second == done.id; });
  if (fetch != fetches_.end()) {
    FetchSessionHandler& session = sessions_[fetch->first];
    fetches_.erase(fetch);
    if (const auto* answer = done.response ? done.response->get_if<FetchResponse>() : nullptr) {
      on_fetch(session, *answer, parts, env);
    } else {
      forget_preferred(session, parts.subscription);
      session.handle_failure();
    }
    return true;
  }
  const auto asked = list_offsets_.extract(done.id);
  if (asked.empty()) return false;
  if (const auto* answer = done.response ? done.response->get_if<ListOffsetsResponse>() : nullptr) {
    on_list_offsets(*answer, parts, env);
  } else {
    for (const TopicPartition& tp : asked.mapped()) {
      parts.subscription.back_off(tp, env.now + backoff_.after(0, env.random),
                                  parts.cluster.partition(tp).leader_epoch);
    }
  }
  return true;
}

void Fetcher::on_fetch(FetchSessionHandler& session, const FetchResponse& answer, Parts parts, Env& env) {
  if (answer.error_code != ErrorCode::none) env.out.note(trace::ClientSawError{ApiKey::fetch, answer.error_code});
  if (!session.handle(answer)) {  // the next request is a full one
    if (answer.error_code == ErrorCode::fetch_session_topic_id_error) parts.cluster.request_update();
    return;
  }
  for (const FetchResponse::Topic& topic : answer.responses) {
    for (const FetchResponse::Partition& got : topic.partitions) {
      const FetchSessionHandler::Asked& asked = *session.asked({topic.topic_id, got.partition_index});
      on_fetched_partition({asked.topic, got.partition_index}, asked.partition, got, answer.node_endpoints, parts, env);
    }
  }
}

void Fetcher::on_fetched_partition(const TopicPartition& tp, const FetchRequest::Partition& asked,
                                   const FetchResponse::Partition& got, const std::vector<NodeEndpoint>& endpoints,
                                   Parts parts, Env& env) {
  if (got.error_code != ErrorCode::none) env.out.note(trace::ClientSawError{ApiKey::fetch, got.error_code});
  const OwnedPartition* owned = parts.subscription.find(tp);
  const bool wanted = owned && owned->is_fetchable() && owned->position == asked.fetch_offset;
  if (!wanted || in_store(tp)) return;
  if (got.error_code != ErrorCode::none) {
    on_fetch_error(tp, asked, got, endpoints, parts, env);
    return;
  }
  const auto damaged = std::ranges::find_if_not(got.records.batches, crc_matches);
  if (got.records.damage || damaged != got.records.batches.end()) {
    fatal_ = fmt::format("damaged records in {} fetched at offset {}", to_string(tp), asked.fetch_offset.value);
    return;
  }
  if (got.preferred_read_replica)
    parts.subscription.edit(tp)->preferred = OwnedPartition::Preferred{*got.preferred_read_replica, env.now + config_.metadata_max_age};
  if (got.records.batches.empty()) return;
  store_.push_back(Store{tp, asked.fetch_offset, {got.records.batches.begin(), got.records.batches.end()},
                         AbortedTransactions{got.aborted_transactions}});
}

void Fetcher::on_fetch_error(const TopicPartition& tp, const FetchRequest::Partition& asked,
                             const FetchResponse::Partition& got, const std::vector<NodeEndpoint>& endpoints,
                             Parts parts, Env& env) {
  // What a follower does not have the leader may: it is asked first.
  const bool was_sent = std::exchange(parts.subscription.edit(tp)->preferred, std::nullopt).has_value();
  if (got.error_code == ErrorCode::offset_out_of_range && was_sent) return;
  if (got.error_code == ErrorCode::offset_out_of_range) {
    if (config_.auto_offset_reset == "none") {
      fatal_ = fmt::format("offset {} of {} is out of range and auto.offset.reset is none", asked.fetch_offset.value,
                           to_string(tp));
      return;
    }
    parts.subscription.want_reset(tp);
    return;
  }
  if (got.error_code == ErrorCode::corrupt_message) {
    fatal_ = fmt::format("the broker found damage in {} at offset {}", to_string(tp), asked.fetch_offset.value);
    return;
  }
  if (got.current_leader) parts.cluster.update_leader(tp, *got.current_leader, endpoints);
  // UNKNOWN_LEADER_EPOCH: the broker is behind, not the client.
  if (got.error_code != ErrorCode::unknown_leader_epoch) parts.cluster.request_update();
  parts.subscription.back_off(tp, env.now + backoff_.after(0, env.random), asked.current_leader_epoch);
}

void Fetcher::on_list_offsets(const ListOffsetsResponse& answer, Parts parts, Env& env) {
  for (const ListOffsetsResponse::Topic& topic : answer.topics) {
    for (const ListOffsetsResponse::Partition& got : topic.partitions) {
      const TopicPartition tp{topic.name, got.partition_index};
      if (got.error_code != ErrorCode::none) {
        env.out.note(trace::ClientSawError{ApiKey::list_offsets, got.error_code});
      }
      const OwnedPartition* owned = parts.subscription.find(tp);
      if (!owned || owned->state != PositionState::reset_wanted) continue;
      if (got.error_code == ErrorCode::none && got.offset) {
        if (got.leader_epoch) parts.cluster.saw_epoch(tp, *got.leader_epoch);
        ends_wanted_.erase(tp);
        parts.subscription.seek(tp, *got.offset, std::nullopt);  // no record was read: nothing to validate
        env.out.note(trace::PositionReset{tp, *got.offset, "auto.offset.reset=" + config_.auto_offset_reset});
        continue;
      }
      if (got.error_code == ErrorCode::none && reset_by_duration(config_.auto_offset_reset)) {
        // No record is that young: the end, as in Kafka (OffsetFetcherUtils: a timestamp beyond the log's).
        ends_wanted_.insert(tp);
        continue;
      }
      parts.cluster.request_update();
      const Instant until = env.now + backoff_.after(0, env.random);
      parts.subscription.back_off(tp, until, parts.cluster.partition(tp).leader_epoch);
    }
  }
}

std::optional<Instant> Fetcher::next_deadline(const Subscription& subscription, Instant now) const {
  std::optional<Instant> next;
  for (const auto& [tp, owned] : subscription.owned()) {
    if (owned->next_try > now) next = earlier(next, owned->next_try);
  }
  return next;
}

// ---- handing out ----------------------------------------------------------------------------------
bool Fetcher::in_store(const TopicPartition& tp) const {
  return std::ranges::find(store_, tp, &Store::tp) != store_.end();
}

void Fetcher::forget(const std::vector<TopicPartition>& revoked) {
  std::erase_if(store_, [&revoked](const Store& store) {
    return std::ranges::find(revoked, store.tp) != revoked.end();
  });
}

ConsumerRecords Fetcher::collect(Subscription& subscription, std::int64_t most) {
  ConsumerRecords out;
  while (!store_.empty() && most > 0 && !fatal_) {
    Store& store = store_.front();
    OwnedPartition* owned = subscription.edit(store.tp);
    if (owned && owned->is_fetchable() && owned->position == store.fetched_at) {
      most -= collect_from(store, out, most, *owned);
      if (!store.batches.empty()) break;  // there is more for the next poll
    }
    store_.pop_front();
  }
  return out;
}

std::int64_t Fetcher::collect_from(Store& store, ConsumerRecords& out, std::int64_t most, OwnedPartition& owned) {
  std::int64_t taken = 0;
  while (!store.batches.empty() && taken < most) {
    const RecordBatch& batch = store.batches.front();
    const bool hidden = store.aborted.hides(batch) || batch.is_control();
    if (batch.next_offset() > owned.position && !hidden) {
      RecordReader reader{batch};
      PartitionRecords part{store.tp, batch.leader_epoch(), {}, owned.position, {reader.plain()}};
      Record record;
      bool all = true;
      while (reader.next(record)) {
        if (record.offset < owned.position) continue;
        if (taken == most) {
          all = false;
          break;
        }
        Origin origin = batch.body.origin();
        if (origin.known()) origin.first_send += record.offset - batch.base_offset();
        part.records.push_back(ConsumerRecord{record.offset, origin, record.timestamp, record.key, record.value});
        ++taken;
        part.next = record.offset.next();
      }
      if (all && reader.error()) {
        fatal_ = fmt::format("unreadable records in {}: {}", to_string(store.tp), reader.error()->message);
        return taken;
      }
      if (all) part.next = batch.next_offset();
      owned.position = part.next;
      owned.offset_epoch = batch.leader_epoch();
      if (!part.records.empty()) append_part(out, std::move(part));
      if (!all) break;
    } else if (batch.next_offset() > owned.position) {
      owned.position = batch.next_offset();
    }
    store.batches.pop_front();
  }
  store.fetched_at = owned.position;
  return taken;
}

void Fetcher::append_part(ConsumerRecords& out, PartitionRecords part) {
  if (!out.partitions.empty()) {
    PartitionRecords& last = out.partitions.back();
    if (last.partition == part.partition && last.leader_epoch == part.leader_epoch) {
      last.records.insert(last.records.end(), part.records.begin(), part.records.end());
      last.bodies.insert(last.bodies.end(), part.bodies.begin(), part.bodies.end());
      last.next = part.next;
      return;
    }
  }
  out.partitions.push_back(std::move(part));
}

}  // namespace kafkasim
