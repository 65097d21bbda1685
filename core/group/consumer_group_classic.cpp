// Members of a consumer group that speak the classic protocol, and how a group in use changes its kind (KIP-848, "Client
// Upgrade/Downgrade"; GroupMetadataManager.classicGroupJoinToConsumerGroup, classicGroupSyncToConsumerGroup,
// classicGroupHeartbeatToConsumerGroup, classicGroupLeaveToConsumerGroup, ConsumerGroup.fromClassicGroup,
// ClassicGroup.fromConsumerGroup).
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/group/consumer_group.hpp"
#include "core/model/random_uuid.hpp"
#include "core/wire/consumer_protocol_codec.hpp"
#include "core/wire/group_record_codec.hpp"

namespace kafkasim {

namespace {

std::vector<ClassicMemberProtocol> kept(const std::vector<JoinGroupRequest::Protocol>& protocols) {
  std::vector<ClassicMemberProtocol> all;
  for (const auto& protocol : protocols) all.push_back({protocol.name, protocol.metadata});
  return all;
}

template <class Topics>
PartitionSet with_ids(const Topics& topics, const GroupTopics& known) {
  PartitionSet set;
  for (const auto& topic : topics) {
    const auto found = known.find(topic.topic);
    if (found == known.end()) continue;
    for (const PartitionIndex partition : topic.partitions) set.insert({found->second.id, partition});
  }
  return set;
}

// In the version that the member's own subscription has.
std::vector<std::byte> assignment_for(const std::vector<std::byte>& subscription, const std::vector<TopicPartition>& partitions) {
  ConsumerProtocolAssignment assignment;
  auto& topics = assignment.assigned_partitions;
  for (const TopicPartition& tp : partitions) {
    if (topics.empty() || topics.back().topic != tp.topic) topics.push_back({tp.topic, {}});
    topics.back().partitions.push_back(tp.partition);
  }
  return encode_consumer_protocol(assignment, consumer_protocol_version(subscription));
}

}  // namespace

// ---- requests of the classic protocol --------------------------------------------------------------

ConsumerGroupAnswer<JoinGroupResponse> ConsumerGroup::join(const JoinGroupRequest& request, const Joiner& joiner,
                                                           GroupTurn& turn) {
  const auto refuse = [&](ErrorCode error, std::string id) {
    return ConsumerGroupAnswer<JoinGroupResponse>{join_refused(error, std::move(id)), {}};
  };
  const bool is_full = static_cast<std::int64_t>(members_.size()) >= turn.limits.most_consumer_members;
  if (is_full && !members_.contains(request.member_id)) return refuse(ErrorCode::group_max_size_reached, {});
  if (!supports(request)) return refuse(ErrorCode::inconsistent_group_protocol, request.member_id);
  const auto subscription = decode_subscription(request.protocols.front().metadata);
  if (!subscription) return refuse(ErrorCode::unknown_server_error, request.member_id);
  const std::string id = request.member_id.empty() ? to_string(random_uuid(turn.env.random)) : request.member_id;
  const bool comes_back = request.member_id.empty() && !request.group_instance_id
                          && joiner.request.version >= first_join_with_known_id;
  if (comes_back) return refuse(ErrorCode::member_id_required, id);

  ConsumerGroupAnswer<JoinGroupResponse> answer;
  GroupRecords& records = answer.change.records;
  const std::string* of_instance = request.group_instance_id ? member_of_instance(*request.group_instance_id) : nullptr;
  const bool downgrades = of_instance && may_become_classic_without(*of_instance, members_.size(), turn);
  if (const ErrorCode error = add_classic(request, id, records); error != ErrorCode::none) return refuse(error, request.member_id);

  ConsumerGroupMember now = members_.at(id);
  now.client_id = joiner.client_id;
  now.client_host = joiner.client_host;
  if (request.group_instance_id) now.instance_id = request.group_instance_id;
  if (subscription->rack_id) now.rack_id = subscription->rack_id;
  now.rebalance_timeout = request.rebalance_timeout.value_or(request.session_timeout);
  now.topics = subscription->topics;
  now.classic = ClassicMemberMetadata{request.session_timeout, kept(request.protocols)};
  const bool changed = update_member(id, std::move(now), records);
  if (downgrades) {
    answer.change.downgrade = Downgrade::by_replacing;
  } else {
    const bool other_topics = update_topics(turn, records);
    if (changed || other_topics) rise(records);
    if (epoch_ > assignment_epoch_) update_target(turn, records);
    reconcile(id, with_ids(subscription->owned_partitions, turn.topics), turn, records);
    restart_session(id, turn);
    timers_.set({TimerKind::join, id}, std::nullopt);
    timers_.set({TimerKind::sync, id}, turn.env.now + members_.at(id).rebalance_timeout);
    note_change(fmt::format("member {} {}", id, changed ? "joins or changes" : "joins again"), turn);
  }
  answer.response.member_id = id;
  answer.response.generation_id = Generation{downgrades ? epoch_ : members_.at(id).epoch};
  answer.response.protocol_type = std::string{consumer_protocol_type};
  answer.response.protocol_name = request.protocols.front().name;
  return answer;
}

// One of its protocols must be spoken by all members of the classic protocol.
bool ConsumerGroup::supports(const JoinGroupRequest& request) const {
  if (request.protocol_type != consumer_protocol_type) return false;
  return std::ranges::any_of(request.protocols, [this](const JoinGroupRequest::Protocol& protocol) {
    return std::ranges::all_of(members_, [&protocol](const auto& entry) {
      const auto& classic = entry.second.classic;
      return !classic || std::ranges::find(classic->supported_protocols, protocol.name, &ClassicMemberProtocol::name) != classic->supported_protocols.end();
    });
  });
}

ErrorCode ConsumerGroup::add_classic(const JoinGroupRequest& request, const std::string& id, GroupRecords& records) {
  if (request.group_instance_id && !request.member_id.empty()) return find_member(id, request.group_instance_id);
  const std::string* of_instance = request.group_instance_id ? member_of_instance(*request.group_instance_id) : nullptr;
  if (of_instance) {
    replace(std::string{*of_instance}, id, records);
  } else {
    members_[id];
  }
  return ErrorCode::none;
}

ErrorCode ConsumerGroup::find_member(const std::string& id, const std::optional<std::string>& instance) const {
  if (!instance) return members_.contains(id) ? ErrorCode::none : ErrorCode::unknown_member_id;
  const std::string* of_instance = member_of_instance(*instance);
  if (!of_instance) return ErrorCode::unknown_member_id;
  return *of_instance == id ? ErrorCode::none : ErrorCode::fenced_instance_id;
}

SyncGroupResponse ConsumerGroup::sync(const SyncGroupRequest& request, GroupTurn& turn) {
  const std::string& id = request.member_id;
  if (const ErrorCode error = find_member(id, request.group_instance_id); error != ErrorCode::none) return sync_refused(error);
  const ConsumerGroupMember& member = members_.at(id);
  if (!member.classic) return sync_refused(ErrorCode::unknown_member_id);
  if (request.generation_id.value != member.epoch) return sync_refused(ErrorCode::illegal_generation);
  const ClassicMemberProtocol& protocol = member.classic->supported_protocols.front();
  if (request.protocol_type && request.protocol_type != consumer_protocol_type)
    return sync_refused(ErrorCode::inconsistent_group_protocol);
  if (request.protocol_name && request.protocol_name != protocol.name)
    return sync_refused(ErrorCode::inconsistent_group_protocol);
  // One that has partitions to give up gives them up first.
  if (epoch_ > member.epoch && member.state != ConsumerMemberState::unrevoked) {
    expect_join(id, turn);
    return sync_refused(ErrorCode::rebalance_in_progress);
  }
  timers_.set({TimerKind::sync, id}, std::nullopt);
  restart_session(id, turn);
  SyncGroupResponse response;
  response.protocol_type = request.protocol_type;
  response.protocol_name = request.protocol_name;
  response.assignment = assignment_for(protocol.metadata, names_of(member.assigned));
  return response;
}

ErrorCode ConsumerGroup::heartbeat(const HeartbeatRequest& request, GroupTurn& turn) {
  const std::string& id = request.member_id;
  if (const ErrorCode error = find_member(id, request.group_instance_id); error != ErrorCode::none) return error;
  const ConsumerGroupMember& member = members_.at(id);
  if (!member.classic) return ErrorCode::unknown_member_id;
  if (request.generation_id.value != member.epoch) return ErrorCode::illegal_generation;
  restart_session(id, turn);
  const bool may_have_more = member.state == ConsumerMemberState::unreleased && !waits_for_others(id);
  if (member.epoch >= epoch_ && member.state != ConsumerMemberState::unrevoked && !may_have_more) return ErrorCode::none;
  expect_join(id, turn);
  return ErrorCode::rebalance_in_progress;
}

void ConsumerGroup::expect_join(const std::string& id, const GroupTurn& turn) {
  if (timers_.of({TimerKind::join, id})) return;
  timers_.set({TimerKind::join, id}, turn.env.now + members_.at(id).rebalance_timeout);
}

bool ConsumerGroup::waits_for_others(const std::string& id) const {
  const ConsumerGroupMember& member = members_.at(id);
  const auto target = target_.find(id);
  if (target == target_.end()) return false;
  return std::ranges::any_of(target->second, [&](const TopicIdPartition& tp) { return !member.assigned.contains(tp) && has_owner(tp); });
}

ConsumerGroupAnswer<LeaveGroupResponse> ConsumerGroup::leave(const LeaveGroupRequest& request, GroupTurn& turn) {
  ConsumerGroupAnswer<LeaveGroupResponse> answer;
  std::string gone;
  for (const LeaveGroupRequest::Member& leaving : request.members) {
    std::string id = leaving.member_id;
    const std::string* of_instance = leaving.group_instance_id ? member_of_instance(*leaving.group_instance_id) : nullptr;
    if (id.empty() && of_instance) id = *of_instance;  // an administrator knows the instance only
    ErrorCode error = find_member(id, leaving.group_instance_id);
    if (error == ErrorCode::none && !members_.at(id).classic) error = ErrorCode::unknown_member_id;
    if (error == ErrorCode::none) {
      remove(id, answer.change.records);
      gone += (gone.empty() ? "" : ", ") + id;
    }
    answer.response.members.push_back({id, leaving.group_instance_id, error});
  }
  if (gone.empty()) return answer;
  (void)update_topics(turn, answer.change.records);
  rise(answer.change.records);
  note_change(fmt::format("{} left", gone), turn);
  return answer;
}

// ---- groups in use change their kind ---------------------------------------------------------------

std::optional<ConsumerGroup> ConsumerGroup::of(const ClassicGroup& classic, GroupTurn& turn) {
  ConsumerGroup group{classic.name()};
  group.epoch_ = group.assignment_epoch_ = classic.generation().value;
  for (const auto& [id, from] : classic.members()) {
    const auto subscription = decode_subscription(classic.subscription_of(from));
    if (!subscription) return std::nullopt;
    ConsumerGroupMember& member = group.members_[id];
    member.instance_id = from.instance_id;
    member.rack_id = subscription->rack_id;
    member.client_id = from.client_id;
    member.client_host = from.client_host;
    member.topics = subscription->topics;
    std::ranges::sort(member.topics);
    member.rebalance_timeout = from.rebalance_timeout;
    member.epoch = member.previous_epoch = group.epoch_;
    member.classic = ClassicMemberMetadata{from.session_timeout, kept(from.protocols)};
    if (!from.assignment.empty()) {
      const auto assignment = decode_assignment(from.assignment);
      if (!assignment) return std::nullopt;
      member.assigned = with_ids(assignment->assigned_partitions, turn.topics);
    }
    group.target_[id] = member.assigned;
    group.restart_session(id, turn);
  }
  group.offsets_ = classic.offsets();
  return group;
}

GroupRecords ConsumerGroup::all_records() const {
  GroupRecords records;
  for (const auto& [id, member] : members_) put_member(id, records);
  put_epoch(records);
  for (const auto& [id, target] : target_) put_target(id, records);
  put_target_epoch(records);
  for (const auto& [id, member] : members_) put_current(id, records);
  return records;
}

bool ConsumerGroup::may_become_classic_without(const std::string& id, std::size_t members, const GroupTurn& turn) const {
  const bool others_are_classic =
      std::ranges::all_of(members_, [&id](const auto& entry) { return entry.second.classic.has_value() == (entry.first != id); });
  return others_are_classic && members > 0 && static_cast<std::int64_t>(members) <= turn.limits.most_members
         && turn.limits.allows_downgrade();
}

ClassicGroup ConsumerGroup::as_classic(GroupTurn& turn) const {
  std::map<std::string, ClassicMember> members;
  for (const auto& [id, from] : members_) {
    ClassicMember& member = members[id];
    member.client_id = from.client_id;
    member.client_host = from.client_host;
    member.instance_id = from.instance_id;
    member.rebalance_timeout = from.rebalance_timeout;
    member.session_timeout = from.classic->session_timeout;
    for (const ClassicMemberProtocol& protocol : from.classic->supported_protocols)
      member.protocols.push_back({protocol.name, protocol.metadata});
    const auto target = target_.find(id);
    if (target != target_.end())
      member.assignment = assignment_for(member.protocols.front().metadata, names_of(target->second));
  }
  ClassicGroup classic{name_};
  classic.take_over(Generation{epoch_}, std::move(members), turn);
  classic.offsets() = offsets_;
  return classic;
}

}  // namespace kafkasim
