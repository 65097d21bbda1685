#include "core/client/consumer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

namespace {

constexpr std::int32_t consumer_max_in_flight = 100;  // ConsumerUtils.CONSUMER_MAX_INFLIGHT_REQUESTS_PER_CONNECTION
constexpr Duration close_timeout = seconds(30);       // KafkaConsumer.DEFAULT_CLOSE_TIMEOUT_MS

OffsetCommitRequest commit_request(const GroupMember& member, const OffsetsToCommit& offsets) {
  OffsetCommitRequest ask;
  ask.group_id = member.group();
  ask.generation_id_or_member_epoch = member.generation();
  ask.member_id = member.member_id();
  ask.group_instance_id = member.instance_id();
  for (const auto& [tp, at] : offsets) {
    if (ask.topics.empty() || ask.topics.back().name != tp.topic) ask.topics.push_back({tp.topic, {}});
    ask.topics.back().partitions.push_back({tp.partition, at.offset, at.epoch, ""});
  }
  return ask;
}

}  // namespace

Consumer::Consumer(const ClientIdentity& who, const ConsumerConfig& config, ConsumeWhat what)
    : config_{config},
      backoff_{config},
      channel_{who.channel_tag, channel_options(who, config, consumer_max_in_flight)},
      cluster_{who.bootstrap, config,
               config.allow_auto_create_topics ? ClusterView::AutoCreation::asked_for : ClusterView::AutoCreation::refused},
      fetcher_{config, who.legacy},
      validator_{config, who.legacy},
      goes_on_while_revoking_{who.legacy.has(Legacy::fetch_during_revocation)} {
  if (const auto* group = std::get_if<ConsumeGroup>(&what)) {
    member_.emplace(*group, config);
    for (const std::string& topic : group->topics) cluster_.add_topic(topic);
  } else {
    const auto& partitions = std::get<ConsumePartitions>(what).partitions;
    for (const TopicPartition& tp : partitions) cluster_.add_topic(tp.topic);
    subscription_.assign(partitions, PositionState::reset_wanted);
  }
}

void Consumer::step(const Input& in, Env& env) {
  if (closing_ == Closing::done) return;
  if (const auto* started = std::get_if<Started>(&in)) {
    channel_.start(*started);
    cluster_.start();
    fetcher_.start();
    validator_.start();
  } else if (std::holds_alternative<StopRequested>(in)) {
    begin_close(env);
  } else {
    const auto* lost = std::get_if<Disconnected>(&in);
    if (lost && channel_.owns(lost->connection)) cluster_.request_update();
    for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  }
  run(env);
}

void Consumer::on_completion(const Completion& done, Env& env) {
  if (!done.response) cluster_.request_update();
  if (cluster_.take(done, env)) return;
  if (fetcher_.take(done, fetch_parts(), env)) return;
  if (validator_.take(done, fetch_parts(), env)) return;
  if (!member_) return;
  const std::int64_t losses = member_->losses();
  if (commit_ && commit_->request == done.id) {
    on_commit(done, env);
  } else if (committed_request_ == done.id) {
    on_committed(done, env);
  } else {
    (void)member_->take(done, member_parts(), env);
  }
  if (member_->losses() != losses) coordinator_lost(env);
}

// The connection to the coordinator was closed: what was asked on it gets no answer.
void Consumer::coordinator_lost(Env& env) {
  if (commit_) commit_finished(*std::exchange(commit_, std::nullopt), ErrorCode::coordinator_not_available, env);
  if (committed_request_) {
    committed_request_.reset();
    may_fetch_committed_at_ = env.now + backoff_.after(fetch_committed_failures_++, env.random);
  }
}

std::optional<Instant> Consumer::next_deadline() const {
  if (closing_ == Closing::done) return std::nullopt;
  return earlier(earlier(next_, channel_.next_deadline()), cluster_.next_deadline());
}

std::optional<Offset> Consumer::position(const TopicPartition& tp) const {
  const OwnedPartition* owned = subscription_.find(tp);
  return owned && owned->state == PositionState::fetching ? std::optional{owned->position} : std::nullopt;
}

GroupMember::Where Consumer::where() const {
  return inside_poll_ ? GroupMember::Where::inside_poll : GroupMember::Where::away;
}

ConsumerRecords Consumer::poll(Env& env) {
  if (is_closing()) return {};
  inside_poll_ = true;
  run(env);
  if (!has_records()) return {};
  ConsumerRecords records = fetcher_.collect(subscription_, config_.max_poll_records);
  for (const PartitionRecords& part : records.partitions) {
    trace::RecordsDelivered delivered{part.partition, {}, part.leader_epoch, part.next};
    for (const ConsumerRecord& record : part.records) {
      delivered.records.push_back({record.offset, record.origin, record.timestamp});
    }
    env.out.note(std::move(delivered));
  }
  fetcher_.pump(fetch_parts(), env);  // the next fetch is under way while the application works
  if (!records.partitions.empty()) inside_poll_ = false;
  finish_run(env);
  return records;
}

void Consumer::run(Env& env) {
  if (closing_ == Closing::done) return;
  if (member_) run_group(env);
  if (is_closing()) {
    run_close(env);
  } else if (inside_poll_) {
    if (member_) {
      fetch_committed(env);
      auto_commit(env);
    }
    if (!preparing_) {
      validator_.pump(fetch_parts(), env);
      fetcher_.pump(fetch_parts(), env);
    }
  }
  if (member_) commit_by_hand(env);
  finish_run(env);
}

void Consumer::finish_run(Env& env) {
  if (closing_ == Closing::done) return;
  cluster_.pump(channel_, env);
  const std::optional<std::string>& reading = validator_.fatal() ? validator_.fatal() : fetcher_.fatal();
  const std::optional<std::string>& fatal = member_ && member_->fatal() ? member_->fatal() : reading;
  if (fatal) {
    closing_ = Closing::done;
    env.out.add(Exit{false, *fatal});
    return;
  }
  schedule(env);
}

void Consumer::schedule(Env& env) {
  next_.reset();
  const auto later = [this, &env](Instant at) {
    if (at > env.now) next_ = earlier(next_, at);
  };
  if (is_closing()) later(close_until_);
  if (inside_poll_) next_ = earlier(next_, fetcher_.next_deadline(subscription_, env.now));
  if (!member_) return;
  next_ = earlier(next_, member_->next_deadline(where(), env.now));
  later(may_commit_at_);
  if (inside_poll_) {
    later(may_fetch_committed_at_);
    if (config_.enable_auto_commit && !subscription_.empty()) later(next_auto_commit_);
    if (prepare_until_) later(*prepare_until_);
  }
}

// ---- membership -----------------------------------------------------------------------------------
void Consumer::run_group(Env& env) {
  const std::int64_t losses = member_->losses();
  if (commit_ || !by_hand_.empty()) member_->want_coordinator();
  member_->pump(where(), member_parts(), env);
  if (member_->losses() != losses) coordinator_lost(env);
  if (!inside_poll_) return;
  if (auto assigned = member_->take_assignment()) take_over(std::move(*assigned), env);
  if (!member_->wants_prepare()) {  // or no more: what was committed for that is no commit for the next time
    committed_before_join_.reset();
    prepare_until_.reset();
    subscription_.resume_all();
    return;
  }
  if (const auto* target = member_->target(); target && !goes_on_while_revoking_) subscription_.pause_all_but(*target);
  if (!member_->coordinator()) return;
  preparing_ = is_eager() && !goes_on_while_revoking_;
  prepare_join(env);
  if (prepare_until_) return;  // it commits
  member_->pump(where(), member_parts(), env);
  if (auto assigned = member_->take_assignment()) take_over(std::move(*assigned), env);
}

bool Consumer::is_eager() const {
  return member_->rebalance_protocol() == RebalanceProtocol::eager || !member_->belongs();
}

void Consumer::prepare_join(Env& env) {
  if (!prepare_until_) prepare_until_ = env.now + config_.max_poll_interval;
  OffsetsToCommit offsets = subscription_.consumed();
  const bool commits = config_.enable_auto_commit && member_->belongs() && !committed_before_join_ && !offsets.empty();
  if (commits && *prepare_until_ > env.now) {
    if (!commit_ && may_commit_at_ <= env.now) send_commit(CommitReason::before_join, std::move(offsets), env);
    return;
  }
  if (is_eager()) revoke(subscription_.partitions(), member_->belongs() ? Loss::given_up : Loss::lost, env);
  member_->prepared(subscription_.partitions());
  preparing_ = false;
  committed_before_join_.reset();
  prepare_until_.reset();
}

void Consumer::revoke(const std::vector<TopicPartition>& partitions, Loss loss, Env& env) {
  if (partitions.empty()) return;
  trace::PartitionsRevoked told{member_->group(), owner_id_, loss == Loss::lost, partitions};
  for (const TopicPartition& tp : partitions) {
    if (committed_before_join_ && committed_before_join_->contains(tp)) told.committed.push_back(tp);
  }
  env.out.note(std::move(told));
  // What was to be committed by hand there is its next owner's to do, from where the last commit stands.
  for (const TopicPartition& tp : partitions) by_hand_failed_ = by_hand_.erase(tp) > 0 || by_hand_failed_;
  std::vector<TopicPartition> kept;
  for (const TopicPartition& tp : subscription_.partitions()) {
    if (std::ranges::find(partitions, tp) == partitions.end()) kept.push_back(tp);
  }
  (void)subscription_.update(kept, PositionState::committed_wanted);
  subscription_.resume_all();
  fetcher_.forget(partitions);
  committed_request_.reset();
}

void Consumer::take_over(std::vector<TopicPartition> partitions, Env& env) {
  std::vector<TopicPartition> gone;
  for (const TopicPartition& tp : subscription_.partitions()) {
    if (std::ranges::find(partitions, tp) == partitions.end()) gone.push_back(tp);
  }
  revoke(gone, Loss::given_up, env);
  // What was given up may be given to another now: once all have joined again.
  if (!gone.empty() && !member_->speaks_consumer_protocol()) member_->revoked_some();
  std::vector<TopicPartition> added = subscription_.update(partitions, PositionState::committed_wanted);
  owner_id_ = member_->member_id();
  next_auto_commit_ = env.now + config_.auto_commit_interval;
  committed_request_.reset();
  may_fetch_committed_at_ = env.now;
  fetch_committed_failures_ = 0;
  const Generation generation = member_->generation().value_or(Generation{});
  env.out.note(
      trace::PartitionsAssigned{member_->group(), owner_id_, generation, std::move(partitions), std::move(added)});
}

// ---- where to begin -------------------------------------------------------------------------------
void Consumer::fetch_committed(Env& env) {
  if (committed_request_ || may_fetch_committed_at_ > env.now || preparing_) return;
  const std::vector<TopicPartition> unknown = subscription_.in_state(PositionState::committed_wanted);
  const std::optional<ClusterView::Peer> peer = member_->coordinator();
  if (unknown.empty() || !peer) return;
  OffsetFetchRequest ask;
  ask.require_stable = true;
  OffsetFetchRequest::Group group;
  group.group_id = member_->group();
  if (member_->speaks_consumer_protocol()) {
    group.member_id = member_->member_id();
    group.member_epoch = member_->generation();
  }
  group.topics.emplace();
  for (const TopicPartition& tp : unknown) {
    if (group.topics->empty() || group.topics->back().name != tp.topic) group.topics->push_back({tp.topic, {}});
    group.topics->back().partition_indexes.push_back(tp.partition);
  }
  ask.groups.push_back(std::move(group));
  committed_request_ = channel_.send(peer->key, peer->endpoint, Message::of(std::move(ask)), env);
}

void Consumer::on_committed(const Completion& done, Env& env) {
  committed_request_.reset();
  const auto* answer = done.response ? done.response->get_if<OffsetFetchResponse>() : nullptr;
  ErrorCode error = ErrorCode::coordinator_not_available;
  if (answer && !answer->groups.empty()) {
    const OffsetFetchResponse::Group& group = answer->groups.front();
    error = group.error_code;
    if (error != ErrorCode::none) env.out.note(trace::ClientSawError{ApiKey::offset_fetch, error});
    for (const auto& topic : group.topics) {
      for (const auto& partition : topic.partitions) {
        if (partition.error_code == ErrorCode::none) {
          begin_at({topic.name, partition.partition_index}, partition, env);
        } else {
          error = partition.error_code;
          env.out.note(trace::ClientSawError{ApiKey::offset_fetch, error});
        }
      }
    }
  }
  if (error == ErrorCode::none) {
    fetch_committed_failures_ = 0;
    return;
  }
  may_fetch_committed_at_ = env.now + backoff_.after(fetch_committed_failures_++, env.random);
  const bool elsewhere = error == ErrorCode::not_coordinator || error == ErrorCode::coordinator_not_available;
  if (elsewhere) member_->coordinator_lost(member_parts(), env);
}

void Consumer::begin_at(const TopicPartition& tp, const OffsetFetchResponse::Partition& committed, Env& env) {
  const OwnedPartition* owned = subscription_.find(tp);
  if (!owned || owned->state != PositionState::committed_wanted) return;
  if (!committed.committed_offset) {
    subscription_.want_reset(tp);
    return;
  }
  if (committed.committed_leader_epoch) cluster_.saw_epoch(tp, *committed.committed_leader_epoch);
  subscription_.seek(tp, *committed.committed_offset, committed.committed_leader_epoch);
  env.out.note(trace::PositionReset{tp, *committed.committed_offset, "committed offset"});
}

// ---- commits --------------------------------------------------------------------------------------
void Consumer::commit(const std::map<TopicPartition, Offset>& offsets, Env& env) {
  KAFKASIM_CHECK(member_.has_value(), "only a member of a group commits");
  for (const auto& [tp, offset] : offsets) by_hand_[tp] = CommittedPosition{offset, std::nullopt};
  by_hand_failed_ = false;
  run(env);
}

Consumer::Committed Consumer::committed() const {
  const bool on_its_way = commit_ && commit_->reason == CommitReason::by_hand;
  if (on_its_way) return Committed::under_way;
  if (by_hand_.empty()) return by_hand_failed_ ? Committed::refused : Committed::yes;
  return member_->state() == MemberState::stable ? Committed::under_way : Committed::refused;
}

void Consumer::go_back_to_committed(Env& env) {
  if (!member_ || is_closing()) return;
  const std::vector<TopicPartition> owned = subscription_.partitions();
  fetcher_.forget(owned);
  subscription_.assign(owned, PositionState::committed_wanted);
  committed_request_.reset();  // asked before this
  may_fetch_committed_at_ = env.now;
  finish_run(env);
}

void Consumer::commit_by_hand(Env& env) {
  if (by_hand_.empty() || commit_ || prepare_until_ || may_commit_at_ > env.now) return;
  if (member_->state() != MemberState::stable || !member_->coordinator()) return;
  send_commit(CommitReason::by_hand, std::exchange(by_hand_, {}), env);
}

void Consumer::auto_commit(Env& env) {
  if (!config_.enable_auto_commit || prepare_until_ || next_auto_commit_ > env.now || commit_) return;
  if (member_->state() != MemberState::stable || !member_->coordinator()) return;
  next_auto_commit_ = env.now + config_.auto_commit_interval;
  OffsetsToCommit offsets = subscription_.consumed();
  if (!offsets.empty()) send_commit(CommitReason::interval, std::move(offsets), env);
}

void Consumer::send_commit(CommitReason reason, OffsetsToCommit offsets, Env& env) {
  const auto peer = *member_->coordinator();
  Message ask = Message::of(commit_request(*member_, offsets));
  const std::uint64_t id = channel_.send(peer.key, peer.endpoint, std::move(ask), env);
  commit_ = Commit{id, reason, std::move(offsets), member_->generation()};
}

void Consumer::on_commit(const Completion& done, Env& env) {
  const Commit commit = *std::exchange(commit_, std::nullopt);
  const auto* answer = done.response ? done.response->get_if<OffsetCommitResponse>() : nullptr;
  ErrorCode error = answer ? ErrorCode::none : ErrorCode::coordinator_not_available;
  if (answer) {
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        if (partition.error_code == ErrorCode::none || error != ErrorCode::none) continue;
        error = partition.error_code;
        env.out.note(trace::ClientSawError{ApiKey::offset_commit, error});
      }
    }
  }
  if (error != ErrorCode::none) member_->on_commit_error(error, commit.generation, member_parts(), env);
  commit_finished(commit, error, env);
}

void Consumer::commit_finished(const Commit& commit, ErrorCode error, Env& env) {
  // A member of a consumer group has moved on to another epoch meanwhile: the commit goes out under that one.
  const bool moved_on = error == ErrorCode::stale_member_epoch && commit.generation != member_->generation();
  // What is to be given up because its topic was deleted can never be committed (CommitRequestManager).
  const bool is_of_no_use = error == ErrorCode::unknown_topic_or_partition && commit.reason == CommitReason::before_join
                            && member_->speaks_consumer_protocol();
  const bool may_pass = error != ErrorCode::none && is_retriable(error) && error != ErrorCode::rebalance_in_progress;
  const bool again = moved_on || (may_pass && !is_of_no_use);
  if (!again) {
    commit_failures_ = 0;
    may_commit_at_ = env.now;
  } else {
    may_commit_at_ = env.now + backoff_.after(commit_failures_++, env.random);
  }
  const bool is_same_member = member_->speaks_consumer_protocol() || commit.generation == member_->generation();
  switch (commit.reason) {
    case CommitReason::interval:
      if (again) next_auto_commit_ = may_commit_at_;
      break;
    case CommitReason::before_join:
      // Unless there is nothing to prepare for any more.
      if (!again && prepare_until_) committed_before_join_ = error == ErrorCode::none ? commit.offsets : OffsetsToCommit{};
      break;
    case CommitReason::by_hand:
      if (again && is_same_member) {
        for (const auto& [tp, position] : commit.offsets) {
          if (subscription_.find(tp)) by_hand_.try_emplace(tp, position);  // what was asked for since then stands
        }
      } else if (error != ErrorCode::none) {
        by_hand_failed_ = true;
        env.out.note(trace::Remark{fmt::format("commit in {} failed: {}", member_->group(), error_name(error))});
      }
      break;
    case CommitReason::closing:
      if (!again && closing_ == Closing::committing) closing_ = Closing::revoking;
      break;
  }
}

// ---- closing --------------------------------------------------------------------------------------
void Consumer::begin_close(Env& env) {
  if (is_closing()) return;
  inside_poll_ = false;
  preparing_ = false;
  committed_before_join_.reset();
  close_until_ = env.now + close_timeout;
  closing_ = Closing::committing;
}

void Consumer::run_close(Env& env) {
  const bool late = close_until_ <= env.now;
  if (closing_ == Closing::committing) {
    OffsetsToCommit offsets;
    if (member_ && config_.enable_auto_commit && member_->belongs()) offsets = subscription_.consumed();
    if (late || offsets.empty()) {
      closing_ = Closing::revoking;
    } else if (!member_->coordinator()) {
      member_->want_coordinator();
      member_->pump(where(), member_parts(), env);
    } else if (!commit_ && may_commit_at_ <= env.now) {
      send_commit(CommitReason::closing, std::move(offsets), env);
    }
  }
  if (closing_ == Closing::revoking) {
    closing_ = Closing::leaving;
    if (member_) {
      revoke(subscription_.partitions(), member_->belongs() ? Loss::given_up : Loss::lost, env);
      (void)member_->leave(member_parts(), "the consumer is being closed", env);
    }
  }
  if (closing_ == Closing::leaving && (late || !member_ || !member_->leaving())) {
    closing_ = Closing::ending_sessions;
    fetcher_.close_sessions(fetch_parts(), env);
  }
  if (closing_ == Closing::ending_sessions && (late || !fetcher_.has_unanswered())) {
    closing_ = Closing::done;
    env.out.add(Exit{true, "consumer closed"});
  }
}

}  // namespace kafkasim
