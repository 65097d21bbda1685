// ReplicaManager: Produce, and the appends of coordinators (ReplicaManager.appendRecords, DelayedProduce; KIP-951).
#include <algorithm>

#include "core/replica/replica_manager.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t produce_by_topic_id = 13;
constexpr std::int16_t produce_tells_leader = 10;
constexpr std::int16_t produce_may_use_zstd = 7;  // KIP-110

// Exactly one batch that can be read, of magic 2 (ProduceRequest.validateRecords; KIP-724).
ErrorCode shape_of(const Records& records, std::int16_t version) {
  if (records.damage) {
    BatchHeader old;
    old.magic = 1;
    const bool foreign_magic = records.damage->message == batch_header_fault(old);
    return foreign_magic ? ErrorCode::invalid_record : ErrorCode::corrupt_message;
  }
  if (records.batches.size() != 1) return ErrorCode::invalid_record;
  const bool zstd = records.batches.front().codec() == Codec::zstd;
  return zstd && version < produce_may_use_zstd ? ErrorCode::unsupported_compression_type : ErrorCode::none;
}

void tell_record_errors(const LogAppendResult& result, ProduceResponse::Partition& response) {
  for (const RecordError& error : result.record_errors)
    response.record_errors.push_back({error.batch_index, error.message});
  response.error_message = result.error_message;
}

// ReplicaManager.appendToLocalLog: with what is wrong with the records, or with the state of the partition, not with where they were sent.
bool tells_log_start(ErrorCode error) {
  switch (error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::corrupt_message:
    case ErrorCode::kafka_storage_error: return false;
    default: return true;
  }
}

}  // namespace

std::pair<ErrorCode, TopicIdPartition> ReplicaManager::resolve(const std::string& name, const Uuid& topic_id,
                                                               PartitionIndex partition, Naming naming) const {
  if (naming == Naming::by_id) {
    const bool known = replicas_.topic_name(topic_id) != nullptr;
    return {known ? ErrorCode::none : ErrorCode::unknown_topic_id, {topic_id, partition}};
  }
  const std::optional<Uuid> id = replicas_.topic_id(name);
  return {id ? ErrorCode::none : ErrorCode::unknown_topic_or_partition, {id.value_or(Uuid{}), partition}};
}

std::optional<LeaderIdAndEpoch> ReplicaManager::current_leader(const TopicIdPartition& id,
                                                               std::vector<NodeEndpoint>& endpoints) const {
  const auto found = replicas_.partitions().find(id);
  if (found == replicas_.partitions().end()) return std::nullopt;
  const Partition& partition = *found->second;
  std::optional<NodeId> leader;
  if (partition.leader() != nullptr) leader = self_;
  if (partition.follower() != nullptr) leader = partition.follower()->leader;
  const auto broker = leader ? replicas_.brokers().find(*leader) : replicas_.brokers().end();
  const bool listed =
      leader && std::ranges::any_of(endpoints, [&leader](const NodeEndpoint& e) { return e.node_id == *leader; });
  if (broker != replicas_.brokers().end() && !listed) {
    endpoints.push_back({*leader, broker->second.endpoint.host, broker->second.endpoint.port, broker->second.rack});
  }
  return LeaderIdAndEpoch{leader, partition.leader_epoch};
}

std::vector<ReplicaManager::ToVerify> ReplicaManager::start_verification(const RequestRef& ref, const ProduceRequest& request,
                                                                         EpochBumps epoch_bumps, Env& env) {
  std::vector<ToVerify> asks;
  const Naming naming = ref.version >= produce_by_topic_id ? Naming::by_id : Naming::by_name;
  for (const ProduceRequest::Topic& topic : request.topic_data) {
    for (const ProduceRequest::Partition& partition : topic.partition_data) {
      if (partition.records.damage || partition.records.batches.size() != 1) continue;
      const RecordBatch& batch = partition.records.batches.front();
      if (!batch.is_transactional() || !batch.has_producer()) continue;
      const auto [error, id] = resolve(topic.name, topic.topic_id, partition.index, naming);
      const std::string* name = error == ErrorCode::none ? replicas_.topic_name(id.topic_id) : nullptr;
      if (name == nullptr) continue;
      const ProducerFields producer{ProducerId{batch.header.producer_id}, ProducerEpoch{batch.header.producer_epoch},
                                    Sequence{batch.header.base_sequence}};
      if (!asks.empty() && asks.front().producer.id != producer.id) continue;  // one producer a request: this one is refused
      if (const auto guard = replicas_.start_verification(id, producer, epoch_bumps, env))
        asks.push_back({id, {*name, partition.index}, producer, *guard});
    }
  }
  return asks;
}

void ReplicaManager::produce(const RequestRef& ref, const ProduceRequest& request, Env& env,
                             const VerifiedPartitions& verified) {
  const Naming naming = ref.version >= produce_by_topic_id ? Naming::by_id : Naming::by_name;
  const bool valid_acks = request.acks == -1 || request.acks == 0 || request.acks == 1;
  ProduceOperation operation{ref, request.acks, {}, {}, env.now + std::max(request.timeout, Duration{})};
  for (const ProduceRequest::Topic& topic : request.topic_data) {
    operation.topics.push_back({.name = topic.name, .topic_id = topic.topic_id});
    std::vector<ProduceTarget>& targets = operation.targets.emplace_back();
    for (const ProduceRequest::Partition& partition : topic.partition_data) {
      const auto [unresolved, id] = resolve(topic.name, topic.topic_id, partition.index, naming);
      ProduceTarget& target = targets.emplace_back();
      target.id = id;
      target.response.index = partition.index;
      const std::string* name = replicas_.topic_name(id.topic_id);
      ErrorCode error = unresolved;
      if (error == ErrorCode::none && name != nullptr && is_internal_topic(*name))
        error = ErrorCode::invalid_topic_exception;
      if (error == ErrorCode::none) error = shape_of(partition.records, ref.version);
      if (!valid_acks) error = ErrorCode::invalid_required_acks;
      const auto told = verified.find(id);
      const Verified verdict = told == verified.end() ? Verified{} : told->second;
      if (error == ErrorCode::none) error = verdict.error;
      target.response.error_code = error;
      if (error == ErrorCode::none)
        append_target(target, partition.records.batches, {AppendOrigin::client, request.acks, verdict.guard}, env);
    }
  }
  wait_or_finish(std::move(operation), env);
  settle(env);
}

void ReplicaManager::append_target(ProduceTarget& target, std::vector<RecordBatch> batches, const AppendAs& how, Env& env) {
  const LocalReplica local = replicas_.find(target.id);
  if (local.error == ErrorCode::none) {
    target.observed.emplace();
    target.observed->partition = target.id;
    target.observed->leader_epoch = local.partition->leader_epoch;
    target.observed->acks = how.acks;
  }
  const LeaderAppend append = replicas_.append_as_leader(target.id, std::move(batches), how.origin, how.acks, env, how.guard);
  ProduceOutcome outcome = produce_outcome(target.id);
  if (append.error != ErrorCode::none) {
    outcome.error = append.error;
    tell_record_errors(append.result, target.response);
    const UnifiedLog* log = tells_log_start(append.error) ? replicas_.log(target.id) : nullptr;
    if (log != nullptr) target.response.log_start_offset = log->log_start_offset();
    return kafkasim::settle(target, outcome);
  }
  target.response.base_offset = append.result.first;
  if (append.result.log_append_time >= Timestamp{0}) target.response.log_append_time = append.result.log_append_time;
  if (const UnifiedLog* log = replicas_.log(target.id)) target.response.log_start_offset = log->log_start_offset();
  target.observed->base = append.result.first;
  target.observed->last = append.result.last;
  target.observed->duplicate = append.result.duplicate;
  if (how.acks != -1) {
    outcome.error = ErrorCode::none;
    return kafkasim::settle(target, outcome);
  }
  // Also what was sent twice is promised only when it is replicated.
  if (outcome.high_watermark > append.result.last) return kafkasim::settle(target, outcome);
  outcome.error = ErrorCode::request_timed_out;  // what is answered if nothing happens
  kafkasim::settle(target, outcome);
  target.awaits = append.result.last.next();
}

ProduceOutcome ReplicaManager::produce_outcome(const TopicIdPartition& id) const {
  ProduceOutcome outcome;
  const LocalReplica local = replicas_.find(id);
  outcome.error = local.error;
  if (local.error != ErrorCode::none) return outcome;
  outcome.high_watermark = local.log->high_watermark();
  outcome.min_insync_replicas = static_cast<std::uint32_t>(local.partition->effective_min_isr());
  const LeaderRole* leader = local.partition->leader();
  if (leader == nullptr) {
    outcome.error = ErrorCode::not_leader_or_follower;
    return outcome;
  }
  outcome.isr_size = static_cast<std::uint32_t>(leader->isr.maximal_size());
  // The ISR may have shrunk while the records were waiting.
  if (outcome.isr_size < outcome.min_insync_replicas) outcome.error = ErrorCode::not_enough_replicas_after_append;
  return outcome;
}

void ReplicaManager::wait_or_finish(ProduceOperation operation, Env& env) {
  const bool waits = std::ranges::any_of(operation.targets, [](const std::vector<ProduceTarget>& targets) {
    return std::ranges::any_of(targets, [](const ProduceTarget& target) { return target.awaits.has_value(); });
  });
  if (waits) {
    produces_.add(std::move(operation));
  } else {
    finish(operation, env);
  }
}

void ReplicaManager::finish(const std::vector<ProduceOperation>& complete, Env& env) {
  for (const ProduceOperation& operation : complete) finish(operation, env);
}

void ReplicaManager::finish(const ProduceOperation& complete, Env& env) {
  bool failed = false;
  for (const std::vector<ProduceTarget>& targets : complete.targets) {
    for (const ProduceTarget& target : targets) {
      failed = failed || target.response.error_code != ErrorCode::none;
      if (target.observed) env.out.note(*target.observed);
    }
  }
  if (const auto* internal = std::get_if<InternalAppend>(&complete.caller)) {
    const ProduceResponse::Partition& only = complete.targets.front().front().response;
    completions_.push_back({internal->token, only.error_code, only.base_offset.value_or(Offset{})});
    return;
  }
  const RequestRef& ref = std::get<RequestRef>(complete.caller);
  if (complete.acks == 0) {  // the only way to tell an error to who wants no answer is to hang up
    if (failed) {
      env.out.add(Close{ref.connection});
    } else {
      env.out.add(NoAnswer{ref.connection, ref.correlation_id});
    }
    return;
  }
  ProduceResponse response;
  response.responses = complete.topics;
  for (std::size_t topic = 0; topic < complete.targets.size(); ++topic) {
    for (const ProduceTarget& target : complete.targets[topic]) {
      ProduceResponse::Partition& partition =
          response.responses[topic].partition_responses.emplace_back(target.response);
      if (target.response.error_code == ErrorCode::not_leader_or_follower && ref.version >= produce_tells_leader) {
        partition.current_leader = current_leader(target.id, response.node_endpoints);
      }
    }
  }
  answer(ref, std::move(response), env);
}

// ---- coordinators ----------------------------------------------------------------------------------------

void ReplicaManager::append_internal(const TopicIdPartition& id, RecordBatch batch, std::uint64_t token, Env& env,
                                     std::optional<VerificationGuard> guard) {
  ProduceOperation operation{InternalAppend{token}, -1, {}, {}, env.now + config_->offsets_commit_timeout};
  ProduceTarget& target = operation.targets.emplace_back().emplace_back();
  target.id = id;
  append_target(target, {std::move(batch)}, {AppendOrigin::coordinator, -1, guard}, env);
  wait_or_finish(std::move(operation), env);
  settle(env);
}

InternalRead ReplicaManager::read_internal(const TopicIdPartition& id, Offset from, Env& env) {
  InternalRead read;
  const LocalReplica local = replicas_.find(id, std::nullopt, ServedBy::leader_only);
  read.error = local.error;
  if (local.error != ErrorCode::none) return read;
  read.high_watermark = local.log->high_watermark();
  read.log_end = local.log->log_end_offset();
  for (Offset next = std::max(from, local.log->log_start_offset()); next < read.log_end;) {
    auto batches = replicas_.read_to_end(id, next, env);
    if (!batches || batches->empty()) break;
    next = batches->back().next_offset();
    read.batches.insert(read.batches.end(), batches->begin(), batches->end());
  }
  if (replicas_.failed()) read.error = ErrorCode::kafka_storage_error;
  settle(env);
  return read;
}

}  // namespace kafkasim
