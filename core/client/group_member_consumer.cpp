// GroupMember under the consumer protocol (KIP-848): one request, and a target that is reconciled step by step.
#include <algorithm>

#include <fmt/format.h>

#include "core/client/group_member.hpp"
#include "core/machine/deadlines.hpp"
#include "core/model/random_uuid.hpp"

namespace kafkasim {

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

std::vector<ConsumerGroupTopicPartitions> normal(std::vector<ConsumerGroupTopicPartitions> topics) {
  for (ConsumerGroupTopicPartitions& topic : topics) std::ranges::sort(topic.partitions);
  std::ranges::sort(topics, {}, &ConsumerGroupTopicPartitions::topic_id);
  return topics;
}

}  // namespace

void GroupMember::pump_consumer(Where where, Parts parts, Env& env) {
  const bool is_member = state_ != MemberState::unjoined;
  if (where == Where::inside_poll) last_poll_ = env.now;
  if (is_member && where == Where::away && last_poll_ + config_.max_poll_interval <= env.now) {
    env.out.note(trace::PollTimedOut{group_});
    leave_consumer_group(parts, env);
    return;
  }
  if (!coordinator_) {
    if (is_member || coordinator_wanted_ || where == Where::inside_poll) find_coordinator(parts, env);
    return;
  }
  if (state_ == MemberState::stable && where == Where::inside_poll) look_at_target(parts.cluster);
  if (heartbeat_request_) return;
  const bool joins = state_ == MemberState::unjoined && prepared_ && where == Where::inside_poll;
  if (joins && may_join_at_ <= env.now) {
    state_ = MemberState::joining;
    consumer_->tell_all = true;
    consumer_heartbeat(parts, env);
  } else if (is_member && (next_heartbeat_ <= env.now || consumer_->tell_owned)) {
    consumer_heartbeat(parts, env);
  }
}

// A target whose topics are known by name is prepared for by the consumer, then taken over.
void GroupMember::look_at_target(ClusterView& cluster) {
  if (!consumer_->target) return;
  std::vector<TopicPartition> partitions;
  for (const ConsumerGroupTopicPartitions& topic : *consumer_->target) {
    const std::string* name = cluster.topic_named(topic.topic_id);
    if (!name) {
      if (!regex_.empty()) cluster.add_topic(topic.topic_id);
      cluster.request_update();
      return;
    }
    for (const PartitionIndex partition : topic.partitions) partitions.push_back({*name, partition});
  }
  if (!prepared_) {
    rejoin_wanted_ = true;  // the consumer prepares
    consumer_->named = std::move(partitions);
    return;
  }
  if (!regex_.empty()) {  // what does not match any more is not asked for any more
    std::set<std::string> names{topics_.begin(), topics_.end()};
    for (const TopicPartition& tp : partitions) names.insert(tp.topic);
    cluster.forget_topics_but(names);
  }
  std::ranges::sort(partitions);
  consumer_->owned = std::move(*consumer_->target);
  consumer_->target.reset();
  consumer_->tell_owned = true;
  assignment_ = std::move(partitions);
  rejoin_wanted_ = false;
  prepared_ = false;
}

void GroupMember::consumer_heartbeat(Parts parts, Env& env) {
  if (member_id_.empty()) member_id_ = to_string(random_uuid(env.random));  // the member keeps it as long as it lives
  ConsumerGroupHeartbeatRequest ask;
  ask.group_id = group_;
  ask.member_id = member_id_;
  ask.member_epoch = generation_ ? generation_->value : joining_epoch;
  ask.instance_id = instance_id_;
  if (consumer_->tell_all || consumer_->tell_owned) forget_target();
  if (consumer_->tell_all) {
    ask.rack_id = unless_empty(config_.client_rack);
    ask.rebalance_timeout = config_.max_poll_interval;
    ask.subscribed_topic_names = topics_;
    ask.subscribed_topic_regex = unless_empty(regex_);
    ask.server_assignor = unless_empty(config_.group_remote_assignor);
  }
  if (consumer_->tell_all || consumer_->tell_owned) ask.topic_partitions = consumer_->owned;
  consumer_->tell_all = false;
  consumer_->tell_owned = false;
  heartbeat_generation_ = generation_;
  const auto peer = *coordinator();
  heartbeat_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(ask)), env);
}

// What a member says it owns counts as all it owns: a partition of its target that is not among it may go to another at
// once. So a target not yet taken over is not taken over after that; the answer tells it again. (The Java client takes it
// over even while such a heartbeat is under way, in the time of which two members can own one partition.)
void GroupMember::forget_target() {
  if (!consumer_->target) return;
  consumer_->target.reset();
  consumer_->tell_all = true;
  rejoin_wanted_ = prepared_ = false;
}

void GroupMember::on_consumer_heartbeat(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<ConsumerGroupHeartbeatResponse>() : nullptr;
  if (!answer) {
    consumer_->tell_all = true;  // it may never have arrived
    if (state_ == MemberState::joining) state_ = MemberState::unjoined;
    const Duration pause = backoff_.after(heartbeat_failures_++, env.random);
    next_heartbeat_ = env.now + pause;
    may_join_at_ = env.now + pause;
    coordinator_lost(parts, env);
    return;
  }
  if (state_ == MemberState::unjoined) return;  // it has left meanwhile
  if (answer->error_code != ErrorCode::none) {
    saw(ApiKey::consumer_group_heartbeat, answer->error_code, env);
    on_consumer_heartbeat_error(answer->error_code, parts, env);
    return;
  }
  heartbeat_failures_ = 0;
  if (state_ == MemberState::joining) rejoin_wanted_ = prepared_ = false;
  state_ = MemberState::stable;
  generation_ = Generation{answer->member_epoch};
  next_heartbeat_ = env.now + answer->heartbeat_interval;
  if (!answer->assignment) return;
  auto target = normal(answer->assignment->topic_partitions);
  if (target == consumer_->owned) {
    // Given and taken back before it was taken over: the coordinator waits to hear that it is given up (KAFKA-16185).
    if (consumer_->target) consumer_->tell_owned = true;
    consumer_->target.reset();
    rejoin_wanted_ = false;
  } else {
    consumer_->target = std::move(target);
  }
}

void GroupMember::on_consumer_heartbeat_error(ErrorCode error, Parts parts, Env& env) {
  const Duration pause = backoff_.after(heartbeat_failures_++, env.random);
  if (error == ErrorCode::unknown_member_id || error == ErrorCode::fenced_member_epoch) {
    start_anew(MemberIdIs::kept);
    may_join_at_ = env.now + pause;  // a member that is fenced again and again shall not ask all the time
    return;
  }
  if (!says_coordinator_elsewhere(error) && !is_retriable(error)) {
    fatal_ = fmt::format("ConsumerGroupHeartbeat of {} answered {}", group_, error_name(error));
    return;
  }
  consumer_->tell_all = true;
  if (state_ == MemberState::joining) state_ = MemberState::unjoined;
  next_heartbeat_ = env.now + pause;
  may_join_at_ = env.now + pause;
  if (says_coordinator_elsewhere(error)) coordinator_lost(parts, env);
}

void GroupMember::leave_consumer_group(Parts parts, Env& env) {
  if (state_ != MemberState::unjoined && coordinator_) {
    ConsumerGroupHeartbeatRequest ask;
    ask.group_id = group_;
    ask.member_id = member_id_;
    ask.instance_id = instance_id_;
    ask.member_epoch = instance_id_ ? leaving_for_a_while_epoch : leaving_epoch;
    const auto peer = *coordinator();
    leave_request_ = parts.channel.send(peer.key, peer.endpoint, Message::of(std::move(ask)), env);
  }
  start_anew(MemberIdIs::kept);
}

}  // namespace kafkasim
