#include "core/broker/broker.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"
#include "core/wire/metadata_record_codec.hpp"

namespace kafkasim {

namespace {

constexpr std::uint8_t controller_channel = 3;

std::optional<RaftNode> observer(const BrokerOptions& options) {
  if (options.metadata == MetadataSource::own_controller) return std::nullopt;
  return RaftNode{{options.id, options.voters, QuorumMember::observer, options.config, options.cluster_id, raft_channel, options.legacy,
                   options.voter_source, std::nullopt}};
}

BrokerRegistrationRequest registration(const BrokerOptions& options) {
  BrokerRegistrationRequest request{.broker_id = options.id, .cluster_id = options.cluster_id, .rack = options.rack};
  request.listeners.push_back({"PLAINTEXT", options.endpoint.host, options.endpoint.port, 0});
  request.log_dirs.push_back(
      Uuid{0x6c6f67646972ULL, static_cast<std::uint64_t>(options.id.value) + 100});  // ids below 100 are reserved
  return request;
}

}  // namespace

Broker::Broker(BrokerOptions options)
    : options_{std::move(options)},
      raft_{observer(options_)},
      lifecycle_{registration(options_), options_.config},
      channel_{controller_channel, "broker-" + std::to_string(options_.id.value), options_.config.request_timeout},
      replicas_{options_.id, options_.config, options_.legacy},
      groups_{options_.config, options_.legacy},
      transactions_{options_.id, options_.config, options_.transaction_version, options_.legacy},
      verifier_{options_.id, options_.config},
      snapshots_{options_.config} {}

std::optional<ControllerChannel::Active> Broker::active_controller() const {
  const LeaderAndEpoch known = quorum();
  if (!known.leader) return std::nullopt;
  const auto configured = options_.voters.find(*known.leader);
  std::optional<Endpoint> endpoint = raft_ ? raft_->endpoint_of(*known.leader) : std::nullopt;
  if (!endpoint && configured != options_.voters.end()) endpoint = configured->second;
  if (!endpoint) return std::nullopt;
  return ControllerChannel::Active{*known.leader, *endpoint};
}

std::optional<Offset> Broker::replayed() const {
  return image_.end_offset > 0 ? std::optional{Offset{image_.end_offset - 1}} : std::nullopt;
}

bool Broker::has_ended() const { return ended_ || (raft_ && raft_->has_failed()) || replicas_.failed(); }

std::optional<Instant> Broker::next_deadline() const {
  return has_ended() ? std::nullopt : earlier(prompt_deadline(), replicas_.upkeep_deadline());
}

std::optional<Instant> Broker::prompt_deadline() const {
  if (has_ended()) return std::nullopt;
  const std::optional<ControllerChannel::Active> active = active_controller();
  std::optional<Instant> next = lifecycle_.next_deadline(active);
  if (raft_) next = earlier(raft_->next_deadline(), next);
  next = earlier(next, channel_.next_deadline(active));
  next = earlier(earlier(next, replicas_.next_deadline()), feed_.next_deadline());
  next = earlier(next, earlier(transactions_.next_deadline(), verifier_.next_deadline()));
  return earlier(next, groups_.next_deadline());
}

void Broker::step(const Input& in, Env& env) {
  if (has_ended() && !std::holds_alternative<Started>(in)) return;
  if (const auto* started = std::get_if<Started>(&in)) {
    on_started(*started, env);
  } else {
    route(in, env);
  }
  settle(env);
}

void Broker::follow(const LeaderAndEpoch& quorum, std::vector<CommittedBatch> committed, Env& env) {
  followed_ = quorum;
  feed_.add(std::move(committed));
  if (!has_ended()) settle(env);
}

void Broker::on_started(const Started& started, Env& env) {
  *this = Broker{std::move(options_)};
  if (raft_) raft_->start(started, env);
  snapshots_.begin(env.now);
  channel_.start(started);
  replicas_.start(started, env);
  transactions_.start(started);
  verifier_.start(started);
  lifecycle_.start(started, replicas_.previous_broker_epoch(), env);
}

void Broker::on_command(const Command& command, Env& env) {
  if (const auto* freeze = std::get_if<FreezeMetadata>(&command)) feed_.freeze(*freeze);
  if (std::holds_alternative<ThawMetadata>(command)) feed_.thaw(env.now);
}

// What is due at once goes first: heartbeats, say, are not to leave only when the disk is done.
bool Broker::is_for_upkeep(Instant now) const {
  return is_due(replicas_.upkeep_deadline(), now) && !is_due(prompt_deadline(), now);
}

void Broker::route(const Input& in, Env& env) {
  if (const auto* command = std::get_if<Command>(&in)) return on_command(*command, env);
  const bool woken = std::holds_alternative<Woken>(in);
  if (woken && is_for_upkeep(env.now)) return replicas_.run_upkeep(env);
  if (woken) feed_.on_woken();
  const bool of_quorum = raft_ && raft_->handles(in);
  if (raft_ && (woken || of_quorum || std::holds_alternative<Disconnected>(in))) raft_->step(in, env);
  if (!woken && of_quorum) return;
  if (woken || replicas_.handles(in)) replicas_.step(in, env);
  if (woken) groups_.on_woken(env);
  step_transactions(in, env);
  if (const auto* received = std::get_if<Received>(&in);
      received && received->envelope.message.kind() == MessageKind::request) {
    if (published_) {
      on_request(*received, env);
    } else {
      held_requests_.push_back(*received);
    }
    return;
  }
  if (const auto* lost = std::get_if<Disconnected>(&in)) {
    std::erase_if(held_requests_, [lost](const Received& r) { return r.connection == lost->connection; });
  }
  if (std::holds_alternative<StopRequested>(in)) lifecycle_.stop(env);
  const std::optional<ControllerChannel::Active> active = active_controller();
  lifecycle_.step(in, active, replayed(), env);
  for (const ControllerChannel::Done& done : channel_.step(in, active, env)) on_controller_done(done, env);
}

void Broker::settle(Env& env) {
  if ((raft_ && raft_->has_failed()) || replicas_.failed()) return;  // it has asked to end
  apply_committed(env);
  if (const std::optional<BrokerEpoch> epoch = lifecycle_.epoch()) replicas_.set_broker_epoch(*epoch);
  publish(env);
  lead_coordinated_partitions(env);
  forget_removed_topics(env);
  run_coordinators(env);
  ask_controller(env);
  // What has become possible by the above: a controller is known, a state was reached.
  const std::optional<ControllerChannel::Active> active = active_controller();
  if (is_due(lifecycle_.next_deadline(active), env.now))
    lifecycle_.step(Woken{}, active, replayed(), env);
  if (is_due(channel_.next_deadline(active), env.now)) {
    for (const ControllerChannel::Done& done : channel_.step(Woken{}, active, env)) on_controller_done(done, env);
  }
  end_if_stopped(env);
}

void Broker::apply_committed(Env& env) {
  if (raft_) feed_.add(raft_->take_committed(env));
  while (std::optional<CommittedBatch> batch = feed_.take(image_)) {
    if (!apply(std::move(*batch), env)) return;
  }
}

// What it has in other records than the log's is a snapshot of the log to its end: all that was known gives way to it.
bool Broker::apply_snapshot(const CommittedBatch& batch, Env& env) {
  Result<MetadataImage> image = image_of(batch);
  if (!image) {
    env.out.add(Exit{false, "snapshot of the metadata log: " + image.error().message});
    return false;
  }
  MetadataDelta delta;
  const auto all_partitions = [](const TopicImage& topic, const auto& see) {
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) see(PartitionIndex{static_cast<std::int32_t>(i)});
  };
  for (const auto& [id, topic] : image_.topics) {
    if (image->topic(id)) continue;
    all_partitions(*topic, [&delta, &gone = *topic](PartitionIndex index) {
      delta.partitions.push_back({gone.id, index});
      delta.removed.push_back({gone.name, index});
    });
  }
  for (const auto& [id, topic] : image->topics) {
    all_partitions(*topic, [&delta, &here = *topic](PartitionIndex index) { delta.partitions.push_back({here.id, index}); });
  }
  delta.configured_nodes.emplace_back();  // all nodes: those that are gone set nothing any more
  delta.configured_groups = true;
  image_ = *std::move(image);
  snapshots_.begin(env.now);
  note_changes(std::move(delta));
  if (published_) env.out.note(trace::MetadataApplied{image_.end_offset});
  return true;
}

void Broker::snapshot_if_due(const CommittedBatch& batch, Env& env) {
  if (raft_ && snapshots_.applied(batch, env.now)) make_snapshot(image_, batch, *raft_, env);
}

bool Broker::apply(CommittedBatch batch, Env& env) {
  if (batch.source == CommittedBatch::Source::snapshot) return apply_snapshot(batch, env);
  MetadataDelta delta;
  std::size_t applied = 0;
  for (; applied < batch.records.size() && !feed_.stops_at(image_); ++applied) {
    const Result<MetadataRecord> record = decode_metadata_record(batch.records[applied]);
    const std::int64_t offset = batch.base_offset.value + static_cast<std::int64_t>(applied);
    const Result<void> done = record ? replay(*record, offset, image_, delta, options_.legacy) : tl::unexpected(record.error());
    if (!done) {
      env.out.add(Exit{false, "metadata log: " + done.error().message});
      return false;
    }
  }
  const bool whole = applied == batch.records.size();
  image_.end_offset =
      whole ? batch.last_offset.value + 1 : batch.base_offset.value + static_cast<std::int64_t>(applied);
  image_.epoch = batch.epoch;
  note_changes(std::move(delta));
  if (published_ && !batch.records.empty()) env.out.note(trace::MetadataApplied{image_.end_offset});
  if (whole) {
    snapshot_if_due(batch, env);
  } else {
    feed_.put_back(std::move(batch), applied);
  }
  return true;
}

void Broker::note_changes(MetadataDelta delta) {
  unpublished_.insert(unpublished_.end(), delta.partitions.begin(), delta.partitions.end());
  removed_.insert(removed_.end(), delta.removed.begin(), delta.removed.end());
  const std::string own = std::to_string(options_.id.value);
  const bool configured = std::ranges::any_of(
      delta.configured_nodes, [&own](const std::string& node) { return node.empty() || node == own; });
  configured_ = configured_ || configured;
  configured_groups_ = configured_groups_ || delta.configured_groups;
  if (configured) delta.brokers.push_back(options_.id);  // what its partitions fall back to
  for (const NodeId changed : delta.brokers) {  // eligibility for ISRs, endpoints of leaders
    (void)changed;
    for (const auto& [id, topic] : image_.topics) {
      for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        const PartitionRegistration& p = topic->partitions[i];
        if (std::ranges::find(p.replicas, options_.id) != p.replicas.end())
          unpublished_.push_back({id, PartitionIndex{static_cast<std::int32_t>(i)}});
      }
    }
  }
}

void Broker::publish(Env& env) {
  // Before, the partitions are as they were when another process ran here. Who stops first has published nothing.
  const BrokerState state = lifecycle_.state();
  const bool caught_up = state == BrokerState::recovering || state == BrokerState::running || state == BrokerState::leaving;
  if (!published_ && !caught_up) return;
  const bool first = !published_;
  if (first) {
    published_ = true;
    unpublished_.clear();
    removed_.clear();
    for (const auto& [id, topic] : image_.topics) {
      for (std::size_t i = 0; i < topic->partitions.size(); ++i)
        unpublished_.push_back({id, PartitionIndex{static_cast<std::int32_t>(i)}});
    }
  }
  if (std::exchange(configured_, false))
    replicas_.set_dynamic_config(effective_config(image_, options_.id, options_.config));
  if (std::exchange(configured_groups_, false)) {
    std::map<std::string, GroupConfig> groups;
    for (const auto& [name, settings] : image_.group_configs) groups.emplace(name, effective_config(settings, options_.config));
    groups_.set_group_configs(std::move(groups));
  }
  if (first || !unpublished_.empty()) {
    std::ranges::sort(unpublished_);
    unpublished_.erase(std::unique(unpublished_.begin(), unpublished_.end()), unpublished_.end());
    replicas_.apply_metadata(image_, std::exchange(unpublished_, {}), env);
    if (const TopicImage* topic = image_.topic(std::string{offsets_topic}))
      groups_.set_partition_count(static_cast<std::int32_t>(topic->partitions.size()));
    GroupTopics topics;
    for (const auto& [name, id] : image_.topic_ids) {
      if (const TopicImage* topic = image_.topic(id))
        topics[name] = {id, static_cast<std::int32_t>(topic->partitions.size())};
    }
    groups_.set_topics(std::move(topics), image_.end_offset);
    if (const TopicImage* topic = image_.topic(std::string{transaction_state_topic}))
      transactions_.set_partition_count(static_cast<std::int32_t>(topic->partitions.size()));
  }
  if (!first) return;
  replicas_.remove_stray_logs(image_, env);
  for (const Received& held : std::exchange(held_requests_, {})) on_request(held, env);
}

void Broker::lead_coordinated_partitions(Env& env) {
  for (const LeadershipChange& change : replicas_.take_leadership_changes()) {
    const bool of_groups = change.name.topic == offsets_topic;  // by name: it may have been deleted
    if (!of_groups && change.name.topic != transaction_state_topic) continue;
    const PartitionIndex partition = change.id.partition;
    if (!change.leads_in) {
      if (of_groups) groups_.on_resigned(partition, env);
      if (!of_groups) transactions_.on_resigned(partition, env);
      continue;
    }
    const InternalRead read = replicas_.read_internal(change.id, Offset{0}, env);
    if (read.error != ErrorCode::none) continue;
    if (of_groups) groups_.on_elected(partition, *change.leads_in, read.batches, env);
    if (!of_groups) transactions_.on_elected(partition, *change.leads_in, read.batches, env);
  }
}

// After the coordinator has taken over what it leads now, so that it finds their offsets.
void Broker::forget_removed_topics(Env& env) {
  if (!published_ || removed_.empty()) return;
  groups_.on_partitions_deleted(std::exchange(removed_, {}), env);
}

void Broker::run_coordinators(Env& env) {
  for (;;) {  // a completion may lead to the next append
    const std::vector<InternalCompletion> completions = replicas_.take_internal_completions();
    for (const InternalCompletion& done : completions) {
      const std::uint64_t number = done.token & ~whose_append;
      switch (done.token & whose_append) {
        case append_of_transactions: transactions_.on_append_completed(number, done.error, env); break;
        case append_of_marker: on_marker_written(number, done.error, env); break;
        default: groups_.on_append_completed(number, done.error, env);
      }
    }
    serve_verified(env);
    transactions_.send_markers(image_, env);
    if (!hand_over_appends(env) && completions.empty()) break;
  }
  groups_.on_appended();
}

bool Broker::hand_over_appends(Env& env) {
  const std::vector<GroupAppend> of_groups = groups_.take_appends();
  const std::vector<TransactionAppend> of_transactions = transactions_.take_appends();
  if (of_groups.empty() && of_transactions.empty()) return false;
  const TopicImage* offsets = image_.topic(std::string{offsets_topic});
  for (const GroupAppend& append : of_groups) {
    if (offsets) {
      replicas_.append_internal({offsets->id, append.partition}, append.batch, append.token, env, append.guard);
    } else {
      groups_.on_append_completed(append.token, ErrorCode::not_leader_or_follower, env);
    }
  }
  const TopicImage* states = image_.topic(std::string{transaction_state_topic});
  for (const TransactionAppend& append : of_transactions) {
    if (states) {
      replicas_.append_internal({states->id, append.partition}, append.batch, append.token | append_of_transactions, env);
    } else {
      transactions_.on_append_completed(append.token, ErrorCode::not_leader_or_follower, env);
    }
  }
  return true;
}

void Broker::ask_controller(Env& env) {
  const std::optional<ControllerChannel::Active> active = active_controller();
  for (Message& request : replicas_.take_controller_requests(env)) {
    const std::uint64_t id =
        channel_.send(std::move(request), std::nullopt, ControllerChannel::Retry::until_deadline, active, env);
    asked_.emplace(id, ForAlterPartition{});
  }
  if (lifecycle_.state() == BrokerState::running && producer_ids_.wants_block()) {
    producer_ids_.asked();
    const AllocateProducerIdsRequest request{options_.id, *lifecycle_.epoch()};
    const std::uint64_t id = channel_.send(Message::of(request), options_.config.request_timeout,
                                           ControllerChannel::Retry::until_deadline, active, env);
    asked_.emplace(id, ForProducerIds{});
  }
}

void Broker::on_controller_done(const ControllerChannel::Done& done, Env& env) {
  const auto asked = asked_.find(done.id);
  if (asked == asked_.end()) return;
  const Purpose purpose = std::move(asked->second);
  asked_.erase(asked);
  if (std::holds_alternative<ForAlterPartition>(purpose)) {
    replicas_.on_controller_answer(done.response, env);
  } else if (std::holds_alternative<ForProducerIds>(purpose)) {
    producer_ids_.on_answer(done.response ? done.response->get_if<AllocateProducerIdsResponse>() : nullptr);
  } else if (const auto* created = std::get_if<ForAutoCreation>(&purpose)) {
    for (const std::string& topic : created->topics) std::erase(being_created_, topic);
  } else if (const auto* configs = std::get_if<ForConfigs>(&purpose)) {
    if (!done.response) return env.out.add(Close{configs->from.connection});
    env.out.add(Send{configs->from.connection, Envelope{configs->from.correlation_id, configs->from.version, {},
                                                        reassembled(configs->api, configs->verdicts, done.response)}});
  } else if (const auto* client = std::get_if<ForClient>(&purpose)) {
    if (done.response) {
      env.out.add(Send{client->from.connection,
                       Envelope{client->from.correlation_id, client->from.version, {}, *done.response}});
    } else {
      env.out.add(Close{client->from.connection});  // ForwardingManager answers nothing that the client could tell from
                                                    // a broken connection
    }
  }
}

void Broker::end_if_stopped(Env& env) {
  if (lifecycle_.state() != BrokerState::stopped) return;
  ended_ = true;
  replicas_.shutdown(env);
  env.out.add(Exit{true, "controlled shutdown"});
}

}  // namespace kafkasim
