// SyncGroup, heartbeats, commits, and how members leave or are lost.
#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/group_records.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

void ClassicGroup::sync(const SyncGroupRequest& request, const RequestRef& ref, GroupTurn& turn) {
  if (const ErrorCode error = check_sync(request); error != ErrorCode::none)
    return answer(ref, sync_refused(error), turn.env);
  ClassicMember& member = members_.at(request.member_id);
  member.sync = ref;
  sync_received(request.member_id);
  if (state_ == GroupState::stable) return answer_syncs(ErrorCode::none, turn);  // nobody else waits
  if (is_leader(request.member_id)) store_assignment(request, turn);
}

ErrorCode ClassicGroup::check_sync(const SyncGroupRequest& request) const {
  const ErrorCode unknown = check_member(request.member_id, request.group_instance_id);
  if (unknown != ErrorCode::none) return unknown;
  if (request.generation_id != generation_) return ErrorCode::illegal_generation;
  if (request.protocol_type && request.protocol_type != protocol_type_) return ErrorCode::inconsistent_group_protocol;
  if (request.protocol_name && request.protocol_name != protocol_) return ErrorCode::inconsistent_group_protocol;
  return state_ == GroupState::preparing_rebalance ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

void ClassicGroup::store_assignment(const SyncGroupRequest& request, GroupTurn& turn) {
  std::map<std::string, std::vector<std::byte>> assignments;
  for (const auto& [id, member] : members_) assignments[id] = {};
  for (const SyncGroupRequest::Assignment& one : request.assignments) {
    const auto found = assignments.find(one.member_id);
    if (found != assignments.end()) found->second = one.assignment;
  }
  RecordBatch batch = group_metadata_batch(name_, metadata(assignments, turn.env.wall), turn.env.wall);
  turn.writes.push_back({std::move(batch), AssignmentStored{generation_, std::move(assignments)}});
}

void ClassicGroup::on_assignment_stored(Generation generation,
                                        const std::map<std::string, std::vector<std::byte>>& assignments,
                                        ErrorCode error, GroupTurn& turn) {
  if (state_ != GroupState::completing_rebalance || generation != generation_) return;  // another rebalance has begun
  if (error != ErrorCode::none) {
    answer_syncs(error, turn);
    return rebalance_or_complete(fmt::format("the assignment could not be stored: {}", error_name(error)), turn);
  }
  for (auto& [id, member] : members_) {
    const auto assigned = assignments.find(id);
    if (assigned != assignments.end()) member.assignment = assigned->second;
  }
  transition(GroupState::stable, "the leader's assignment is stored", turn);
  answer_syncs(ErrorCode::none, turn);
}

void ClassicGroup::answer_syncs(ErrorCode error, GroupTurn& turn) {
  for (auto& [id, member] : members_) {
    if (!member.sync) continue;
    SyncGroupResponse response = sync_refused(error);
    if (error == ErrorCode::none) {
      response.protocol_type = protocol_type_;
      response.protocol_name = protocol_;
      response.assignment = member.assignment;
    }
    answer(*member.sync, std::move(response), turn.env);
    member.sync.reset();
    restart_session(id, turn);  // while it was parked the session could not end
  }
}

void ClassicGroup::sync_received(const std::string& member) {
  pending_sync_.erase(member);
  if (pending_sync_.empty()) timers_.set({TimerKind::sync, {}}, std::nullopt);
}

void ClassicGroup::on_syncs_missing(GroupTurn& turn) {
  const std::set<std::string> missing = pending_sync_;
  for (const std::string& id : missing) remove(id, turn);
  prepare_rebalance(fmt::format("{} members sent no SyncGroup in time", missing.size()), turn);
}

ErrorCode ClassicGroup::heartbeat(const HeartbeatRequest& request, GroupTurn& turn) {
  const ErrorCode unknown = check_member(request.member_id, request.group_instance_id);
  if (unknown != ErrorCode::none) return unknown;
  if (request.generation_id != generation_) return ErrorCode::illegal_generation;
  restart_session(request.member_id, turn);
  return state_ == GroupState::preparing_rebalance ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

std::vector<LeaveGroupResponse::Member> ClassicGroup::leave(const LeaveGroupRequest& request, GroupTurn& turn) {
  std::vector<LeaveGroupResponse::Member> outcomes;
  std::string gone;
  for (const LeaveGroupRequest::Member& leaving : request.members) {
    std::string id = leaving.member_id;
    if (id.empty() && leaving.group_instance_id) {  // an administrator knows the instance only
      const auto known = static_members_.find(*leaving.group_instance_id);
      if (known != static_members_.end()) id = known->second;
    }
    const ErrorCode error = pending_.contains(id) ? ErrorCode::none : check_member(id, leaving.group_instance_id);
    if (error == ErrorCode::none) {
      remove(id, turn);
      gone += (gone.empty() ? "" : ", ") + id;
    }
    outcomes.push_back({leaving.member_id, leaving.group_instance_id, error});
  }
  // Unlike the loss of a member, leaving never cuts the initial delay short.
  if (!gone.empty() && state_ != GroupState::empty) rebalance_or_complete(fmt::format("{} left", gone), turn);
  return outcomes;
}

void ClassicGroup::on_session_over(const std::string& member, GroupTurn& turn) {
  const auto found = members_.find(member);
  // Whoever waits for the coordinator cannot be blamed; a new member can, for it has been given five minutes.
  if (found != members_.end() && !found->second.is_new && (found->second.join || found->second.sync)) return;
  const bool joined_once = found != members_.end();
  remove(member, turn);
  if (joined_once && (state_ == GroupState::stable || state_ == GroupState::completing_rebalance)) {
    return prepare_rebalance(fmt::format("member {} was not heard of in its session timeout", member), turn);
  }
  if (state_ != GroupState::preparing_rebalance || !all_have_joined()) return;
  complete_join("all who are left have joined", turn);
}

ErrorCode ClassicGroup::accept_commit(const OffsetCommitRequest& request, GroupTurn& turn) {
  const std::optional<Generation>& generation = request.generation_id_or_member_epoch;
  if (!generation && state_ == GroupState::empty) return ErrorCode::none;  // by hand, or a consumer that uses no groups
  const ErrorCode unknown = check_member(request.member_id, request.group_instance_id);
  if (turn.limits.legacy.has(Legacy::no_generation_fencing) && unknown != ErrorCode::fenced_instance_id)
    return ErrorCode::none;
  if (unknown != ErrorCode::none) return unknown;
  if (generation != generation_) return ErrorCode::illegal_generation;
  if (state_ == GroupState::completing_rebalance) return ErrorCode::rebalance_in_progress;
  restart_session(request.member_id, turn);
  return ErrorCode::none;
}

}  // namespace kafkasim
