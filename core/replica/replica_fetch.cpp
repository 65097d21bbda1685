// ReplicaManager: Fetch, by followers and by consumers (ReplicaManager.fetchMessages, DelayedFetch).
#include <algorithm>

#include "core/replica/replica_manager.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t fetch_by_topic_id = 13;
constexpr std::int16_t fetch_tells_leader = 16;
constexpr std::int16_t fetch_from_follower = 11;  // KIP-392: a consumer that speaks it may read from any replica
constexpr std::int32_t close_session = -1;

ServedBy served_by(const RequestRef& ref, const FetchRequest& request) {
  const bool any = !request.replica_state.replica_id && ref.version >= fetch_from_follower;
  return any ? ServedBy::any_replica : ServedBy::leader_only;
}

std::uint64_t at_least_0(std::int64_t n) { return n < 0 ? 0 : static_cast<std::uint64_t>(n); }

}  // namespace

void ReplicaManager::fetch(const RequestRef& ref, const FetchRequest& request, Env& env) {
  if (request.session_id != 0 && request.session_epoch != close_session) {  // none is ever made
    FetchResponse response;
    response.error_code = ErrorCode::fetch_session_id_not_found;
    answer(ref, std::move(response), env);
    return;
  }
  FetchRead read = read_all(ref, request, Replicas::FollowerState::update, env);
  const std::uint64_t min_bytes = std::min(
      at_least_0(request.min_bytes), std::min(at_least_0(request.max_bytes), at_least_0(config_->fetch_max_bytes)));
  if (request.max_wait.ns <= 0 || request.topics.empty() || read.bytes >= min_bytes || read.answer_now) {
    for (trace::FetchAnswered& note : read.notes) env.out.note(note);
    answer(ref, std::move(read.response), env);
  } else {
    FetchOperation operation{
        ref, std::make_shared<const FetchRequest>(request), {}, min_bytes, 0, env.now + request.max_wait};
    const Naming naming = ref.version >= fetch_by_topic_id ? Naming::by_id : Naming::by_name;
    for (const FetchRequest::Topic& topic : request.topics) {
      for (const FetchRequest::Partition& partition : topic.partitions) {
        const TopicIdPartition id = resolve(topic.topic, topic.topic_id, partition.partition, naming).second;
        operation.waits.emplace(id, FetchWait{partition, partition.fetch_offset, 0});
      }
    }
    // Counts what is there already, too little as it is.
    std::vector<TopicIdPartition> partitions;
    for (const auto& [partition, wait] : operation.waits) partitions.push_back(partition);
    const OperationId id = fetches_.add(std::move(operation));
    for (const TopicIdPartition& partition : partitions) {
      if (!fetches_.contains(id)) break;
      check_waiting_fetch(id, partition, env);
    }
  }
  settle(env);
}

ReplicaManager::FetchRead ReplicaManager::read_all(const RequestRef& ref, const FetchRequest& request,
                                                   Replicas::FollowerState state, Env& env) {
  const Naming naming = ref.version >= fetch_by_topic_id ? Naming::by_id : Naming::by_name;
  const std::uint64_t max_bytes = std::min(at_least_0(request.max_bytes), at_least_0(config_->fetch_max_bytes));
  FetchRead read;
  for (const FetchRequest::Topic& topic : request.topics) {
    FetchResponse::Topic& into = read.response.responses.emplace_back();
    into.topic = topic.topic;
    into.topic_id = topic.topic_id;
    for (const FetchRequest::Partition& partition : topic.partitions) {
      const auto [unresolved, id] = resolve(topic.topic, topic.topic_id, partition.partition, naming);
      const std::uint64_t left = max_bytes - std::min(max_bytes, read.bytes);
      const Replicas::ReadRequest one{.id = id,
                                      .want = partition,
                                      .replica = request.replica_state,
                                      .served_by = served_by(ref, request),
                                      .max_bytes = std::min(left, at_least_0(partition.partition_max_bytes)),
                                      .min_one = read.bytes == 0 ? MinOneBatch::yes : MinOneBatch::no,
                                      .isolation = request.isolation_level};
      read_one(read, into, one, unresolved, state, ref, env);
    }
  }
  return read;
}

void ReplicaManager::read_one(FetchRead& read, FetchResponse::Topic& into, const Replicas::ReadRequest& request,
                              ErrorCode unresolved, Replicas::FollowerState state, const RequestRef& ref, Env& env) {
  FetchResponse::Partition& answer = into.partitions.emplace_back();
  answer.partition_index = request.id.partition;
  if (request.isolation == IsolationLevel::read_committed) answer.aborted_transactions.emplace();
  PartitionRead found;
  found.error = unresolved;
  if (unresolved == ErrorCode::none) found = replicas_.read(request, state, env);
  answer.error_code = found.error;
  if (found.error != ErrorCode::none) {
    read.answer_now = true;
    const bool ask_another =
        found.error == ErrorCode::not_leader_or_follower || found.error == ErrorCode::fenced_leader_epoch;
    if (ask_another && ref.version >= fetch_tells_leader) {
      answer.current_leader = current_leader(request.id, read.response.node_endpoints);
    }
    return;
  }
  answer.high_watermark = found.high_watermark;
  answer.last_stable_offset = found.last_stable_offset;
  answer.log_start_offset = found.log_start;
  answer.diverging_epoch = found.diverging;
  read.answer_now = read.answer_now || found.diverging.has_value();
  for (const AbortedTransaction& aborted : found.aborted)
    answer.aborted_transactions->push_back({aborted.producer, aborted.first});
  answer.records.batches = std::move(found.batches);
  read.bytes += answer.records.size_bytes();
  if (request.replica.replica_id || answer.records.batches.empty()) return;
  read.notes.push_back({.partition = request.id,
                        .leader_epoch = replicas_.partitions().at(request.id)->leader_epoch,
                        .from = request.want.fetch_offset,
                        .to = answer.records.batches.back().next_offset(),
                        .high_watermark = found.high_watermark,
                        .limit = found.limit,
                        .size_bytes = answer.records.size_bytes(),
                        .reader = ref.connection.dialler});
}

// ---- waiting ---------------------------------------------------------------------------------------------

void ReplicaManager::check_waiting_fetch(OperationId id, const TopicIdPartition& partition, Env& env) {
  const FetchOperation& operation = fetches_.at(id);
  const FetchWait& wait = operation.waits.at(partition);
  const FetchRequest::Partition& want = wait.want;
  const auto complete = [this, id, &env] { answer_waiting_fetch(fetches_.take(id), env); };

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

void ReplicaManager::answer_waiting_fetch(const FetchOperation& operation, Env& env) {
  FetchRead read = read_all(operation.ref, *operation.request, Replicas::FollowerState::keep, env);
  for (trace::FetchAnswered& note : read.notes) env.out.note(note);
  answer(operation.ref, std::move(read.response), env);
}

}  // namespace kafkasim
