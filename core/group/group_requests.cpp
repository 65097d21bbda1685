// The requests that the coordinator serves: checks that come before a group is asked, and answers.
#include <utility>

#include "core/base/check.hpp"
#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/sync_group.hpp"

namespace kafkasim {
namespace {

constexpr std::int16_t first_leave_of_many = 3;
constexpr std::int16_t first_commit_with_group_not_found = 9;
constexpr std::int16_t first_fetch_with_group_error = 2;

}  // namespace

bool GroupCoordinator::handles(ApiKey api) {
  return api == ApiKey::join_group || api == ApiKey::sync_group || api == ApiKey::heartbeat
         || api == ApiKey::leave_group || api == ApiKey::offset_commit || api == ApiKey::offset_fetch
         || api == ApiKey::consumer_group_heartbeat || api == ApiKey::consumer_group_describe
         || api == ApiKey::list_groups || api == ApiKey::describe_groups || api == ApiKey::delete_groups;
}

void GroupCoordinator::on_request(const Received& received, Env& env) {
  const Message& message = received.envelope.message;
  const RequestRef ref = request_ref(received);
  if (const auto* join_request = message.get_if<JoinGroupRequest>()) return join(*join_request, received, env);
  if (const auto* consumer = message.get_if<ConsumerGroupHeartbeatRequest>())
    return consumer_heartbeat(*consumer, received, env);
  if (const auto* consumers = message.get_if<ConsumerGroupDescribeRequest>()) return describe_consumers(*consumers, ref, env);
  if (const auto* sync_request = message.get_if<SyncGroupRequest>()) return sync(*sync_request, ref, env);
  if (const auto* beat = message.get_if<HeartbeatRequest>()) return heartbeat(*beat, ref, env);
  if (const auto* leave_request = message.get_if<LeaveGroupRequest>()) return leave(*leave_request, ref, env);
  if (const auto* commit_request = message.get_if<OffsetCommitRequest>()) return commit(*commit_request, {}, ref, env);
  if (const auto* fetch_request = message.get_if<OffsetFetchRequest>()) return fetch(*fetch_request, ref, env);
  if (const auto* list_request = message.get_if<ListGroupsRequest>()) return list(*list_request, ref, env);
  if (const auto* describe_request = message.get_if<DescribeGroupsRequest>())
    return describe(*describe_request, ref, env);
  if (const auto* delete_request = message.get_if<DeleteGroupsRequest>())
    return delete_groups(*delete_request, ref, env);
  KAFKASIM_CHECK(false, api_name(message.api()));
}

ErrorCode GroupCoordinator::check_join(const JoinGroupRequest& request) const {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  if (request.session_timeout < limits_.least_session_timeout
      || request.session_timeout > limits_.most_session_timeout) {
    return ErrorCode::invalid_session_timeout;
  }
  return ErrorCode::none;
}

void GroupCoordinator::join(const JoinGroupRequest& request, const Received& received, Env& env) {
  const RequestRef ref = request_ref(received);
  if (const ErrorCode error = check_join(request); error != ErrorCode::none)
    return answer(ref, join_refused(error, request.member_id), env);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return answer(ref, join_refused(ErrorCode::not_coordinator, request.member_id), env);
  const Joiner joiner = joiner_of(received);
  if (join_consumer_group(*shard, request, joiner, env)) return;
  if (shard->consumer_groups.contains(request.group_id) && request.member_id.empty())
    become_classic_group(*shard, request.group_id, env);
  const Creation creation = request.member_id.empty() ? Creation::if_missing : Creation::never;
  const bool found = with_group(*shard, request.group_id, creation, env,
                                [&](ClassicGroup& group, GroupTurn& turn) { group.join(request, joiner, turn); });
  if (!found) answer(ref, join_refused(ErrorCode::unknown_member_id, request.member_id), env);
}

void GroupCoordinator::sync(const SyncGroupRequest& request, const RequestRef& ref, Env& env) {
  if (request.group_id.empty()) return answer(ref, sync_refused(ErrorCode::invalid_group_id), env);
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return answer(ref, sync_refused(ErrorCode::not_coordinator), env);
  const bool found = with_consumer_group(*shard, request.group_id, env,
                                         [&](ConsumerGroup& group, GroupTurn& turn) { answer(ref, group.sync(request, turn), env); })
                     || with_group(*shard, request.group_id, Creation::never, env,
                                   [&](ClassicGroup& group, GroupTurn& turn) { group.sync(request, ref, turn); });
  if (!found) answer(ref, sync_refused(ErrorCode::unknown_member_id), env);
}

void GroupCoordinator::heartbeat(const HeartbeatRequest& request, const RequestRef& ref, Env& env) {
  HeartbeatResponse response;
  Shard* shard = shard_of(request.group_id);
  if (request.group_id.empty()) {
    response.error_code = ErrorCode::invalid_group_id;
  } else if (shard == nullptr) {
    response.error_code = ErrorCode::not_coordinator;
  } else {
    response.error_code = ErrorCode::unknown_member_id;
    const auto beat = [&](auto& group, GroupTurn& turn) { response.error_code = group.heartbeat(request, turn); };
    if (!with_consumer_group(*shard, request.group_id, env, beat)) with_group(*shard, request.group_id, Creation::never, env, beat);
  }
  answer(ref, response, env);
}

void GroupCoordinator::leave(const LeaveGroupRequest& request, const RequestRef& ref, Env& env) {
  LeaveGroupResponse response;
  Shard* shard = shard_of(request.group_id);
  if (request.group_id.empty()) {
    response.error_code = ErrorCode::invalid_group_id;
  } else if (shard == nullptr) {
    response.error_code = ErrorCode::not_coordinator;
  } else if (leave_consumer_group(*shard, request, ref, env)) {
    return;
  } else if (!with_group(*shard, request.group_id, Creation::never, env, [&](ClassicGroup& group, GroupTurn& turn) {
               response.members = group.leave(request, turn);
             })) {
    for (const LeaveGroupRequest::Member& member : request.members) {
      response.members.push_back({member.member_id, member.group_instance_id, ErrorCode::unknown_member_id});
    }
  }
  answer_member(ref, std::move(response), env);
}

void GroupCoordinator::answer_member(const RequestRef& ref, ConsumerGroupResponse response, Env& env) {
  if (auto* left = std::get_if<LeaveGroupResponse>(&response); left && ref.version < first_leave_of_many && !left->members.empty()) {
    left->error_code = left->members.front().error_code;
    left->members.clear();
  }
  std::visit([&](auto& one) { answer(ref, std::move(one), env); }, response);
}

void GroupCoordinator::commit(const OffsetCommitRequest& request, OffsetCommitResponse refused, const RequestRef& ref, Env& env) {
  const auto refuse = [&](ErrorCode error) { answer(ref, with_refused(refuse_commit(request, error), refused), env); };
  Shard* shard = shard_of(request.group_id);
  if (shard == nullptr) return refuse(ErrorCode::not_coordinator);
  const auto store = [&](Generation current, std::vector<GroupWrite>& writes) {
    PreparedCommit prepared = prepare_commit(request, limits_, env.wall);
    if (prepared.offsets.empty()) return answer(ref, with_refused(std::move(prepared.response), refused), env);
    RecordBatch batch = offsets_batch(request.group_id, prepared.offsets, env.wall);
    const Generation generation = request.generation_id_or_member_epoch.value_or(current);
    GroupWrite& write = writes.emplace_back();
    write.batch = std::move(batch);
    write.then = OffsetsStored{ref, with_refused(std::move(prepared.response), refused), request.member_id, generation,
                               std::move(prepared.offsets)};
  };
  if (const auto group = shard->consumer_groups.find(request.group_id); group != shard->consumer_groups.end()) {
    const ErrorCode error = group->second->check_commit(request);
    if (error != ErrorCode::none) return refuse(error);
    std::vector<GroupWrite> writes;
    store(Generation{group->second->epoch()}, writes);
    return take_writes(shard->partition, request.group_id, std::move(writes), env);
  }
  const Creation creation = request.generation_id_or_member_epoch ? Creation::never : Creation::if_missing;
  const bool found = with_group(*shard, request.group_id, creation, env, [&](ClassicGroup& group, GroupTurn& turn) {
    const ErrorCode error = group.accept_commit(request, turn);
    if (error != ErrorCode::none) return refuse(error);
    store(group.generation(), turn.writes);
  });
  if (found) return;
  // A generation of a group that nobody knows.
  const bool newer = ref.version >= first_commit_with_group_not_found;
  refuse(newer ? ErrorCode::group_id_not_found : ErrorCode::illegal_generation);
}

void GroupCoordinator::fetch(const OffsetFetchRequest& request, const RequestRef& ref, Env& env) {
  OffsetFetchResponse response;
  for (const OffsetFetchRequest::Group& asked : request.groups) {
    response.groups.push_back(fetch_one(asked, ref));
    if (request.require_stable) tell_unstable(response.groups.back());
  }
  answer(ref, std::move(response), env);
}

OffsetFetchResponse::Group GroupCoordinator::fetch_one(const OffsetFetchRequest::Group& asked,
                                                       const RequestRef& ref) const {
  const Shard* shard = shard_of(asked.group_id);
  if (shard != nullptr) {
    if (const auto group = shard->consumer_groups.find(asked.group_id); group != shard->consumer_groups.end()) {
      const ErrorCode error = group->second->check_fetch(asked);
      if (error != ErrorCode::none) return OffsetFetchResponse::Group{asked.group_id, {}, error};
      return group->second->offsets().fetch(asked);
    }
    const auto found = shard->groups.find(asked.group_id);
    return found == shard->groups.end() ? GroupOffsets{}.fetch(asked) : found->second->offsets().fetch(asked);
  }
  OffsetFetchResponse::Group refused{asked.group_id, {}, ErrorCode::not_coordinator};
  if (ref.version >= first_fetch_with_group_error) return refused;
  refused.topics = GroupOffsets{}.fetch(asked).topics;  // before that only partitions carry errors
  for (auto& topic : refused.topics) {
    for (auto& partition : topic.partitions) partition.error_code = refused.error_code;
  }
  return refused;
}

}  // namespace kafkasim
