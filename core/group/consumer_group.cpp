#include "core/group/consumer_group.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/model/topic_regex.hpp"
#include "core/wire/group_record_codec.hpp"

namespace kafkasim {

namespace {

PartitionSet flat_set(const std::vector<ConsumerGroupTopicPartitions>& topics) {
  PartitionSet set;
  for (const ConsumerGroupTopicPartitions& topic : topics) {
    for (const PartitionIndex partition : topic.partitions) set.insert({topic.topic_id, partition});
  }
  return set;
}

std::vector<ConsumerGroupTopicPartitions> by_topic(const PartitionSet& set) {
  std::vector<ConsumerGroupTopicPartitions> topics;
  for (const TopicIdPartition& tp : set) {
    if (topics.empty() || topics.back().topic_id != tp.topic_id) topics.push_back({tp.topic_id, {}});
    topics.back().partitions.push_back(tp.partition);
  }
  return topics;
}

bool has_room(std::size_t members, const GroupTurn& turn) {
  return static_cast<std::int64_t>(members) < turn.limits.most_consumer_members;
}

}  // namespace

// ---- heartbeats -----------------------------------------------------------------------------------

// GroupMetadataManager.throwIfConsumerGroupHeartbeatRequestIsInvalid.
ErrorCode ConsumerGroup::check(const ConsumerGroupHeartbeatRequest& request, const GroupLimits& limits) {
  const auto is_empty = [](const std::optional<std::string>& text) { return text && text->empty(); };
  if (request.member_id.empty() || is_empty(request.instance_id) || is_empty(request.rack_id))
    return ErrorCode::invalid_request;
  if (request.member_epoch < leaving_for_a_while_epoch) return ErrorCode::invalid_request;
  if (request.member_epoch == leaving_for_a_while_epoch && !request.instance_id) return ErrorCode::invalid_request;
  if (request.member_epoch == joining_epoch) {
    const bool owns = !request.topic_partitions || !request.topic_partitions->empty();
    const bool wants = (request.subscribed_topic_names && !request.subscribed_topic_names->empty())
                       || (request.subscribed_topic_regex && !request.subscribed_topic_regex->empty());
    if (!request.rebalance_timeout || owns || !wants) return ErrorCode::invalid_request;
  }
  if (request.subscribed_topic_regex && !request.subscribed_topic_regex->empty()
      && !check_topic_regex(*request.subscribed_topic_regex))
    return ErrorCode::invalid_regular_expression;
  const auto& known = limits.consumer_assignors;
  if (request.server_assignor && std::ranges::find(known, *request.server_assignor) == known.end())
    return ErrorCode::unsupported_assignor;
  return ErrorCode::none;
}

ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> ConsumerGroup::heartbeat(const ConsumerGroupHeartbeatRequest& request,
                                                                             const Joiner& joiner, GroupTurn& turn) {
  if (request.member_epoch < joining_epoch) return leave(request, turn);
  ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> answer;
  GroupRecords& records = answer.change.records;
  const auto known = members_.find(request.member_id);
  const PartitionSet had = known == members_.end() ? PartitionSet{} : known->second.assigned;
  if (const ErrorCode error = find_or_add(request, turn, records); error != ErrorCode::none)
    return {heartbeat_refused(error), {}};
  const std::string& id = request.member_id;
  const bool changed = update_member(id, told_by(request, joiner, members_.at(id)), records);
  const bool other_topics = update_topics(turn, records);
  if (changed || other_topics) rise(records);
  if (epoch_ > assignment_epoch_) update_target(turn, records);
  std::optional<PartitionSet> owned;
  if (request.topic_partitions) owned = flat_set(*request.topic_partitions);
  reconcile(id, owned, turn, records);
  const std::int32_t epoch_before = epoch_;
  resolve_regexes(turn, records);
  const ConsumerGroupMember& member = members_.at(id);
  answer.response = beat(id, turn);
  const bool subscribes = request.subscribed_topic_names || request.subscribed_topic_regex;
  const bool tells_all = request.rebalance_timeout && subscribes && request.topic_partitions;
  if (request.member_epoch == joining_epoch || tells_all || member.assigned != had)
    answer.response.assignment = ConsumerGroupAssignment{by_topic(member.assigned)};
  if (!records.empty()) {
    note_change(changed                  ? fmt::format("member {} joins or changes", id)
                : other_topics           ? "topics have changed"
                : epoch_ != epoch_before ? "other topics match a regular expression"
                                         : fmt::format("member {} goes towards its target", id),
                turn);
  }
  return answer;
}

bool ConsumerGroup::changes_nothing(const ConsumerGroupHeartbeatRequest& request, const Joiner& joiner,
                                    std::int64_t topics_version) const {
  const bool says_more = request.rack_id || request.rebalance_timeout || request.subscribed_topic_names
                         || request.subscribed_topic_regex || request.server_assignor || request.topic_partitions;
  if (says_more || epoch_ != assignment_epoch_ || request.member_epoch != epoch_ || looked_at_ != topics_version) return false;
  const auto found = members_.find(request.member_id);
  if (found == members_.end()) return false;
  const ConsumerGroupMember& member = found->second;
  return member.epoch == epoch_ && member.state == ConsumerMemberState::stable && !member.classic && member.instance_id == request.instance_id
         && member.client_id == joiner.client_id && member.client_host == joiner.client_host && !member.regex && regexes_.empty();
}

ConsumerGroupHeartbeatResponse ConsumerGroup::beat(const std::string& id, GroupTurn& turn) {
  restart_session(id, turn);
  ConsumerGroupHeartbeatResponse response;
  response.member_id = id;
  response.member_epoch = members_.at(id).epoch;
  response.heartbeat_interval = turn.limits.of_group(name_).consumer_heartbeat_interval;
  return response;
}

ErrorCode ConsumerGroup::find_or_add(const ConsumerGroupHeartbeatRequest& request, const GroupTurn& turn,
                                     GroupRecords& records) {
  const bool joins = request.member_epoch == joining_epoch;
  const auto known = members_.find(request.member_id);
  const std::string* of_instance = request.instance_id ? member_of_instance(*request.instance_id) : nullptr;
  if (known == members_.end() && !of_instance) {
    if (!joins) return ErrorCode::unknown_member_id;
    if (!has_room(members_.size(), turn)) return ErrorCode::group_max_size_reached;
    members_[request.member_id];
    return ErrorCode::none;
  }
  if (!request.instance_id) return check_epoch(known->second, request);
  if (!of_instance) return ErrorCode::unknown_member_id;
  if (joins) {
    if (*of_instance == request.member_id && members_.at(*of_instance).epoch == joining_epoch) return ErrorCode::none;
    const ConsumerGroupMember& before = members_.at(*of_instance);
    if (!before.classic && before.epoch != leaving_for_a_while_epoch) return ErrorCode::unreleased_instance_id;
    replace(std::string{*of_instance}, request.member_id, records);
    return ErrorCode::none;
  }
  if (*of_instance != request.member_id) return ErrorCode::fenced_instance_id;
  return check_epoch(known->second, request);
}

// One with its previous epoch has missed an answer, if it owns no more than it may.
ErrorCode ConsumerGroup::check_epoch(const ConsumerGroupMember& member, const ConsumerGroupHeartbeatRequest& request) {
  if (request.member_epoch == member.epoch) return ErrorCode::none;
  if (request.member_epoch > member.epoch || request.member_epoch != member.previous_epoch || !request.topic_partitions)
    return ErrorCode::fenced_member_epoch;
  const PartitionSet owned = flat_set(*request.topic_partitions);
  const bool may = std::ranges::includes(member.assigned, owned);
  return may ? ErrorCode::none : ErrorCode::fenced_member_epoch;
}

ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> ConsumerGroup::leave(const ConsumerGroupHeartbeatRequest& request,
                                                                         GroupTurn& turn) {
  std::string id = request.member_id;
  if (const ErrorCode error = find_member(id, request.instance_id); error != ErrorCode::none) return {heartbeat_refused(error), {}};
  ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> answer;
  answer.response.member_id = id;
  answer.response.member_epoch = request.member_epoch;
  if (request.member_epoch == leaving_for_a_while_epoch) {
    ConsumerGroupMember& member = members_.at(id);
    member.epoch = leaving_for_a_while_epoch;
    member.revoking.clear();
    put_current(id, answer.change.records);
    note_change(fmt::format("static member {} leaves for a while", *request.instance_id), turn);
  } else {
    fence(id, fmt::format("member {} leaves", id), turn, answer.change);
  }
  return answer;
}

ConsumerGroupMember ConsumerGroup::told_by(const ConsumerGroupHeartbeatRequest& request, const Joiner& joiner,
                                           ConsumerGroupMember member) {
  member.classic.reset();
  member.client_id = joiner.client_id;
  member.client_host = joiner.client_host;
  if (request.instance_id) member.instance_id = request.instance_id;
  if (request.rack_id) member.rack_id = request.rack_id;
  if (request.rebalance_timeout) member.rebalance_timeout = *request.rebalance_timeout;
  if (request.server_assignor) member.assignor = request.server_assignor;
  if (request.subscribed_topic_names) member.topics = *request.subscribed_topic_names;
  if (request.subscribed_topic_regex) member.regex = request.subscribed_topic_regex;
  if (member.regex && member.regex->empty()) member.regex.reset();
  return member;
}

bool ConsumerGroup::update_member(const std::string& id, ConsumerGroupMember now, GroupRecords& records) {
  std::ranges::sort(now.topics);
  now.topics.erase(std::unique(now.topics.begin(), now.topics.end()), now.topics.end());
  ConsumerGroupMember& member = members_.at(id);
  const ConsumerGroupMember before = std::exchange(member, std::move(now));
  const bool is_new = before.epoch == joining_epoch && before.previous_epoch == joining_epoch && before.topics.empty() && !before.regex;
  if (!is_new && member == before) return false;
  put_member(id, records);
  const bool other_regex = member.regex != before.regex;
  if (other_regex) drop_regex(before.regex, records);
  // One that nobody has looked up yet changes nothing so far.
  const bool is_resolved = !member.regex || regexes_.contains(*member.regex);
  return is_new || member.topics != before.topics || member.assignor != before.assignor || (other_regex && is_resolved);
}

// The topics that members subscribe to, as the metadata has them now.
bool ConsumerGroup::update_topics(const GroupTurn& turn, GroupRecords& records) {
  looked_at_ = turn.topics_version;
  std::map<std::string, KnownTopic> now;
  for (const auto& [id, member] : members_) {
    each_topic_of(member, [&](const std::string& name) {
      const auto known = turn.topics.find(name);
      if (known != turn.topics.end()) now[name] = {known->second.id, known->second.partitions};
    });
  }
  if (now == topics_) return false;
  topics_ = std::move(now);
  ConsumerGroupPartitionMetadataValue value;
  for (const auto& [name, topic] : topics_) value.topics.push_back({topic.id, name, topic.partitions, {}});
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::partition_metadata, name_, {}},
                       encode_consumer_group_value(value));
  return true;
}

void ConsumerGroup::rise(GroupRecords& records) {
  ++epoch_;
  put_epoch(records);
}

// Most members' wish; of equally many the first by name; without wishes the broker's first.
std::string ConsumerGroup::assignor(const GroupTurn& turn) const {
  std::map<std::string, int> votes;
  for (const auto& [id, member] : members_) {
    if (member.assignor) ++votes[*member.assignor];
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& entry) { return entry.second; });
  return most == votes.end() ? turn.limits.consumer_assignors.front() : most->first;
}

void ConsumerGroup::update_target(const GroupTurn& turn, GroupRecords& records) {
  std::map<std::string, ConsumerGroupSubscriber> subscribers;
  std::map<Uuid, std::int32_t> partitions;
  for (const auto& [id, member] : members_) {
    ConsumerGroupSubscriber& subscriber = subscribers[id];
    subscriber.instance_id = member.instance_id;
    each_topic_of(member, [&](const std::string& name) {
      if (const auto topic = topics_.find(name); topic != topics_.end()) subscriber.topics.insert(topic->second.id);
    });
    if (const auto before = target_.find(id); before != target_.end()) subscriber.before = before->second;
  }
  for (const auto& [name, topic] : topics_) partitions[topic.id] = topic.partitions;
  assignor_ = assignor(turn);
  const TargetAssignment before = std::exchange(target_, assign_on_the_server(assignor_, subscribers, partitions));
  for (const auto& [id, to_own] : target_) {
    const auto had = before.find(id);
    if (had == before.end() || had->second != to_own) put_target(id, records);
  }
  assignment_epoch_ = epoch_;
  put_target_epoch(records);
}

// ---- members that go ------------------------------------------------------------------------------

void ConsumerGroup::remove(const std::string& id, GroupRecords& records) {
  for (const auto kind :
       {ConsumerGroupRecord::current_member, ConsumerGroupRecord::target_member, ConsumerGroupRecord::member_metadata})
    records.emplace_back(ConsumerGroupKey{kind, name_, id}, std::nullopt);
  const auto member = members_.extract(id);
  if (!member.empty()) drop_regex(member.mapped().regex, records);
  target_.erase(id);
  for (const TimerKind kind : {TimerKind::session, TimerKind::revocation, TimerKind::join, TimerKind::sync})
    timers_.set({kind, id}, std::nullopt);
}

void ConsumerGroup::fence(const std::string& id, const std::string& why, GroupTurn& turn, ConsumerGroupChange& change) {
  const bool downgrades = may_become_classic_without(id, members_.size() - 1, turn);
  remove(id, change.records);
  if (downgrades) {
    change.downgrade = Downgrade::by_leaving;
    return;
  }
  (void)update_topics(turn, change.records);
  rise(change.records);
  note_change(why, turn);
}

void ConsumerGroup::restart_session(const std::string& id, const GroupTurn& turn) {
  const auto& classic = members_.at(id).classic;
  timers_.set({TimerKind::session, id},
              turn.env.now + (classic ? classic->session_timeout : turn.limits.of_group(name_).consumer_session_timeout));
}

// A static member that is back, under another id.
void ConsumerGroup::replace(const std::string& from, const std::string& to, GroupRecords& records) {
  ConsumerGroupMember member = members_.at(from);
  PartitionSet target = target_[from];
  members_[to].regex = member.regex;  // goes on being used
  remove(from, records);
  member.epoch = joining_epoch;
  member.previous_epoch = joining_epoch;
  members_[to] = std::move(member);
  target_[to] = std::move(target);
  put_target(to, records);
  put_member(to, records);
  put_current(to, records);
}

ConsumerGroupChange ConsumerGroup::on_due(GroupTurn& turn) {
  const auto what_it_missed = [](TimerKind kind) {
    switch (kind) {
      case TimerKind::session: return "was not heard of in its session timeout";
      case TimerKind::revocation: return "has not given up partitions in its rebalance timeout";
      case TimerKind::join: return "has not joined again in its rebalance timeout";
      case TimerKind::sync: return "sent no SyncGroup in its rebalance timeout";
    }
    return "";
  };
  ConsumerGroupChange change;
  while (change.downgrade == Downgrade::none) {
    const std::optional<Timer> timer = timers_.take_first_due(turn.env.now);
    if (!timer) break;
    if (!members_.contains(timer->member)) continue;
    fence(timer->member, fmt::format("member {} {}", timer->member, what_it_missed(timer->kind)), turn, change);
  }
  return change;
}

void ConsumerGroup::on_loaded(GroupTurn& turn) {
  for (const auto& [id, member] : members_) {
    restart_session(id, turn);
    if (member.state == ConsumerMemberState::unrevoked)
      timers_.set({TimerKind::revocation, id}, turn.env.now + member.rebalance_timeout);
  }
  if (!assignor_.empty()) return;
  assignor_ = assignor(turn);
  note_change("loaded", turn);
}

// ---- records --------------------------------------------------------------------------------------

void ConsumerGroup::put_epoch(GroupRecords& records) const {
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::metadata, name_, {}},
                       encode_consumer_group_value(ConsumerGroupMetadataValue{epoch_}));
}

void ConsumerGroup::put_target_epoch(GroupRecords& records) const {
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::target_metadata, name_, {}},
                       encode_consumer_group_value(ConsumerGroupTargetMetadataValue{assignment_epoch_}));
}

void ConsumerGroup::put_member(const std::string& id, GroupRecords& records) const {
  const ConsumerGroupMember& member = members_.at(id);
  ConsumerGroupMemberMetadataValue value;
  value.instance_id = member.instance_id;
  value.rack_id = member.rack_id;
  value.client_id = member.client_id;
  value.client_host = member.client_host;
  value.subscribed_topic_names = member.topics;
  value.subscribed_topic_regex = member.regex;
  value.rebalance_timeout = member.rebalance_timeout;
  value.server_assignor = member.assignor;
  value.classic_member_metadata = member.classic;
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::member_metadata, name_, id},
                       encode_consumer_group_value(value));
}

void ConsumerGroup::put_target(const std::string& id, GroupRecords& records) const {
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::target_member, name_, id},
                       encode_consumer_group_value(ConsumerGroupTargetMemberValue{by_topic(target_.at(id))}));
}

void ConsumerGroup::put_current(const std::string& id, GroupRecords& records) const {
  const ConsumerGroupMember& member = members_.at(id);
  ConsumerGroupCurrentMemberValue value;
  value.member_epoch = member.epoch;
  value.previous_member_epoch = member.previous_epoch;
  value.state = static_cast<std::int8_t>(member.state);
  value.assigned_partitions = by_topic(member.assigned);
  value.partitions_pending_revocation = by_topic(member.revoking);
  records.emplace_back(ConsumerGroupKey{ConsumerGroupRecord::current_member, name_, id},
                       encode_consumer_group_value(value));
}

void ConsumerGroup::replay(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value) {
  switch (key.record) {
    case ConsumerGroupRecord::metadata:
      if (const auto read = value ? decode_consumer_group_value<ConsumerGroupMetadataValue>(*value)
                                  : Result<ConsumerGroupMetadataValue>{})
        epoch_ = read->epoch;
      break;
    case ConsumerGroupRecord::partition_metadata: {
      topics_.clear();
      if (!value) break;
      const auto read = decode_consumer_group_value<ConsumerGroupPartitionMetadataValue>(*value);
      if (!read) break;
      for (const auto& topic : read->topics) topics_[topic.topic_name] = {topic.topic_id, topic.num_partitions};
      break;
    }
    case ConsumerGroupRecord::target_metadata:
      if (const auto read = value ? decode_consumer_group_value<ConsumerGroupTargetMetadataValue>(*value)
                                  : Result<ConsumerGroupTargetMetadataValue>{})
        assignment_epoch_ = read->assignment_epoch;
      break;
    case ConsumerGroupRecord::member_metadata:
    case ConsumerGroupRecord::target_member:
    case ConsumerGroupRecord::current_member: replay_member(key, value); break;
    case ConsumerGroupRecord::regular_expression: replay_regex(key, value); break;
  }
}

void ConsumerGroup::replay_member(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value) {
  if (!value) {
    if (key.record == ConsumerGroupRecord::target_member) target_.erase(key.member);
    if (key.record == ConsumerGroupRecord::member_metadata) members_.erase(key.member);
    return;
  }
  if (key.record == ConsumerGroupRecord::target_member) {
    if (const auto read = decode_consumer_group_value<ConsumerGroupTargetMemberValue>(*value))
      target_[key.member] = flat_set(read->topic_partitions);
  } else if (key.record == ConsumerGroupRecord::member_metadata) {
    const auto read = decode_consumer_group_value<ConsumerGroupMemberMetadataValue>(*value);
    if (!read) return;
    ConsumerGroupMember& member = members_[key.member];
    member.instance_id = read->instance_id;
    member.rack_id = read->rack_id;
    member.client_id = read->client_id;
    member.client_host = read->client_host;
    member.topics = read->subscribed_topic_names;
    member.regex = read->subscribed_topic_regex;
    if (member.regex && member.regex->empty()) member.regex.reset();
    member.rebalance_timeout = read->rebalance_timeout.value_or(member.rebalance_timeout);
    member.assignor = read->server_assignor;
    member.classic = read->classic_member_metadata;
    if (member.classic && member.classic->supported_protocols.empty()) member.classic.reset();
  } else if (const auto read = decode_consumer_group_value<ConsumerGroupCurrentMemberValue>(*value)) {
    const auto found = members_.find(key.member);
    if (found == members_.end() || read->state < 0 || read->state > 2) return;
    found->second.epoch = read->member_epoch;
    found->second.previous_epoch = read->previous_member_epoch;
    found->second.state = static_cast<ConsumerMemberState>(read->state);
    found->second.assigned = flat_set(read->assigned_partitions);
    found->second.revoking = flat_set(read->partitions_pending_revocation);
  }
}

}  // namespace kafkasim
