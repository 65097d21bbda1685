// What administrators ask of the coordinator: ListGroups, DescribeGroups, DeleteGroups, OffsetDelete; and what becomes
// of offsets whose topic is deleted (GroupCoordinatorShard, OffsetMetadataManager).
#include <algorithm>
#include <set>
#include <utility>

#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"

namespace kafkasim {
namespace {

constexpr std::int16_t first_describe_with_group_not_found = 6;  // KIP-1043; before, the group is called dead

// Filters are compared without regard to case.
std::string folded(std::string_view text) {
  std::string lower;
  for (const char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  return lower;
}

bool passes(const std::vector<std::string>& filter, std::string_view value) {
  const auto same = [&value](const std::string& one) { return folded(one) == folded(value); };
  return filter.empty() || std::ranges::any_of(filter, same);
}

}  // namespace

void GroupCoordinator::list(const ListGroupsRequest& request, const RequestRef& ref, Env& env) {
  ListGroupsResponse response;
  for (const auto& [partition, shard] : shards_) {
    for (const auto& [name, group] : shard.groups) {
      ListGroupsResponse::Group told = group->listed();
      if (passes(request.states_filter, told.group_state) && passes(request.types_filter, told.group_type))
        response.groups.push_back(std::move(told));
    }
    for (const auto& [name, group] : shard.consumer_groups) {
      ListGroupsResponse::Group told = group->listed();
      if (passes(request.states_filter, told.group_state) && passes(request.types_filter, told.group_type))
        response.groups.push_back(std::move(told));
    }
  }
  answer(ref, std::move(response), env);
}

void GroupCoordinator::describe(const DescribeGroupsRequest& request, const RequestRef& ref, Env& env) {
  DescribeGroupsResponse response;
  for (const std::string& name : request.groups) response.groups.push_back(describe_one(name, ref));
  answer(ref, std::move(response), env);
}

DescribeGroupsResponse::Group GroupCoordinator::describe_one(const std::string& name, const RequestRef& ref) const {
  DescribeGroupsResponse::Group told;
  told.group_id = name;
  const Shard* shard = shard_of(name);
  if (shard == nullptr) {
    told.error_code = ErrorCode::not_coordinator;
    return told;
  }
  if (const auto found = shard->groups.find(name); found != shard->groups.end()) return found->second->described();
  told.group_state = group_state_name(GroupState::dead);
  if (ref.version >= first_describe_with_group_not_found) {
    told.error_code = ErrorCode::group_id_not_found;
    told.error_message = "Group " + name + " not found.";
  }
  return told;
}

// ---- deletion -------------------------------------------------------------------------------------

void GroupCoordinator::delete_groups(const DeleteGroupsRequest& request, const RequestRef& ref, Env& env) {
  const std::uint64_t id = next_deletion_++;
  DeleteGroupsResponse response;
  std::size_t waits_for = 0;
  for (const std::string& name : request.groups_names) {
    const auto same = [&name](const auto& told) { return told.group_id == name; };
    if (std::ranges::any_of(response.results, same)) continue;  // a group is answered once
    const ErrorCode error = delete_one(name, GroupForgotten{id, response.results.size(), {}}, env);
    response.results.push_back({name, error});
    if (error == ErrorCode::none) ++waits_for;
  }
  if (waits_for == 0) return answer(ref, std::move(response), env);
  deletions_.emplace(id, Deletion{ref, std::move(response), waits_for});
}

// The group is gone at once, so that who joins after its tombstone is written finds none; the answer waits.
ErrorCode GroupCoordinator::delete_one(const std::string& name, GroupForgotten then, Env& env) {
  if (name.empty()) return ErrorCode::invalid_group_id;
  Shard* shard = shard_of(name);
  if (shard == nullptr) return ErrorCode::not_coordinator;
  if (shard->consumer_groups.contains(name)) return delete_consumer_group(*shard, name, std::move(then), env);
  const auto found = shard->groups.find(name);
  if (found == shard->groups.end()) return ErrorCode::group_id_not_found;
  if (const ErrorCode error = found->second->check_delete(); error != ErrorCode::none) return error;
  then.offsets = offsets_of(name, found->second->offsets());
  RecordBatch batch = tombstones_batch(name, then.offsets, Forgets::whole_group, env.wall);
  std::vector<GroupWrite> writes;
  GroupTurn turn{limits_, *topics_, env, writes};
  found->second.edit().on_deleted(turn);
  writes.push_back({std::move(batch), std::move(then)});
  take_writes(shard->partition, name, std::move(writes), env);
  deadlines_.set(name, std::nullopt);
  shard->groups.erase(found);
  return ErrorCode::none;
}

// All that the log holds or will hold of it: commits on their way come before a tombstone that is written now.
std::vector<TopicPartition> GroupCoordinator::offsets_of(const std::string& name, const GroupOffsets& offsets) const {
  std::set<TopicPartition> partitions;
  for (const auto& [partition, committed] : offsets.all()) partitions.insert(partition);
  for (const auto& [token, pending] : pending_) {
    const auto* stored = std::get_if<OffsetsStored>(&pending.then);
    if (stored == nullptr || pending.group != name) continue;
    for (const auto& [partition, value] : stored->offsets) partitions.insert(partition);
  }
  return {partitions.begin(), partitions.end()};
}

void GroupCoordinator::finish_deletion(const Pending& pending, const GroupForgotten& forgotten, ErrorCode error,
                                       Env& env) {
  const auto found = deletions_.find(forgotten.deletion);  // none: it expired
  if (error == ErrorCode::none && !forgotten.offsets.empty())
    env.out.note(trace::OffsetsRemoved{pending.group, forgotten.offsets});
  if (found == deletions_.end()) return;
  Deletion& deletion = found->second;
  deletion.response.results.at(forgotten.result).error_code = error;
  if (--deletion.waits_for > 0) return;
  answer(deletion.request, std::move(deletion.response), env);
  deletions_.erase(found);
}

// ---- offsets --------------------------------------------------------------------------------------

void GroupCoordinator::delete_offsets(const OffsetDeleteRequest& request, OffsetDeleteResponse response,
                                      const RequestRef& ref, Env& env) {
  const auto refuse = [&](ErrorCode error) { answer(ref, OffsetDeleteResponse{.error_code = error}, env); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return refuse(ErrorCode::not_coordinator);
  const auto forget = [&](const auto& group, std::vector<GroupWrite>& writes) {
        const std::vector<TopicPartition> known = offsets_of(request.group_id, group.offsets());
        std::vector<TopicPartition> going;
        for (const auto& topic : request.topics) {
          const bool subscribed = group.is_subscribed_to(topic.name);
          auto told = std::ranges::find(response.topics, topic.name, &OffsetDeleteResponse::Topic::name);
          if (told == response.topics.end()) told = response.topics.insert(told, {topic.name, {}});
          for (const auto& partition : topic.partitions) {
            const TopicPartition at{topic.name, partition.partition_index};
            const ErrorCode error = subscribed ? ErrorCode::group_subscribed_to_topic : ErrorCode::none;
            told->partitions.push_back({at.partition, error});
            if (!subscribed && std::ranges::binary_search(known, at)) going.push_back(at);
          }
        }
        if (going.empty()) return answer(ref, std::move(response), env);
        RecordBatch batch = tombstones_batch(request.group_id, going, Forgets::offsets, env.wall);
        GroupWrite& write = writes.emplace_back();
        write.batch = std::move(batch);
        write.then = OffsetsForgotten{ref, std::move(response), std::move(going)};
  };
  if (const auto group = shard->consumer_groups.find(request.group_id); group != shard->consumer_groups.end()) {
    std::vector<GroupWrite> writes;
    forget(*group->second, writes);
    return take_writes(shard->partition, request.group_id, std::move(writes), env);
  }
  const bool found =
      with_group(*shard, request.group_id, Creation::never, env, [&](ClassicGroup& group, GroupTurn& turn) {
        if (const ErrorCode error = group.check_offset_delete(); error != ErrorCode::none) return refuse(error);
        forget(group, turn.writes);
      });
  if (!found) refuse(ErrorCode::group_id_not_found);
}

void GroupCoordinator::on_partitions_deleted(const std::vector<TopicPartition>& partitions, Env& env) {
  const std::set<TopicPartition> deleted{partitions.begin(), partitions.end()};
  const auto forget = [&](PartitionIndex index, const std::string& name, const GroupOffsets& offsets) {
    std::vector<TopicPartition> going;
    std::ranges::set_intersection(offsets_of(name, offsets), deleted, std::back_inserter(going));
    if (going.empty()) return;
    RecordBatch batch = tombstones_batch(name, going, Forgets::offsets, env.wall);
    OffsetsForgotten then;
    then.offsets = std::move(going);
    take_writes(index, name, {GroupWrite{std::move(batch), std::move(then)}}, env);
  };
  for (const auto& [index, shard] : shards_) {
    for (const auto& [name, group] : shard.groups) forget(index, name, group->offsets());
    for (const auto& [name, group] : shard.consumer_groups) forget(index, name, group->offsets());
  }
}

void GroupCoordinator::finish_forgetting(const Pending& pending, const OffsetsForgotten& forgotten, std::uint64_t token,
                                         ErrorCode error, Env& env) {
  if (error == ErrorCode::none) {
    if (GroupOffsets* offsets = offsets_in(shards_.at(pending.partition), pending.group))
      offsets->forget(forgotten.offsets, token);
    env.out.note(trace::OffsetsRemoved{pending.group, forgotten.offsets, forgotten.expired});
  }
  if (!forgotten.request) return;
  answer(*forgotten.request, error == ErrorCode::none ? forgotten.response : OffsetDeleteResponse{.error_code = error},
         env);
}

void GroupCoordinator::give_up(const GroupWritten& then, Env& env) {
  if (const auto* stored = std::get_if<OffsetsStored>(&then)) {
    answer(stored->request, with_error(stored->response, ErrorCode::not_coordinator), env);
  } else if (const auto* changed = std::get_if<ConsumerGroupStored>(&then); changed && changed->request) {
    answer_member(*changed->request, refused(changed->response, ErrorCode::not_coordinator), env);
  } else if (const auto* forgotten = std::get_if<OffsetsForgotten>(&then); forgotten && forgotten->request) {
    answer(*forgotten->request, OffsetDeleteResponse{.error_code = ErrorCode::not_coordinator}, env);
  } else if (const auto* open = std::get_if<TransactionalOffsetsStored>(&then)) {
    answer(open->request, with_error(open->response, ErrorCode::not_coordinator), env);
  } else if (const auto* group = std::get_if<GroupForgotten>(&then)) {
    finish_deletion({}, *group, ErrorCode::not_coordinator, env);
  }
}

}  // namespace kafkasim
