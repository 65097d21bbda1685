// ReplicaManager: Fetch, by followers and by consumers (ReplicaManager.fetchMessages, DelayedFetch; KIP-227).
#include <algorithm>

#include "core/replica/replica_manager.hpp"
#include "core/replica/replica_selector.hpp"
#include "core/wire/codec.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t fetch_tells_leader = 16;
constexpr std::int16_t fetch_from_follower = 11;  // KIP-392: a consumer that speaks it may read from any replica

ServedBy served_by(const RequestRef& ref, const FetchRequest& request) {
  const bool any = !request.replica_state.replica_id && ref.version >= fetch_from_follower;
  return any ? ServedBy::any_replica : ServedBy::leader_only;
}

std::uint64_t at_least_0(std::int64_t n) { return n < 0 ? 0 : static_cast<std::uint64_t>(n); }

}  // namespace

void ReplicaManager::fetch(const RequestRef& ref, const FetchRequest& request, Env& env) {
  const FetchContext context = sessions_.begin(request, ref.version, env.now);
  const Fetching fetching{ref, request, context};
  if (context.kind == FetchContext::Kind::refused) {
    FetchResponse response;
    response.error_code = context.error;
    answer(ref, std::move(response), env);
    return;
  }
  FetchRead read = read_all(fetching, Replicas::FollowerState::update, env);
  if (context.kind == FetchContext::Kind::incremental && request.replica_state.replica_id)
    replicas_.fetched_in(context.session, env.now);
  const std::uint64_t min_bytes = std::min(
      at_least_0(request.min_bytes), std::min(at_least_0(request.max_bytes), at_least_0(config_->fetch_max_bytes)));
  const bool asks_for_nothing = request.topics.empty() && context.kind != FetchContext::Kind::incremental;
  if (request.max_wait.ns <= 0 || asks_for_nothing || read.bytes >= min_bytes || read.answer_now) {
    answer_fetch(fetching, std::move(read), env);
  } else {
    wait_for_more(fetching, read, min_bytes, env);
  }
  settle(env);
}

std::vector<ReplicaManager::FetchedPart> ReplicaManager::asked_for(const Fetching& fetching) const {
  const Naming naming = naming_of(fetching.ref.version);
  std::vector<FetchedPart> parts;
  const auto add = [&](FetchKey key, const FetchRequest::Partition& want) {
    const auto [error, id] = resolve(key.topic, key.topic_id, key.partition, naming);
    FetchedPart& part = parts.emplace_back(FetchedPart{.key = std::move(key), .id = id, .want = want});
    part.answer.error_code = error;
  };
  if (fetching.context.kind == FetchContext::Kind::incremental) {
    const FetchSession& session = *sessions_.find(fetching.context.session);
    for (const auto& [order, key] : session.active()) add(key, session.find(key)->want);
  } else {
    for (const FetchRequest::Topic& topic : fetching.request.topics) {
      for (const FetchRequest::Partition& want : topic.partitions) add(key_of(topic, want.partition, naming), want);
    }
  }
  return parts;
}

ReplicaManager::FetchRead ReplicaManager::read_all(const Fetching& fetching, Replicas::FollowerState state, Env& env) {
  FetchRead read;
  std::vector<FetchedPart> parts = asked_for(fetching);
  for (FetchedPart& part : parts) read_one(read, part, fetching, state, env);
  read.parts = std::move(parts);
  return read;
}

void ReplicaManager::read_one(FetchRead& read, FetchedPart& part, const Fetching& fetching,
                              Replicas::FollowerState state, Env& env) {
  const auto& [ref, request, context] = fetching;
  const std::uint64_t max_bytes = std::min(at_least_0(request.max_bytes), at_least_0(config_->fetch_max_bytes));
  const std::uint64_t left = max_bytes - std::min(max_bytes, read.bytes);
  const Partition* local = leader_quota_.throttles_any() ? partition(part.id) : nullptr;
  const bool throttled = local != nullptr && should_throttle(*local, request, env);
  const Replicas::ReadRequest one{.id = part.id,
                                  .want = part.want,
                                  .replica = request.replica_state,
                                  .served_by = served_by(ref, request),
                                  .max_bytes = throttled ? 0 : std::min(left, at_least_0(part.want.partition_max_bytes)),
                                  .min_one = read.bytes == 0 && !throttled ? MinOneBatch::yes : MinOneBatch::no,
                                  .isolation = request.isolation_level};
  FetchResponse::Partition& answer = part.answer;
  answer.partition_index = part.id.partition;
  if (request.isolation_level == IsolationLevel::read_committed) answer.aborted_transactions.emplace();
  PartitionRead found;
  found.error = answer.error_code;
  if (found.error == ErrorCode::none && send_to_another(read, part, fetching)) return;
  if (found.error == ErrorCode::none) found = replicas_.read(one, state, env);
  answer.error_code = found.error;
  if (found.error != ErrorCode::none) {
    read.answer_now = true;
    const bool ask_another =
        found.error == ErrorCode::not_leader_or_follower || found.error == ErrorCode::fenced_leader_epoch;
    if (ask_another && ref.version >= fetch_tells_leader) answer.current_leader = current_leader(part.id, read.endpoints);
    return;
  }
  answer.high_watermark = found.high_watermark;
  answer.last_stable_offset = found.last_stable_offset;
  answer.log_start_offset = found.log_start;
  answer.diverging_epoch = found.diverging;
  read.answer_now = read.answer_now || found.diverging.has_value();
  part.at_end = !found.diverging && part.want.fetch_offset == found.limit;
  for (const AbortedTransaction& aborted : found.aborted)
    answer.aborted_transactions->push_back({aborted.producer, aborted.first});
  answer.records.batches = std::move(found.batches);
  const std::uint64_t bytes = answer.records.size_bytes();
  read.bytes += bytes;
  if (request.replica_state.replica_id || answer.records.batches.empty()) return;
  read.notes.push_back({.partition = part.id,
                        .leader_epoch = replicas_.partitions().at(part.id)->leader_epoch,
                        .from = part.want.fetch_offset,
                        .to = answer.records.batches.back().next_offset(),
                        .high_watermark = found.high_watermark,
                        .limit = found.limit,
                        .size_bytes = bytes,
                        .reader = ref.connection.dialler});
}

// ---- throttles (KIP-73) ----------------------------------------------------------------------------------

// ReplicaManager.shouldLeaderThrottle: who is in sync is not throttled, so that the ISR stays as it is.
bool ReplicaManager::should_throttle(const Partition& partition, const FetchRequest& request, Env& env) {
  const std::optional<NodeId> follower = request.replica_state.replica_id;
  if (!follower || !leader_quota_.is_throttled(partition.id) || partition.leader() == nullptr) return false;
  return !partition.leader()->isr.in_committed(*follower) && leader_quota_.is_exceeded(env.now);
}

// KafkaApis.sizeOfThrottledPartitions: of all that are on the list, in sync or not.
void ReplicaManager::count_throttled(const FetchResponse& response, std::int16_t version, Env& env) {
  if (!leader_quota_.throttles_any()) return;
  FetchResponse throttled;
  for (const FetchResponse::Topic& topic : response.responses) {
    FetchResponse::Topic some{.topic = topic.topic, .topic_id = topic.topic_id};
    for (const FetchResponse::Partition& partition : topic.partitions) {
      const auto [error, id] = resolve(topic.topic, topic.topic_id, partition.partition_index, naming_of(version));
      if (error == ErrorCode::none && leader_quota_.is_throttled(id)) some.partitions.push_back(partition);
    }
    if (!some.partitions.empty()) throttled.responses.push_back(std::move(some));
  }
  leader_quota_.record(4 + encoded_size(Message::of(std::move(throttled)), version), env.now);
}

// A consumer that a follower in its rack serves as well is told so, and given nothing (KIP-392).
bool ReplicaManager::send_to_another(FetchRead& read, FetchedPart& part, const Fetching& fetching) const {
  const auto& [ref, request, context] = fetching;
  const bool selects = config_->replica_selector_class == rack_aware_selector && served_by(ref, request) == ServedBy::any_replica;
  if (!selects || request.rack_id.empty()) return false;
  const LocalReplica local = replicas_.find(part.id, part.want.current_leader_epoch, ServedBy::any_replica);
  if (local.error != ErrorCode::none || local.partition->leader() == nullptr) return false;
  const auto replica = preferred_read_replica(*local.partition->leader(), self_, request.rack_id, part.want.fetch_offset, replicas_.brokers());
  if (!replica) return false;
  part.answer.preferred_read_replica = replica;
  part.answer.high_watermark = local.log->high_watermark();
  part.answer.last_stable_offset = local.log->last_stable_offset();
  part.answer.log_start_offset = local.log->log_start_offset();
  read.answer_now = true;
  return true;
}

// ---- sessions --------------------------------------------------------------------------------------------

// Reading it again would find the same and change nothing, until something happens in it.
bool ReplicaManager::may_be_quiet(const FetchedPart& part, const Fetching& fetching, SessionId session) {
  if (!part.at_end || !part.answer.records.batches.empty()) return false;
  const FetchRequest::ReplicaState& replica = fetching.request.replica_state;
  if (!replica.replica_id) return true;
  return replicas_.imply_fetches(
      part.id, session,
      {*replica.replica_id, replica.replica_epoch, part.want.fetch_offset, part.want.log_start_offset});
}

void ReplicaManager::create_session(const Fetching& fetching, const FetchRead& read, FetchResponse& response,
                                    Env& env) {
  if (read.parts.empty()) return;
  const FetchedBy who = fetching.request.replica_state.replica_id ? FetchedBy::follower : FetchedBy::consumer;
  FetchSession* session = sessions_.create(read.parts.size(), who, naming_of(fetching.ref.version), env.now);
  if (session == nullptr) return;
  response.session_id = session->id();
  for (const FetchedPart& part : read.parts) {
    session->add(part.key, part.want);
    session->told(part.key, part.answer);
  }
  sessions_.admitted(session->id(), env.now);
}

void ReplicaManager::answer_fetch(const Fetching& fetching, FetchRead read, Env& env) {
  const RequestRef& ref = fetching.ref;
  const FetchContext& context = fetching.context;
  FetchResponse response;
  response.node_endpoints = std::move(read.endpoints);
  if (context.kind == FetchContext::Kind::incremental) {
    response.session_id = context.session;
    FetchSession& session = *sessions_.edit(context.session);
    if (session.epoch() != context.epoch) {  // a newer request has come in meanwhile
      response.error_code = ErrorCode::invalid_fetch_session_epoch;
      return answer(ref, std::move(response), env);
    }
    std::erase_if(read.parts, [&](const FetchedPart& part) {
      const bool news = session.has_news(part.key, part.answer);
      if (news) session.told(part.key, part.answer);
      if (may_be_quiet(part, fetching, context.session)) sessions_.hush(context.session, part.key, part.id);
      return !news;
    });
  } else if (context.kind == FetchContext::Kind::full) {
    create_session(fetching, read, response, env);
  }
  for (trace::FetchAnswered& note : read.notes) env.out.note(note);
  for (FetchedPart& part : read.parts) {
    const bool another = response.responses.empty() || response.responses.back().topic_id != part.key.topic_id
                         || response.responses.back().topic != part.key.topic;
    if (another) response.responses.push_back({.topic = part.key.topic, .topic_id = part.key.topic_id});
    response.responses.back().partitions.push_back(std::move(part.answer));
  }
  if (fetching.request.replica_state.replica_id) count_throttled(response, ref.version, env);
  answer(ref, std::move(response), env);
}

void ReplicaManager::watch_woken(const std::vector<FetchSessionCache::Woken>& woken) {
  for (const FetchSessionCache::Woken& one : woken) {
    for (const OperationId operation : one.waiting)
      fetches_.watch(operation, one.id, FetchWait{one.want, one.want.fetch_offset, 0});
  }
}

void ReplicaManager::end_sessions() {
  for (const FetchSessionCache::Ended& ended : sessions_.take_ended())
    replicas_.session_ended(ended.session, ended.quiet);
}

// ---- waiting ---------------------------------------------------------------------------------------------

void ReplicaManager::wait_for_more(const Fetching& fetching, const FetchRead& read, std::uint64_t min_bytes, Env& env) {
  const auto& [ref, request, context] = fetching;
  const bool in_session = context.kind == FetchContext::Kind::incremental;
  FetchOperation operation{
      ref, std::make_shared<const FetchRequest>(request), context, {}, min_bytes, 0, env.now + request.max_wait};
  std::vector<TopicIdPartition> partitions;
  for (const FetchedPart& part : read.parts) {
    const bool nothing_new = in_session && !sessions_.find(context.session)->has_news(part.key, part.answer);
    if (nothing_new && may_be_quiet(part, fetching, context.session)) {
      sessions_.hush(context.session, part.key, part.id);
    } else if (operation.waits.emplace(part.id, FetchWait{part.want, part.want.fetch_offset, 0}).second) {
      partitions.push_back(part.id);
    }
  }
  const OperationId id = fetches_.add(std::move(operation));
  if (in_session) sessions_.began_to_wait(context.session, id);
  // Counts what is there already, too little as it is.
  for (const TopicIdPartition& partition : partitions) {
    if (!fetches_.contains(id)) break;
    check_waiting_fetch(id, partition, env);
  }
}

void ReplicaManager::check_waiting_fetch(OperationId id, const TopicIdPartition& partition, Env& env) {
  const FetchOperation& operation = fetches_.at(id);
  const FetchWait& wait = operation.waits.at(partition);
  const FetchRequest::Partition& want = wait.want;
  const auto complete = [this, id, &env] { answer_waiting_fetch(id, fetches_.take(id), env); };

  const LocalReplica found =
      replicas_.find(partition, want.current_leader_epoch, served_by(operation.ref, *operation.request));
  if (found.error != ErrorCode::none) return complete();
  const UnifiedLog& log = *found.log;
  const bool from_follower = operation.request->replica_state.replica_id.has_value();
  const bool committed = operation.request->isolation_level == IsolationLevel::read_committed;
  const Offset limit = from_follower ? log.log_end_offset()
                       : committed   ? log.last_stable_offset()
                                     : log.high_watermark();
  if (want.fetch_offset > limit) return complete();  // the log has been truncated, or that was never seen here
  if (want.last_fetched_epoch) {
    const std::optional<OffsetAndEpoch> own = log.end_offset_for_epoch(*want.last_fetched_epoch);
    if (!own || own->epoch < *want.last_fetched_epoch || own->offset < want.fetch_offset) return complete();
  }
  if (limit <= wait.counted_to) return;
  if (should_throttle(*found.partition, *operation.request, env)) return;
  // How much more there is matters only to who wants more than anything.
  std::uint64_t more = 1;
  if (operation.min_bytes > 1) {
    const auto batches = replicas_.read_to_end(partition, wait.counted_to, env);
    more = 0;
    Offset reached = wait.counted_to;
    for (const RecordBatch& batch : batches.value_or(std::vector<RecordBatch>{})) {
      if (batch.last_offset() >= limit) break;
      more += batch.size_bytes();
      reached = batch.next_offset();
    }
    if (reached < limit) return complete();  // the rest is in a newer segment
  }
  if (fetches_.count(id, partition, limit, more)) complete();
}

void ReplicaManager::answer_waiting_fetch(OperationId id, const FetchOperation& operation, Env& env) {
  const Fetching fetching{operation.ref, *operation.request, operation.context};
  answer_fetch(fetching, read_all(fetching, Replicas::FollowerState::keep, env), env);
  if (operation.context.kind == FetchContext::Kind::incremental) sessions_.waited(operation.context.session, id);
}

}  // namespace kafkasim
