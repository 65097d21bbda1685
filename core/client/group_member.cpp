#include "core/client/group_member.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"
#include "core/message/leave_group.hpp"
#include "core/wire/consumer_protocol_codec.hpp"

namespace kafkasim {

namespace {

constexpr const char* member_protocol_type = "consumer";
// JoinGroup is answered when the rebalance ends: the request may take that long, and a little more.
constexpr Duration join_lapse = seconds(5);

}  // namespace

bool says_coordinator_elsewhere(ErrorCode error) {
  return error == ErrorCode::not_coordinator || error == ErrorCode::coordinator_not_available;
}

GroupMember::GroupMember(ConsumeGroup what, const ConsumerConfig& config)
    : group_{std::move(what.group)},
      topics_{std::move(what.topics)},
      regex_{std::move(what.regex)},
      config_{config},
      backoff_{config},
      assignors_{assignors_of(config.partition_assignment_strategy)},
      rebalance_protocol_{kafkasim::rebalance_protocol(assignors_)} {
  if (!config.group_instance_id.empty()) instance_id_ = config.group_instance_id;
  if (config.group_protocol != "consumer") return;
  consumer_.emplace();
  rebalance_protocol_ = RebalanceProtocol::cooperative;
}

void GroupMember::pump(Where where, Parts parts, Env& env) {
  if (fatal_) return;
  if (consumer_) return pump_consumer(where, parts, env);
  if (where == Where::inside_poll) last_poll_ = env.now;
  const bool beats = state_ == MemberState::syncing || state_ == MemberState::stable;
  if (beats && coordinator_ && session_ends_ <= env.now) coordinator_lost(parts, env);
  if (beats && where == Where::away && last_poll_ + config_.max_poll_interval <= env.now) {
    env.out.note(trace::PollTimedOut{group_});
    leave(parts, "consumer poll timeout has expired.", env);
    return;
  }
  if (!coordinator_) {
    if (beats || coordinator_wanted_ || where == Where::inside_poll) find_coordinator(parts, env);
    return;
  }
  if (to_assign_) sync(parts, env);
  if (beats && !heartbeat_request_ && next_heartbeat_ <= env.now) heartbeat(parts, env);
  if (state_ == MemberState::stable) watch_partition_counts(parts.cluster);
  const bool may_join = rejoin_wanted_ && prepared_ && may_join_at_ <= env.now;
  if (where == Where::inside_poll && may_join && !join_request_ && !sync_request_ && !to_assign_) join(parts, env);
}

std::optional<Instant> GroupMember::next_deadline(Where where, Instant now) const {
  std::optional<Instant> next;
  if (fatal_) return next;
  const auto later = [&next, now](Instant at) {
    if (at > now) next = earlier(next, at);
  };
  const bool joins_by_heartbeat = consumer_ && state_ == MemberState::joining;
  const bool beats = state_ == MemberState::syncing || state_ == MemberState::stable || joins_by_heartbeat;
  if (!coordinator_ && !find_request_) later(may_find_at_);
  if (beats && coordinator_ && !consumer_) later(session_ends_);
  if (beats && coordinator_ && !heartbeat_request_) later(next_heartbeat_);
  if (beats && where == Where::away) later(last_poll_ + config_.max_poll_interval);
  if (where == Where::inside_poll && rejoin_wanted_) later(may_join_at_);
  return next;
}

bool GroupMember::take(const Completion& done, Parts parts, Env& env) {
  if (find_request_ == done.id) {
    find_request_.reset();
    on_coordinator(done, env);
  } else if (join_request_ == done.id) {
    join_request_.reset();
    on_join(done, parts, env);
  } else if (sync_request_ == done.id) {
    sync_request_.reset();
    on_sync(done, parts, env);
  } else if (heartbeat_request_ == done.id) {
    heartbeat_request_.reset();
    if (consumer_) {
      on_consumer_heartbeat(done, parts, env);
    } else {
      on_heartbeat(done, parts, env);
    }
  } else if (leave_request_ == done.id) {
    leave_request_.reset();
    const auto* answer = done.response ? done.response->get_if<LeaveGroupResponse>() : nullptr;
    if (answer && answer->error_code != ErrorCode::none) saw(ApiKey::leave_group, answer->error_code, env);
    const auto* beat = done.response ? done.response->get_if<ConsumerGroupHeartbeatResponse>() : nullptr;
    if (beat && beat->error_code != ErrorCode::none) saw(ApiKey::consumer_group_heartbeat, beat->error_code, env);
  } else {
    return false;
  }
  return true;
}

// ---- the coordinator ------------------------------------------------------------------------------
std::optional<ClusterView::Peer> GroupMember::coordinator() const {
  if (!coordinator_) return std::nullopt;
  return ClusterView::Peer{coordinator_peer(*coordinator_), coordinator_endpoint_};
}

void GroupMember::find_coordinator(Parts parts, Env& env) {
  if (find_request_ || may_find_at_ > env.now) return;
  const std::optional<ClusterView::Peer> peer = parts.cluster.any_node(parts.channel, env);
  if (!peer) {
    may_find_at_ = env.now + backoff_.after(find_failures_, env.random);
    return;
  }
  FindCoordinatorRequest ask;
  ask.key_type = CoordinatorType::group;
  ask.coordinator_keys = {group_};
  find_request_ = parts.channel.send(peer->key, peer->endpoint, Message::of(std::move(ask)), env);
}

void GroupMember::on_coordinator(const Completion& done, Env& env) {
  const auto* answer = done.response ? done.response->get_if<FindCoordinatorResponse>() : nullptr;
  ErrorCode error = ErrorCode::network_exception;
  if (answer && !answer->coordinators.empty()) {
    const FindCoordinatorResponse::Coordinator& found = answer->coordinators.front();
    error = found.error_code;
    if (error == ErrorCode::none && found.node_id && found.port) {
      coordinator_ = found.node_id;
      coordinator_endpoint_ = Endpoint{found.host, *found.port};
      coordinator_wanted_ = false;
      find_failures_ = 0;
      session_ends_ = env.now + config_.session_timeout;
      return;
    }
    if (error != ErrorCode::none) saw(ApiKey::find_coordinator, error, env);
    if (error != ErrorCode::none && !is_retriable(error)) {
      fatal_ = fmt::format("FindCoordinator for {} answered {}", group_, error_name(error));
    }
  }
  may_find_at_ = env.now + backoff_.after(find_failures_++, env.random);
}

void GroupMember::coordinator_lost(Parts parts, Env& env) {
  if (!coordinator_) return;
  parts.channel.disconnect(coordinator_peer(*coordinator_), env);
  coordinator_.reset();
  coordinator_wanted_ = true;
  ++losses_;
  may_find_at_ = env.now + backoff_.after(0, env.random);
  if (heartbeat_request_ && consumer_) consumer_->tell_all = true;  // what it told may never have arrived
  heartbeat_request_.reset();
  leave_request_.reset();
  const bool was_joining = join_request_ || sync_request_ || to_assign_;
  join_request_.reset();
  sync_request_.reset();
  to_assign_.reset();
  if (was_joining) rejoin_later(env);
}

// ---- joining --------------------------------------------------------------------------------------
void GroupMember::rejoin_later(Env& env) {
  state_ = MemberState::unjoined;
  rejoin_wanted_ = true;
  may_join_at_ = env.now + backoff_.after(join_failures_++, env.random);
}

void GroupMember::prepared(std::vector<TopicPartition> owned) {
  prepared_ = true;
  owned_ = std::move(owned);
}

void GroupMember::start_anew(MemberIdIs id) {
  state_ = MemberState::unjoined;
  generation_.reset();
  if (id == MemberIdIs::forgotten) member_id_.clear();
  rejoin_wanted_ = true;
  prepared_ = false;
  join_request_.reset();
  sync_request_.reset();
  to_assign_.reset();
  assigned_counts_.clear();
  if (!consumer_) return;
  *consumer_ = ConsumerMembership{};
  heartbeat_request_.reset();
  assignment_.reset();
}

void GroupMember::join(Parts parts, Env& env) {
  ConsumerProtocolSubscription subscription;
  subscription.topics = topics_;
  for (const TopicPartition& tp : owned_) {
    auto& owned = subscription.owned_partitions;
    if (owned.empty() || owned.back().topic != tp.topic) owned.push_back({tp.topic, {}});
    owned.back().partitions.push_back(tp.partition);
  }
  subscription.generation_id = generation_;
  if (!config_.client_rack.empty()) subscription.rack_id = config_.client_rack;
  JoinGroupRequest ask;
  ask.group_id = group_;
  ask.session_timeout = config_.session_timeout;
  ask.rebalance_timeout = config_.max_poll_interval;
  ask.member_id = member_id_;
  ask.protocol_type = member_protocol_type;
  ask.group_instance_id = instance_id_;
  for (const Assignor assignor : assignors_) {
    subscription.user_data = user_data(assignor, last_assignment_);
    ask.protocols.push_back({std::string{assignor_name(assignor)}, encode_consumer_protocol(subscription)});
  }
  state_ = MemberState::joining;
  assigned_counts_.clear();
  const Duration timeout = std::max(config_.request_timeout, config_.max_poll_interval + join_lapse);
  const auto peer = *coordinator();
  join_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(ask)), env, timeout);
}

void GroupMember::on_join(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<JoinGroupResponse>() : nullptr;
  if (!answer) {
    rejoin_later(env);
    coordinator_lost(parts, env);
    return;
  }
  if (answer->error_code != ErrorCode::none) {
    on_join_error(*answer, parts, env);
    return;
  }
  if (!answer->generation_id || answer->member_id.empty()) {
    rejoin_later(env);
    return;
  }
  state_ = MemberState::syncing;
  generation_ = answer->generation_id;
  member_id_ = answer->member_id;
  protocol_ = answer->protocol_name.value_or("");
  next_heartbeat_ = env.now + config_.heartbeat_interval;
  session_ends_ = env.now + config_.session_timeout;
  heartbeat_failures_ = 0;
  to_assign_ = *answer;
  if (answer->leader == member_id_) {
    for (const JoinGroupResponse::Member& member : answer->members) {
      const auto subscription = decode_subscription(member.metadata);
      if (!subscription) continue;
      for (const std::string& topic : subscription->topics) parts.cluster.add_topic(topic);
    }
  }
  sync(parts, env);
}

void GroupMember::on_join_error(const JoinGroupResponse& answer, Parts parts, Env& env) {
  const ErrorCode error = answer.error_code;
  saw(ApiKey::join_group, error, env);
  if (error == ErrorCode::member_id_required) {
    state_ = MemberState::unjoined;
    generation_.reset();
    member_id_ = answer.member_id;
    may_join_at_ = env.now;
  } else if (error == ErrorCode::unknown_member_id) {
    start_anew(MemberIdIs::forgotten);
    may_join_at_ = env.now;
  } else if (error == ErrorCode::rebalance_in_progress) {
    state_ = MemberState::unjoined;
    may_join_at_ = env.now + backoff_.after(join_failures_++, env.random);
  } else if (says_coordinator_elsewhere(error)) {
    rejoin_later(env);
    coordinator_lost(parts, env);
  } else if (is_retriable(error)) {
    rejoin_later(env);
  } else {
    fatal_ = fmt::format("JoinGroup of {} answered {}", group_, error_name(error));
  }
}

bool GroupMember::topics_known(const ClusterView& cluster, const JoinGroupResponse& joined) const {
  return std::ranges::all_of(joined.members, [&cluster](const JoinGroupResponse::Member& member) {
    const auto subscription = decode_subscription(member.metadata);
    return !subscription || std::ranges::all_of(subscription->topics, [&cluster](const std::string& topic) {
      return cluster.was_answered(topic);
    });
  });
}

void GroupMember::sync(Parts parts, Env& env) {
  const JoinGroupResponse& joined = *to_assign_;
  const bool leads = joined.leader == member_id_ && !joined.skip_assignment;
  if ((leads || joined.skip_assignment) && !topics_known(parts.cluster, joined)) return;  // goes on when the metadata is there
  SyncGroupRequest ask;
  ask.group_id = group_;
  ask.generation_id = *generation_;
  ask.member_id = member_id_;
  ask.group_instance_id = instance_id_;
  ask.protocol_type = member_protocol_type;
  ask.protocol_name = protocol_;
  if (leads) {
    ask.assignments = assign(parts.cluster, joined);
  } else if (joined.skip_assignment) {  // a leader all the same: it sees topics change
    (void)topics_to_assign(parts.cluster, joined);
  }
  to_assign_.reset();
  const auto peer = *coordinator();
  sync_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(ask)), env);
}

// The partition counts by which it assigns are those whose change makes it rejoin.
AssignorTopics GroupMember::topics_to_assign(const ClusterView& cluster, const JoinGroupResponse& joined) {
  AssignorTopics topics;
  assigned_counts_.clear();
  for (const JoinGroupResponse::Member& member : joined.members) {
    const auto subscription = decode_subscription(member.metadata);
    if (!subscription) continue;
    for (const std::string& topic : subscription->topics) {
      if (topics.contains(topic)) continue;
      const TopicView* view = cluster.topic(topic);
      AssignorTopic& known = topics[topic];
      known.partitions = view ? static_cast<std::int32_t>(view->partitions.size()) : 0;
      if (view) known.racks = cluster.racks_of(*view);
      assigned_counts_[topic] = known.partitions;
    }
  }
  return topics;
}

std::vector<SyncGroupRequest::Assignment> GroupMember::assign(const ClusterView& cluster,
                                                              const JoinGroupResponse& joined) {
  const AssignorTopics topics = topics_to_assign(cluster, joined);
  const Assignor assignor = assignor_named(protocol_).value_or(Assignor::range);
  std::vector<AssignorMember> members;
  for (const JoinGroupResponse::Member& member : joined.members) {
    // A member whose subscription cannot be read gets nothing.
    const auto subscription = decode_subscription(member.metadata);
    members.push_back(assignor_member(assignor, member.member_id, member.group_instance_id,
                                      subscription ? *subscription : ConsumerProtocolSubscription{}));
  }
  std::vector<SyncGroupRequest::Assignment> assignments;
  for (auto& [member, partitions] : kafkasim::assign(assignor, members, topics)) {
    std::ranges::sort(partitions);
    ConsumerProtocolAssignment assignment;
    for (const TopicPartition& tp : partitions) {
      auto& of_topics = assignment.assigned_partitions;
      if (of_topics.empty() || of_topics.back().topic != tp.topic) of_topics.push_back({tp.topic, {}});
      of_topics.back().partitions.push_back(tp.partition);
    }
    assignments.push_back({member, encode_consumer_protocol(assignment)});
  }
  return assignments;
}

void GroupMember::on_sync(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<SyncGroupResponse>() : nullptr;
  if (!answer) {
    rejoin_later(env);
    coordinator_lost(parts, env);
    return;
  }
  const ErrorCode error = answer->error_code;
  if (error != ErrorCode::none) {
    saw(ApiKey::sync_group, error, env);
    if (error == ErrorCode::unknown_member_id || error == ErrorCode::illegal_generation) {
      start_anew(error == ErrorCode::unknown_member_id ? MemberIdIs::forgotten : MemberIdIs::kept);
      may_join_at_ = env.now;
    } else if (error == ErrorCode::rebalance_in_progress) {
      state_ = MemberState::unjoined;
      rejoin_wanted_ = true;
      may_join_at_ = env.now;
    } else if (says_coordinator_elsewhere(error)) {
      rejoin_later(env);
      coordinator_lost(parts, env);
    } else if (is_retriable(error)) {
      rejoin_later(env);
    } else {
      fatal_ = fmt::format("SyncGroup of {} answered {}", group_, error_name(error));
    }
    return;
  }
  const auto assignment = decode_assignment(answer->assignment);
  if (!assignment) {
    fatal_ = fmt::format("unreadable assignment in {}: {}", group_, assignment.error().message);
    return;
  }
  state_ = MemberState::stable;
  rejoin_wanted_ = false;
  prepared_ = false;
  join_failures_ = 0;
  assignment_.emplace();
  for (const auto& topic : assignment->assigned_partitions) {
    parts.cluster.add_topic(topic.topic);
    for (const PartitionIndex partition : topic.partitions) assignment_->push_back({topic.topic, partition});
  }
  last_assignment_ = {*assignment_, generation_};
}

std::optional<std::vector<TopicPartition>> GroupMember::take_assignment() {
  return std::exchange(assignment_, std::nullopt);
}

void GroupMember::watch_partition_counts(const ClusterView& cluster) {
  for (const auto& [topic, count] : assigned_counts_) {
    const TopicView* view = cluster.topic(topic);
    if ((view ? std::ssize(view->partitions) : 0) != count) rejoin_wanted_ = true;
  }
}

// ---- staying --------------------------------------------------------------------------------------
void GroupMember::heartbeat(Parts parts, Env& env) {
  HeartbeatRequest beat;
  beat.group_id = group_;
  beat.generation_id = *generation_;
  beat.member_id = member_id_;
  beat.group_instance_id = instance_id_;
  next_heartbeat_ = env.now + config_.heartbeat_interval;
  heartbeat_generation_ = generation_;
  const auto peer = *coordinator();
  heartbeat_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(beat)), env);
}

void GroupMember::on_heartbeat(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<HeartbeatResponse>() : nullptr;
  if (!answer) {
    coordinator_lost(parts, env);
    next_heartbeat_ = env.now + backoff_.after(heartbeat_failures_++, env.random);
    return;
  }
  const ErrorCode error = answer->error_code;
  if (error != ErrorCode::none) saw(ApiKey::heartbeat, error, env);
  const bool fenced = error == ErrorCode::unknown_member_id || error == ErrorCode::illegal_generation
                      || error == ErrorCode::fenced_instance_id;
  if (error == ErrorCode::none || error == ErrorCode::rebalance_in_progress
      || (fenced && heartbeat_generation_ != generation_)) {
    // A group that rebalances still counts this member as alive.
    session_ends_ = env.now + config_.session_timeout;
    heartbeat_failures_ = 0;
    if (error == ErrorCode::rebalance_in_progress && state_ == MemberState::stable) rejoin_wanted_ = true;
  } else if (error == ErrorCode::fenced_instance_id) {
    fatal_ = fmt::format("another consumer has taken the place of {} in {}", *instance_id_, group_);
  } else if (fenced) {
    start_anew(error == ErrorCode::illegal_generation ? MemberIdIs::kept : MemberIdIs::forgotten);
  } else if (says_coordinator_elsewhere(error)) {
    coordinator_lost(parts, env);
    next_heartbeat_ = env.now + backoff_.after(heartbeat_failures_++, env.random);
  } else if (is_retriable(error)) {
    next_heartbeat_ = env.now + backoff_.after(heartbeat_failures_++, env.random);
  } else {
    fatal_ = fmt::format("Heartbeat of {} answered {}", group_, error_name(error));
  }
}

void GroupMember::on_commit_error(ErrorCode error, std::optional<Generation> sent_generation, Parts parts, Env& env) {
  if (says_coordinator_elsewhere(error) || error == ErrorCode::request_timed_out) {
    coordinator_lost(parts, env);
  } else if (consumer_) {
    return;  // what it says of the membership the next heartbeat says too
  } else if (error == ErrorCode::fenced_instance_id) {
    fatal_ = fmt::format("another consumer has taken the place of {} in {}", instance_id_.value_or(""), group_);
  } else if (error == ErrorCode::rebalance_in_progress) {
    rejoin_wanted_ = true;
  } else if (error == ErrorCode::unknown_member_id || error == ErrorCode::illegal_generation) {
    if (sent_generation != generation_ && state_ == MemberState::joining) return;  // it has moved on already
    start_anew(error == ErrorCode::unknown_member_id ? MemberIdIs::forgotten : MemberIdIs::kept);
  }
}

bool GroupMember::leave(Parts parts, const std::string& reason, Env& env) {
  if (consumer_) {
    leave_consumer_group(parts, env);
    return leave_request_.has_value();
  }
  const bool is_member = state_ != MemberState::unjoined && !member_id_.empty();
  if (is_member && coordinator_ && !instance_id_) {
    LeaveGroupRequest ask;
    ask.group_id = group_;
    ask.members.push_back(LeaveGroupRequest::Member{member_id_, std::nullopt, reason});
    const auto peer = *coordinator();
    leave_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(ask)), env);
  }
  start_anew(MemberIdIs::forgotten);
  return leave_request_.has_value();
}

void GroupMember::saw(ApiKey api, ErrorCode error, Env& env) { env.out.note(trace::ClientSawError{api, error}); }

}  // namespace kafkasim
