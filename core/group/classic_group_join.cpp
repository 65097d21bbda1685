// JoinGroup and the rebalance up to a new generation.
#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/group_records.hpp"
#include "core/model/random_uuid.hpp"

namespace kafkasim {
namespace {

// A member whose first join is parked cannot send heartbeats. This ends it if it has gone meanwhile (KAFKA-7610).
constexpr Duration new_member_timeout = seconds(5 * 60);
constexpr std::int16_t first_version_with_skipped_assignment = 9;

std::string draw_member_id(const std::string& prefix, Random& random) {
  const auto [high, low] = random_uuid(random);
  return fmt::format("{}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", prefix, high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

Duration rebalance_timeout_of(const JoinGroupRequest& request) {
  return request.rebalance_timeout.value_or(request.session_timeout);
}

}  // namespace

void ClassicGroup::join(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn) {
  if (!has_room_for(request.member_id, turn)) {
    remove(request.member_id, turn);
    answer(joiner.request, join_refused(ErrorCode::group_max_size_reached, {}), turn.env);
    return maybe_complete_join(turn);
  }
  if (!supports(request.protocol_type, request.protocols)) {
    return answer(joiner.request, join_refused(ErrorCode::inconsistent_group_protocol, request.member_id), turn.env);
  }
  if (request.member_id.empty()) return join_new(request, joiner, turn);
  join_known(request, joiner, turn);
}

bool ClassicGroup::has_room_for(const std::string& member, const GroupTurn& turn) const {
  const auto known = members_.find(member);
  switch (state_) {
    case GroupState::empty:
    case GroupState::dead: return true;
    case GroupState::preparing_rebalance:  // the last to rejoin are the ones to go, so only who has joined counts
      return (known != members_.end() && known->second.join) || joined_count() < turn.limits.most_members;
    case GroupState::completing_rebalance:
    case GroupState::stable:
      return known != members_.end() || static_cast<std::int64_t>(members_.size()) < turn.limits.most_members;
  }
  return false;
}

void ClassicGroup::join_new(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn) {
  if (request.group_instance_id) {
    const auto known = static_members_.find(*request.group_instance_id);
    if (known != static_members_.end()) return replace_static(std::string{known->second}, request, joiner, turn);
    return add(draw_member_id(*request.group_instance_id, turn.env.random), request, joiner, turn);
  }
  const std::string id = draw_member_id(joiner.client_id, turn.env.random);
  if (joiner.request.version < first_join_with_known_id) return add(id, request, joiner, turn);
  pending_.insert(id);
  timers_.set({TimerKind::session, id}, turn.env.now + request.session_timeout);
  answer(joiner.request, join_refused(ErrorCode::member_id_required, id), turn.env);
}

void ClassicGroup::join_known(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn) {
  const std::string& id = request.member_id;
  if (pending_.contains(id)) return add(id, request, joiner, turn);
  if (const ErrorCode error = check_member(id, request.group_instance_id); error != ErrorCode::none)
    return answer(joiner.request, join_refused(error, id), turn.env);
  const auto found = members_.find(id);
  const bool same = found->second.protocols == request.protocols;
  switch (state_) {
    case GroupState::preparing_rebalance: return update(id, request, joiner, "joins again", turn);
    case GroupState::completing_rebalance:
      if (!same) return update(id, request, joiner, "joins again with changed metadata", turn);
      return answer(joiner.request, joined(id), turn.env);  // it has probably missed the answer
    case GroupState::stable:
      if (is_leader(id))
        return update(id, request, joiner, "joins again as leader", turn);  // it has seen topics change
      if (!same) return update(id, request, joiner, "joins again with changed metadata", turn);
      return answer(joiner.request, joined(id), turn.env);
    case GroupState::empty:
    case GroupState::dead: break;
  }
  KAFKASIM_CHECK(false, "a member of an empty or dead group");
}

void ClassicGroup::add(const std::string& member, const JoinGroupRequest& request, const Joiner& joiner,
                       GroupTurn& turn) {
  if (initial_delay_) initial_delay_->member_came = true;
  if (members_.empty()) protocol_type_ = request.protocol_type;
  if (!leader_) leader_ = member;
  pending_.erase(member);
  ClassicMember added;
  added.client_id = joiner.client_id;
  added.client_host = joiner.client_host;
  added.instance_id = request.group_instance_id;
  if (added.instance_id) static_members_[*added.instance_id] = member;
  added.rebalance_timeout = rebalance_timeout_of(request);
  added.session_timeout = request.session_timeout;
  added.protocols = request.protocols;
  added.is_new = true;
  added.join = joiner.request;
  members_.insert_or_assign(member, std::move(added));
  timers_.set({TimerKind::session, member}, turn.env.now + new_member_timeout);
  rebalance_or_complete(fmt::format("new member {}", member), turn);
}

void ClassicGroup::update(const std::string& member, const JoinGroupRequest& request, const Joiner& joiner,
                          std::string_view why, GroupTurn& turn) {
  ClassicMember& known = members_.at(member);
  known.rebalance_timeout = rebalance_timeout_of(request);
  known.session_timeout = request.session_timeout;
  known.protocols = request.protocols;
  known.join = joiner.request;
  rebalance_or_complete(fmt::format("member {} {}", member, why), turn);
}

JoinGroupResponse ClassicGroup::joined(const std::string& member) const {
  JoinGroupResponse response;
  response.generation_id = generation_;
  response.protocol_type = protocol_type_;
  response.protocol_name = protocol_;
  response.leader = leader_.value_or(std::string{});
  response.member_id = member;
  if (!is_leader(member)) return response;
  for (GroupMetadataValue::Member& one : metadata({}, Timestamp{}).members) {
    response.members.push_back(
        {std::move(one.member_id), std::move(one.group_instance_id), std::move(one.subscription)});
  }
  return response;
}

void ClassicGroup::rebalance_or_complete(const std::string& reason, GroupTurn& turn) {
  if (may_become(state_, GroupState::preparing_rebalance)) return prepare_rebalance(reason, turn);
  maybe_complete_join(turn);
}

void ClassicGroup::prepare_rebalance(const std::string& reason, GroupTurn& turn) {
  if (state_ == GroupState::completing_rebalance) {
    for (auto& [id, member] : members_) member.assignment.clear();
    answer_syncs(ErrorCode::rebalance_in_progress, turn);
  }
  pending_sync_.clear();
  timers_.set({TimerKind::sync, {}}, std::nullopt);
  if (state_ == GroupState::empty) {
    const Duration delay = turn.limits.initial_rebalance_delay;
    initial_delay_ = InitialDelay{delay, std::max(rebalance_timeout() - delay, Duration{}), false};
    timers_.set({TimerKind::join, {}}, turn.env.now + delay);
    return transition(GroupState::preparing_rebalance, reason, turn);
  }
  transition(GroupState::preparing_rebalance, reason, turn);
  timers_.set({TimerKind::join, {}}, turn.env.now + rebalance_timeout());
  maybe_complete_join(turn);
}

void ClassicGroup::on_initial_delay_over(GroupTurn& turn) {
  InitialDelay& delay = *initial_delay_;
  if (!delay.member_came || delay.remaining == Duration{})
    return complete_join("the initial rebalance delay is over", turn);
  const Duration next = std::min(turn.limits.initial_rebalance_delay, delay.remaining);
  delay.remaining = std::max(delay.remaining - delay.running, Duration{});
  delay.running = next;
  delay.member_came = false;
  timers_.set({TimerKind::join, {}}, turn.env.now + next);
}

void ClassicGroup::maybe_complete_join(GroupTurn& turn) {
  if (state_ == GroupState::preparing_rebalance && !initial_delay_ && all_have_joined())
    complete_join("every member has joined", turn);
}

void ClassicGroup::complete_join(const std::string& reason, GroupTurn& turn) {
  timers_.set({TimerKind::join, {}}, std::nullopt);
  initial_delay_.reset();
  std::vector<std::string> missing;
  for (const auto& [id, member] : members_) {
    if (!member.join && !member.instance_id) missing.push_back(id);
  }
  for (const std::string& id : missing) remove(id, turn);
  if (!elect_joined_leader() && !members_.empty()) {  // only static members are left, and none is here
    timers_.set({TimerKind::join, {}}, turn.env.now + rebalance_timeout());
    return;
  }
  begin_generation(reason, turn);
}

bool ClassicGroup::elect_joined_leader() {
  const auto joined = [](const auto& entry) { return entry.second.join.has_value(); };
  if (leader_ && members_.contains(*leader_) && members_.at(*leader_).join) return true;
  const auto found = std::ranges::find_if(members_, joined);
  if (found == members_.end()) return false;
  leader_ = found->first;
  return true;
}

// ---- static members that come back ----------------------------------------------------------------

void ClassicGroup::rename_static(const std::string& from, const std::string& to, GroupTurn& turn) {
  auto node = members_.extract(from);
  ClassicMember& member = node.mapped();
  if (member.join) answer(*member.join, join_refused(ErrorCode::fenced_instance_id, from), turn.env);
  if (member.sync) answer(*member.sync, sync_refused(ErrorCode::fenced_instance_id), turn.env);
  member.join.reset();
  member.sync.reset();
  static_members_[*member.instance_id] = to;
  node.key() = to;
  members_.insert(std::move(node));
  if (is_leader(from)) leader_ = to;
  if (pending_sync_.erase(from) > 0) pending_sync_.insert(to);
  timers_.set({TimerKind::session, from}, std::nullopt);
  restart_session(to, turn);
}

void ClassicGroup::replace_static(const std::string& old_id, const JoinGroupRequest& request, const Joiner& joiner,
                                  GroupTurn& turn) {
  const std::string id = draw_member_id(*request.group_instance_id, turn.env.random);
  StaticMemberStored stored{*request.group_instance_id, old_id, id, leader_, joiner.request.version, {}, {}, {}};
  rename_static(old_id, id, turn);
  ClassicMember& member = members_.at(id);
  stored.old_protocols = std::exchange(member.protocols, request.protocols);
  stored.old_rebalance_timeout = std::exchange(member.rebalance_timeout, rebalance_timeout_of(request));
  stored.old_session_timeout = std::exchange(member.session_timeout, request.session_timeout);
  member.client_id = joiner.client_id;
  member.client_host = joiner.client_host;
  member.join = joiner.request;
  const std::string why = fmt::format("static member {} is back", *request.group_instance_id);
  if (state_ == GroupState::completing_rebalance) return prepare_rebalance(why, turn);
  if (state_ != GroupState::stable) return maybe_complete_join(turn);
  if (elect_protocol() != protocol_) return rebalance_or_complete(why + ", with other protocols", turn);
  if (turn.limits.legacy.has(Legacy::static_rejoin_not_persisted)) {
    note_change(why, turn);
    return on_static_member_stored(stored, ErrorCode::none, turn);
  }
  note_change(why, turn);
  RecordBatch batch = group_metadata_batch(name_, as_stored(turn.env.wall), turn.env.wall);
  GroupWrite& write = turn.writes.emplace_back();
  write.batch = std::move(batch);
  write.then = std::move(stored);
}

void ClassicGroup::on_static_member_stored(const StaticMemberStored& stored, ErrorCode error, GroupTurn& turn) {
  const auto found = members_.find(stored.new_id);
  if (found == members_.end()) return;  // it has gone, or come once more
  ClassicMember& member = found->second;
  if (error == ErrorCode::none) {
    if (!member.join) return;
    JoinGroupResponse response = joined(stored.new_id);
    if (stored.version >= first_version_with_skipped_assignment) {
      response.skip_assignment = is_leader(stored.new_id);
    } else {  // the old leader's id: whoever reads it is no leader, and waits for the assignment that stands
      response.leader = stored.old_leader.value_or(std::string{});
      response.members.clear();
    }
    answer(*member.join, std::move(response), turn.env);
    member.join.reset();
    return restart_session(stored.new_id, turn);
  }
  member.protocols = stored.old_protocols;
  member.rebalance_timeout = stored.old_rebalance_timeout;
  member.session_timeout = stored.old_session_timeout;
  const std::optional<RequestRef> waiting = std::exchange(member.join, std::nullopt);
  rename_static(stored.new_id, stored.old_id, turn);
  if (waiting) answer(*waiting, join_refused(error, {}), turn.env);
}

void ClassicGroup::begin_generation(const std::string& reason, GroupTurn& turn) {
  const bool last = generation_.value == std::numeric_limits<std::int32_t>::max();
  generation_ = last ? Generation{0} : generation_.next();
  pending_sync_.clear();
  if (members_.empty()) {
    protocol_.reset();
    transition(GroupState::empty, "the last member has left", turn);
    turn.writes.push_back(
        {group_metadata_batch(name_, metadata({}, turn.env.wall), turn.env.wall), EmptyGroupStored{}});
    return;
  }
  protocol_ = elect_protocol();
  for (auto& [id, member] : members_) {
    member.assignment.clear();
    member.is_new = false;
    pending_sync_.insert(id);
  }
  transition(GroupState::completing_rebalance, reason, turn);
  for (auto& [id, member] : members_) {
    if (member.join) answer(*member.join, joined(id), turn.env);
    member.join.reset();
    restart_session(id, turn);
  }
  timers_.set({TimerKind::sync, {}}, turn.env.now + rebalance_timeout());
}

}  // namespace kafkasim
