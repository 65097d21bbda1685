#include "core/group/classic_group.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/group/group_records.hpp"

namespace kafkasim {
namespace {

bool lists(const ClassicMember& member, const std::string& protocol) {
  return std::any_of(member.protocols.begin(), member.protocols.end(),
                     [&](const auto& one) { return one.name == protocol; });
}

}  // namespace

std::string_view group_state_name(GroupState state) {
  switch (state) {
    case GroupState::empty: return "Empty";
    case GroupState::preparing_rebalance: return "PreparingRebalance";
    case GroupState::completing_rebalance: return "CompletingRebalance";
    case GroupState::stable: return "Stable";
    case GroupState::dead: return "Dead";
  }
  KAFKASIM_CHECK(false, "a group state without name");
  return {};
}

bool may_become(GroupState from, GroupState to) {
  using enum GroupState;
  switch (to) {
    case empty: return from == preparing_rebalance;
    case preparing_rebalance: return from == empty || from == completing_rebalance || from == stable;
    case completing_rebalance: return from == preparing_rebalance;
    case stable: return from == completing_rebalance;
    case dead: return from != dead;
  }
  return false;
}

Joiner joiner_of(const Received& received) {
  return {request_ref(received), received.envelope.client_id, client_host_of(received.connection.dialler)};
}

std::string client_host_of(HostId host) { return fmt::format("/host-{}", host.value); }

JoinGroupResponse join_refused(ErrorCode error, std::string member_id) {
  JoinGroupResponse response;
  response.error_code = error;
  response.member_id = std::move(member_id);
  return response;
}

SyncGroupResponse sync_refused(ErrorCode error) {
  SyncGroupResponse response;
  response.error_code = error;
  return response;
}

void ClassicGroup::restore(const GroupMetadataValue& value) {
  generation_ = value.generation;
  if (!value.protocol_type.empty()) protocol_type_ = value.protocol_type;
  protocol_ = value.protocol;
  for (const GroupMetadataValue::Member& stored : value.members) {
    ClassicMember member;
    member.client_id = stored.client_id;
    member.client_host = stored.client_host;
    member.instance_id = stored.group_instance_id;
    if (stored.group_instance_id) static_members_[*stored.group_instance_id] = stored.member_id;
    member.rebalance_timeout = stored.rebalance_timeout.value_or(stored.session_timeout);
    member.session_timeout = stored.session_timeout;
    member.protocols.push_back({value.protocol.value_or(std::string{}), stored.subscription});
    member.assignment = stored.assignment;
    members_.insert_or_assign(stored.member_id, std::move(member));
  }
  state_ = members_.empty() ? GroupState::empty : GroupState::stable;
  if (value.current_state_timestamp) state_since_ = *value.current_state_timestamp;
  if (value.leader && members_.contains(*value.leader)) leader_ = value.leader;
  if (!leader_ && !members_.empty()) leader_ = members_.begin()->first;
}

void ClassicGroup::on_loaded(GroupTurn& turn) {
  note_change("loaded", turn);
  for (const auto& [id, member] : members_) restart_session(id, turn);
  if (static_cast<std::int64_t>(members_.size()) > turn.limits.most_members) {
    prepare_rebalance("a loaded group has more members than group.max.size allows", turn);
  }
}

void ClassicGroup::answer_waiting(ErrorCode error, GroupTurn& turn) {
  for (auto& [id, member] : members_) {
    if (member.join) answer(*member.join, join_refused(error, id), turn.env);
    if (member.sync) answer(*member.sync, sync_refused(error), turn.env);
    member.join.reset();
    member.sync.reset();
  }
}

void ClassicGroup::on_unloaded(GroupTurn& turn) {
  answer_waiting(ErrorCode::not_coordinator, turn);
  timers_ = {};
  transition(GroupState::dead, "this broker does not coordinate it any more", turn);
}

void ClassicGroup::take_over(Generation generation, std::map<std::string, ClassicMember> members, GroupTurn& turn) {
  generation_ = generation;
  state_ = GroupState::stable;
  state_since_ = turn.env.wall;
  protocol_type_ = consumer_protocol_type;
  members_ = std::move(members);
  leader_ = members_.begin()->first;
  protocol_ = elect_protocol();
  for (const auto& [id, member] : members_) {
    if (member.instance_id) static_members_[*member.instance_id] = id;
    restart_session(id, turn);
  }
  note_change("its last member of the consumer protocol has gone", turn);
}

void ClassicGroup::on_due(GroupTurn& turn) {
  while (const std::optional<Timer> timer = timers_.take_first_due(turn.env.now)) {
    switch (timer->kind) {
      case TimerKind::join:
        if (initial_delay_) {
          on_initial_delay_over(turn);
        } else {
          complete_join("the rebalance timeout has passed", turn);
        }
        break;
      case TimerKind::sync: on_syncs_missing(turn); break;
      case TimerKind::session: on_session_over(timer->member, turn); break;
    }
  }
}

std::vector<TopicPartition> ClassicGroup::assignment_of(const ClassicMember& member) const {
  return protocol_type_ == consumer_protocol_type ? assigned_partitions(member.assignment)
                                                  : std::vector<TopicPartition>{};
}

std::int64_t ClassicGroup::joined_count() const {
  return std::count_if(members_.begin(), members_.end(),
                       [](const auto& entry) { return entry.second.join.has_value(); });
}

bool ClassicGroup::all_have_joined() const {
  return pending_.empty() && joined_count() == static_cast<std::int64_t>(members_.size());
}

bool ClassicGroup::supports(const std::string& protocol_type,
                            const std::vector<JoinGroupRequest::Protocol>& protocols) const {
  if (state_ == GroupState::empty) return !protocol_type.empty() && !protocols.empty();
  if (protocol_type_ != protocol_type) return false;
  return std::any_of(protocols.begin(), protocols.end(), [&](const auto& offered) {
    return std::all_of(members_.begin(), members_.end(),
                       [&](const auto& entry) { return lists(entry.second, offered.name); });
  });
}

// ClassicGroup.validateMember.
ErrorCode ClassicGroup::check_member(const std::string& member, const std::optional<std::string>& instance) const {
  if (instance) {
    const auto known = static_members_.find(*instance);
    if (known == static_members_.end()) return ErrorCode::unknown_member_id;
    if (known->second != member) return ErrorCode::fenced_instance_id;
  }
  return members_.contains(member) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

std::string ClassicGroup::elect_protocol() const {
  std::map<std::string, int> votes;
  for (const auto& [id, member] : members_) {
    for (const JoinGroupRequest::Protocol& wish : member.protocols) {
      if (!supports(*protocol_type_, {wish})) continue;
      ++votes[wish.name];
      break;
    }
  }
  KAFKASIM_CHECK(!votes.empty(), name_);  // who shares no protocol with the others is not let in
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first;
}

Duration ClassicGroup::rebalance_timeout() const {
  Duration longest{};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

void ClassicGroup::remove(const std::string& member, GroupTurn& turn) {
  const auto found = members_.find(member);
  if (found != members_.end()) {
    const ClassicMember& gone = found->second;
    if (gone.join) answer(*gone.join, join_refused(ErrorCode::unknown_member_id, {}), turn.env);
    if (gone.sync) answer(*gone.sync, sync_refused(ErrorCode::unknown_member_id), turn.env);
    if (gone.instance_id) static_members_.erase(*gone.instance_id);
    members_.erase(found);
  }
  if (is_leader(member)) {
    leader_.reset();
    if (!members_.empty()) leader_ = members_.begin()->first;
  }
  pending_.erase(member);
  pending_sync_.erase(member);
  timers_.set({TimerKind::session, member}, std::nullopt);
}

void ClassicGroup::restart_session(const std::string& member, GroupTurn& turn) {
  timers_.set({TimerKind::session, member}, turn.env.now + members_.at(member).session_timeout);
}

void ClassicGroup::transition(GroupState to, std::string reason, GroupTurn& turn) {
  KAFKASIM_CHECK(may_become(state_, to), name_);
  state_ = to;
  state_since_ = turn.env.wall;
  note_change(std::move(reason), turn);
}

void ClassicGroup::note_change(std::string reason, GroupTurn& turn) const {
  trace::GroupChanged changed;
  changed.group = name_;
  changed.state = group_state_name(state_);
  changed.generation = generation_;
  for (const auto& [id, member] : members_) changed.members.push_back({id, member.client_id, assignment_of(member), {}, {}, {}});
  changed.reason = std::move(reason);
  changed.protocol = protocol_.value_or(std::string{});
  turn.env.out.add(Note{std::move(changed)});
}

GroupMetadataValue ClassicGroup::metadata(const std::map<std::string, std::vector<std::byte>>& assignments,
                                          Timestamp now) const {
  GroupMetadataValue value;
  value.protocol_type = protocol_type_.value_or(std::string{});
  value.generation = generation_;
  value.protocol = protocol_;
  value.leader = leader_;
  value.current_state_timestamp = now;
  for (const auto& [id, member] : members_) {
    const auto assigned = assignments.find(id);
    value.members.push_back({id, member.instance_id, member.client_id, member.client_host, member.rebalance_timeout,
                             member.session_timeout, to_vector(subscription_of(member)),
                             assigned == assignments.end() ? std::vector<std::byte>{} : assigned->second});
  }
  return value;
}

ByteSpan ClassicGroup::subscription_of(const ClassicMember& member) const {
  const auto chosen = std::ranges::find_if(
      member.protocols, [this](const JoinGroupRequest::Protocol& one) { return !protocol_ || one.name == *protocol_; });
  return chosen == member.protocols.end() ? ByteSpan{} : ByteSpan{chosen->metadata};
}

GroupMetadataValue ClassicGroup::as_stored(Timestamp now) const {
  std::map<std::string, std::vector<std::byte>> assignments;
  for (const auto& [id, member] : members_) assignments[id] = member.assignment;
  return metadata(assignments, now);
}

}  // namespace kafkasim
