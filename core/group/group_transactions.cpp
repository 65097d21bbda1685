// Offsets that are part of a producer's transaction (OffsetMetadataManager.commitTransactionalOffset, replayEndTransactionMarker;
// KIP-98, KIP-447): they are stored at once, and count when the marker that commits is replicated in the same partition.
#include <utility>

#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"

namespace kafkasim {
namespace {

// A producer that names no member is taken at its word, as older clients name none.
ErrorCode check_sender(const ClassicGroup& group, const TxnOffsetCommitRequest& request) {
  const bool named = request.generation_id || !request.member_id.empty() || request.group_instance_id;
  if (!request.generation_id && group.state() == GroupState::empty) return ErrorCode::none;
  if (!named) return ErrorCode::none;
  const ErrorCode unknown = group.check_member(request.member_id, request.group_instance_id);
  if (unknown != ErrorCode::none) return unknown;
  return request.generation_id == group.generation() ? ErrorCode::none : ErrorCode::illegal_generation;
}

// Of a consumer group the generation is the member's epoch; clients know one that is over by the error of classic groups.
ErrorCode check_sender(const ConsumerGroup& group, const TxnOffsetCommitRequest& request) {
  const bool named = request.generation_id || !request.member_id.empty() || request.group_instance_id;
  if (!named) return ErrorCode::none;
  const auto member = group.members().find(request.member_id);
  if (member == group.members().end()) return ErrorCode::unknown_member_id;
  const bool current = request.generation_id && request.generation_id->value == member->second.epoch;
  return current ? ErrorCode::none : ErrorCode::illegal_generation;
}

}  // namespace

void GroupCoordinator::commit_transactional(const TxnOffsetCommitRequest& request, TxnOffsetCommitResponse refused, const RequestRef& ref,
                                            std::optional<VerificationGuard> guard, Env& env) {
  const auto refuse = [&](ErrorCode error) { answer(ref, with_refused(refuse_commit(request, error), refused), env); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return refuse(ErrorCode::not_coordinator);
  const auto store = [&](std::vector<GroupWrite>& writes) {
    TransactionalOffsetsStored then{ref, refuse_commit(request, ErrorCode::none), request.producer_id, {}};
    for (std::size_t t = 0; t < request.topics.size(); ++t) {
      for (std::size_t p = 0; p < request.topics[t].partitions.size(); ++p) {
        const TxnOffsetCommitRequest::Partition& partition = request.topics[t].partitions[p];
        const std::string metadata = partition.committed_metadata.value_or(std::string{});
        if (static_cast<std::int64_t>(metadata.size()) > limits_.most_metadata_bytes) {
          then.response.topics[t].partitions[p].error_code = ErrorCode::offset_metadata_too_large;
          continue;
        }
        const TopicPartition at{request.topics[t].name, partition.partition_index};
        const OffsetCommitValue value{partition.committed_offset, partition.committed_leader_epoch, metadata, env.wall,
                                      std::nullopt};
        then.offsets.emplace_back(at, value);
      }
    }
    then.response = with_refused(std::move(then.response), refused);
    if (then.offsets.empty()) return answer(ref, std::move(then.response), env);
    GroupWrite& write = writes.emplace_back();
    write.batch = transactional_offsets_batch(request.group_id, then.offsets, request.producer_id, request.producer_epoch, env.wall);
    write.then = std::move(then);
    write.guard = guard;
  };
  if (const auto consumer = shard->consumer_groups.find(request.group_id); consumer != shard->consumer_groups.end()) {
    if (const ErrorCode error = check_sender(*consumer->second, request); error != ErrorCode::none) return refuse(error);
    std::vector<GroupWrite> writes;
    store(writes);
    return take_writes(shard->partition, request.group_id, std::move(writes), env);
  }
  const Creation creation = request.generation_id ? Creation::never : Creation::if_missing;
  const bool found = with_group(*shard, request.group_id, creation, env, [&](ClassicGroup& group, GroupTurn& turn) {
    if (const ErrorCode error = check_sender(group, request); error != ErrorCode::none) return refuse(error);
    store(turn.writes);
  });
  if (!found) refuse(ErrorCode::illegal_generation);
}

void GroupCoordinator::finish_transactional(const Pending& pending, const TransactionalOffsetsStored& stored, std::uint64_t token,
                                            ErrorCode error, Env& env) {
  if (error != ErrorCode::none) return answer(stored.request, with_error(stored.response, error), env);
  auto& offsets = open_[pending.partition][stored.producer][pending.group];
  for (const auto& [partition, value] : stored.offsets) {
    OpenOffset& open = offsets[partition];
    if (open.order <= token) open = {value, token};
  }
  answer(stored.request, stored.response, env);
}

void GroupCoordinator::on_transaction_ended(PartitionIndex partition, ProducerId producer, TransactionOutcome outcome, Env& env) {
  const auto opened = open_.find(partition);
  const auto shard = shards_.find(partition);
  if (opened == open_.end() || shard == shards_.end()) return;
  const auto ended = opened->second.extract(producer);
  if (ended.empty() || outcome == TransactionOutcome::abort) return;
  for (const auto& [name, offsets] : ended.mapped()) {
    const auto apply = [&name = name, &offsets = offsets, &env](GroupOffsets& known, Generation generation) {
      trace::OffsetsCommitted committed{name, {}, generation, {}};
      for (const auto& [at, open] : offsets) {
        OffsetsStored one;
        one.offsets.emplace_back(at, open.value);
        known.apply(one, open.order);
        committed.offsets.push_back({at, open.value.offset});
      }
      env.out.note(std::move(committed));
    };
    if (const auto consumer = shard->second.consumer_groups.find(name); consumer != shard->second.consumer_groups.end()) {
      ConsumerGroup& group = consumer->second.edit();
      apply(group.offsets(), Generation{group.epoch()});
      continue;
    }
    with_group(shard->second, name, Creation::if_missing, env,
               [&](ClassicGroup& group, GroupTurn&) { apply(group.offsets(), group.generation()); });
  }
}

void GroupCoordinator::load_open(PartitionIndex partition, LoadedGroups& loaded) {
  for (auto& [producer, groups] : loaded.open) {
    for (auto& [group, offsets] : groups) {
      for (auto& [at, value] : offsets) open_[partition][producer][group][at] = {std::move(value), 0};
    }
  }
}

void GroupCoordinator::tell_unstable(OffsetFetchResponse::Group& told) const {
  const std::optional<PartitionIndex> partition = partition_for(told.group_id);
  const auto opened = partition ? open_.find(*partition) : open_.end();
  if (opened == open_.end() || told.error_code != ErrorCode::none) return;
  for (const auto& [producer, groups] : opened->second) {
    const auto own = groups.find(told.group_id);
    if (own == groups.end()) continue;
    for (auto& topic : told.topics) {
      for (auto& one : topic.partitions) {
        if (!own->second.contains({topic.name, one.partition_index})) continue;
        one = {one.partition_index, std::nullopt, std::nullopt, std::string{}, ErrorCode::unstable_offset_commit};
      }
    }
  }
}

}  // namespace kafkasim
