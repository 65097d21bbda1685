// A consumer group on its way to its target, who may commit and ask for offsets, and what administrators see of it.
#include <algorithm>

#include <fmt/format.h>

#include "core/group/consumer_group.hpp"

namespace kafkasim {

namespace {

constexpr std::int8_t classic_member_type = 0;
constexpr std::int8_t consumer_member_type = 1;

// Each client knows one that is over by an error of its own protocol.
ErrorCode over(const ConsumerGroupMember& member) {
  return member.classic ? ErrorCode::illegal_generation : ErrorCode::stale_member_epoch;
}

bool meet(const PartitionSet& a, const PartitionSet& b) {
  return std::ranges::any_of(a, [&b](const TopicIdPartition& tp) { return b.contains(tp); });
}

}  // namespace

ConsumerGroupHeartbeatResponse heartbeat_refused(ErrorCode error) {
  ConsumerGroupHeartbeatResponse response;
  response.error_code = error;
  return response;
}

ConsumerGroupResponse refused(const ConsumerGroupResponse& response, ErrorCode error) {
  if (const auto* join = std::get_if<JoinGroupResponse>(&response)) return join_refused(error, join->member_id);
  if (std::holds_alternative<LeaveGroupResponse>(response)) return LeaveGroupResponse{.error_code = error};
  return heartbeat_refused(error);
}

// ---- going towards the target (CurrentAssignmentBuilder) ------------------------------------------

bool ConsumerGroup::has_owner(const TopicIdPartition& tp) const {
  return std::ranges::any_of(members_, [&tp](const auto& entry) {
    return entry.second.assigned.contains(tp) || entry.second.revoking.contains(tp);
  });
}

void ConsumerGroup::next_assignment(ConsumerGroupMember& member, std::int32_t from_epoch, const PartitionSet& target,
                                    const std::optional<PartitionSet>& owned) const {
  PartitionSet kept;
  PartitionSet to_give_up;
  PartitionSet to_take;
  for (const TopicIdPartition& tp : member.assigned) (target.contains(tp) ? kept : to_give_up).insert(tp);
  bool unreleased = false;
  for (const TopicIdPartition& tp : target) {
    if (kept.contains(tp)) continue;
    if (has_owner(tp)) {
      unreleased = true;
    } else {
      to_take.insert(tp);
    }
  }
  const auto go_to = [&member](std::int32_t epoch) {
    if (member.epoch == epoch) return;
    member.previous_epoch = member.epoch;
    member.epoch = epoch;
  };
  member.assigned = std::move(kept);
  member.revoking.clear();
  if (!to_give_up.empty() && (!owned || meet(*owned, to_give_up))) {
    go_to(from_epoch);
    member.state = ConsumerMemberState::unrevoked;
    member.revoking = std::move(to_give_up);
    return;
  }
  go_to(assignment_epoch_);
  member.assigned.merge(to_take);
  member.state = unreleased ? ConsumerMemberState::unreleased : ConsumerMemberState::stable;
}

void ConsumerGroup::reconcile(const std::string& id, const std::optional<PartitionSet>& owned, const GroupTurn& turn,
                              GroupRecords& records) {
  ConsumerGroupMember& member = members_.at(id);
  const ConsumerGroupMember before = member;
  const PartitionSet target = target_[id];
  switch (member.state) {
    case ConsumerMemberState::stable:
      if (member.epoch == assignment_epoch_) return;
      next_assignment(member, member.epoch, target, owned);
      break;
    case ConsumerMemberState::unrevoked:
      if (!owned || meet(*owned, member.revoking)) return;
      member.revoking.clear();
      next_assignment(member, assignment_epoch_, target, owned);
      break;
    case ConsumerMemberState::unreleased: next_assignment(member, member.epoch, target, owned); break;
  }
  if (member == before) return;
  put_current(id, records);
  const bool revokes = member.state == ConsumerMemberState::unrevoked;
  timers_.set({TimerKind::revocation, id}, revokes ? std::optional{turn.env.now + member.rebalance_timeout} : std::nullopt);
}

// ---- offsets --------------------------------------------------------------------------------------

ErrorCode ConsumerGroup::check_commit(const OffsetCommitRequest& request) const {
  const std::optional<Generation>& epoch = request.generation_id_or_member_epoch;
  if (!epoch && members_.empty()) return ErrorCode::none;
  const auto member = members_.find(request.member_id);
  if (member == members_.end()) return ErrorCode::unknown_member_id;
  return epoch && epoch->value == member->second.epoch ? ErrorCode::none : over(member->second);
}

ErrorCode ConsumerGroup::check_fetch(const OffsetFetchRequest::Group& asked) const {
  if (!asked.member_id && !asked.member_epoch) return ErrorCode::none;
  const auto member = members_.find(asked.member_id.value_or(std::string{}));
  if (member == members_.end()) return ErrorCode::unknown_member_id;
  const bool same = asked.member_epoch && asked.member_epoch->value == member->second.epoch;
  return same ? ErrorCode::none : over(member->second);
}

bool ConsumerGroup::is_subscribed_to(const std::string& topic) const {
  return std::ranges::any_of(members_, [&](const auto& entry) {
    return std::ranges::find(entry.second.topics, topic) != entry.second.topics.end() || matched_by(entry.second).contains(topic);
  });
}

// ---- what is told ---------------------------------------------------------------------------------

std::string_view ConsumerGroup::state() const {
  if (members_.empty()) return "Empty";
  if (epoch_ > assignment_epoch_) return "Assigning";
  const auto is_there = [this](const auto& entry) {
    return entry.second.state == ConsumerMemberState::stable && entry.second.epoch == assignment_epoch_;
  };
  return std::ranges::all_of(members_, is_there) ? "Stable" : "Reconciling";
}

const std::string* ConsumerGroup::member_of_instance(const std::string& instance) const {
  const auto is_it = [&instance](const auto& entry) { return entry.second.instance_id == instance; };
  const auto found = std::ranges::find_if(members_, is_it);
  return found == members_.end() ? nullptr : &found->first;
}

std::vector<TopicPartition> ConsumerGroup::names_of(const PartitionSet& partitions) const {
  std::map<Uuid, std::string> names;
  for (const auto& [name, topic] : topics_) names[topic.id] = name;
  std::vector<TopicPartition> named;
  for (const TopicIdPartition& tp : partitions) {
    const auto name = names.find(tp.topic_id);
    if (name != names.end()) named.push_back({name->second, tp.partition});
  }
  std::ranges::sort(named);
  return named;
}

void ConsumerGroup::note_change(std::string reason, GroupTurn& turn) const {
  trace::GroupChanged changed;
  changed.group = name_;
  changed.state = state();
  changed.generation = Generation{epoch_};
  changed.type = "consumer";
  changed.protocol = assignor_;
  changed.assignment_epoch = Generation{assignment_epoch_};
  for (const auto& [id, member] : members_) {
    const auto target = target_.find(id);
    changed.members.push_back({id, member.client_id, names_of(member.assigned), Generation{member.epoch},
                               target == target_.end() ? std::vector<TopicPartition>{} : names_of(target->second),
                               names_of(member.revoking), member.classic.has_value()});
  }
  changed.reason = std::move(reason);
  turn.env.out.add(Note{std::move(changed)});
}

ListGroupsResponse::Group ConsumerGroup::listed() const { return {name_, "consumer", std::string{state()}, "consumer"}; }

ConsumerGroupDescribeResponse::Group ConsumerGroup::described() const {
  std::map<Uuid, std::string> names;
  for (const auto& [name, topic] : topics_) names[topic.id] = name;
  const auto told = [&names](const PartitionSet& partitions) {
    ConsumerGroupDescribeResponse::Assignment assignment;
    auto& topics = assignment.topic_partitions;
    for (const TopicIdPartition& tp : partitions) {
      if (!names.contains(tp.topic_id)) continue;
      if (topics.empty() || topics.back().topic_id != tp.topic_id)
        topics.push_back({tp.topic_id, names.at(tp.topic_id), {}});
      topics.back().partitions.push_back(tp.partition);
    }
    return assignment;
  };
  ConsumerGroupDescribeResponse::Group group;
  group.group_id = name_;
  group.group_state = state();
  group.group_epoch = epoch_;
  group.assignment_epoch = assignment_epoch_;
  group.assignor_name = assignor_;
  for (const auto& [id, member] : members_) {
    ConsumerGroupDescribeResponse::Member& one = group.members.emplace_back();
    one.member_id = id;
    one.instance_id = member.instance_id;
    one.rack_id = member.rack_id;
    one.member_epoch = member.epoch;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    one.subscribed_topic_names = member.topics;
    one.subscribed_topic_regex = member.regex;
    one.assignment = told(member.assigned);
    if (const auto target = target_.find(id); target != target_.end()) one.target_assignment = told(target->second);
    one.member_type = member.classic ? classic_member_type : consumer_member_type;
  }
  return group;
}

GroupRecords ConsumerGroup::tombstones() const {
  GroupRecords gone;
  const auto put = [&](ConsumerGroupRecord record, const std::string& of = {}) {
    gone.emplace_back(ConsumerGroupKey{record, name_, of}, std::nullopt);
  };
  for (const auto& [id, member] : members_) {
    put(ConsumerGroupRecord::current_member, id);
    put(ConsumerGroupRecord::target_member, id);
    put(ConsumerGroupRecord::member_metadata, id);
  }
  for (const auto& [regex, resolved] : regexes_) put(ConsumerGroupRecord::regular_expression, regex);
  put(ConsumerGroupRecord::target_metadata);
  put(ConsumerGroupRecord::partition_metadata);
  put(ConsumerGroupRecord::metadata);
  return gone;
}

}  // namespace kafkasim
