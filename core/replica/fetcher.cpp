#include "core/replica/fetcher.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

ChannelOptions channel_options(NodeId self, const NodeConfig& config) {
  ChannelOptions options;
  options.client_id = "broker-" + std::to_string(self.value) + "-fetcher";
  options.request_timeout = config.replica_socket_timeout;
  options.max_in_flight = 1;
  return options;
}

bool is_delayed(std::optional<Instant> until, Instant now) { return until && now < *until; }

// Not to be cured by another request at once: this broker or its leader lags behind in metadata.
bool is_about_topic_ids(ErrorCode error) {
  return error == ErrorCode::unknown_topic_id || error == ErrorCode::fetch_session_topic_id_error
         || error == ErrorCode::inconsistent_topic_id;
}

}  // namespace

ReplicaFetchers::ReplicaFetchers(NodeId self, const NodeConfig& config, std::uint8_t channel_tag, LegacyBehaviours legacy)
    : self_{self}, config_{config}, legacy_{legacy}, channel_{channel_tag, channel_options(self, config)} {}

// ---- a leader --------------------------------------------------------------------------------------------

void ReplicaFetchers::Source::set_phase(const TopicIdPartition& id, State& state, Phase phase) {
  state.phase = phase;
  if (phase == Phase::ready) {
    asking.erase(id);
  } else {
    asking.insert(id);
  }
}

void ReplicaFetchers::Source::delay(const TopicIdPartition& id, State& state, Instant now, Duration backoff) {
  set_phase(id, state, Phase::ready);
  if (is_delayed(state.delayed_until, now)) return;
  if (state.delayed_until) delayed.erase({*state.delayed_until, id});
  state.delayed_until = now + backoff;
  delayed.emplace(*state.delayed_until, id);
  changed.insert(id);
}

void ReplicaFetchers::Source::erase(const TopicIdPartition& id) {
  const auto state = partitions.find(id);
  if (state->second.delayed_until) delayed.erase({*state->second.delayed_until, id});
  asking.erase(id);
  behind.erase(id);
  held_back.erase(id);
  changed.insert(id);
  partitions.erase(state);
}

void ReplicaFetchers::Source::release(Instant now) {
  while (!delayed.empty() && delayed.begin()->first <= now) {
    const TopicIdPartition id = delayed.begin()->second;
    partitions.at(id).delayed_until.reset();
    changed.insert(id);
    delayed.erase(delayed.begin());
  }
}

// RemoteLeaderEndPoint.shouldFollowerThrottle: who is in sync is not throttled, so that the ISR stays as it is.
void ReplicaFetchers::Source::hold_back(ReplicationQuota& quota, Instant now) {
  if (!quota.throttles_any() && held_back.empty()) return;
  std::set<TopicIdPartition> held;
  if (quota.is_exceeded(now))
    std::ranges::copy_if(behind, std::inserter(held, held.end()), [&quota](const TopicIdPartition& id) { return quota.is_throttled(id); });
  std::ranges::set_symmetric_difference(held, held_back, std::inserter(changed, changed.end()));
  held_back = std::move(held);
}

ReplicaFetchers::Source* ReplicaFetchers::source_of(const TopicIdPartition& id) {
  const auto leader = leader_of_.find(id);
  return leader == leader_of_.end() ? nullptr : &sources_.at(leader->second).edit();
}

ReplicaFetchers::State* ReplicaFetchers::edit(const TopicIdPartition& id) {
  Source* source = source_of(id);
  if (source == nullptr) return nullptr;
  source->changed.insert(id);
  return &source->partitions.at(id);
}

std::optional<FetchPosition> ReplicaFetchers::position(const TopicIdPartition& id) const {
  const auto leader = leader_of_.find(id);
  if (leader == leader_of_.end()) return std::nullopt;
  return sources_.at(leader->second)->partitions.at(id).position;
}

// ---- who is followed -------------------------------------------------------------------------------------

void ReplicaFetchers::follow(const TopicIdPartition& id, const std::string& topic, NodeId leader,
                             const FetchPosition& position) {
  unfollow(id);
  Source& source = sources_[leader].edit();
  source.partitions.emplace(id, State{topic, position, Phase::ready, std::nullopt, ++last_order_});
  source.changed.insert(id);
  source.behind.insert(id);
  leader_of_.emplace(id, leader);
  to_send_.insert(leader);
}

void ReplicaFetchers::unfollow(const TopicIdPartition& id) {
  const auto leader = leader_of_.find(id);
  if (leader == leader_of_.end()) return;
  sources_.at(leader->second).edit().erase(id);
  to_send_.insert(leader->second);  // a source without partitions is closed there
  leader_of_.erase(leader);
}

void ReplicaFetchers::unfollow_all(Env& env) {
  for (const auto& [leader, source] : sources_) {
    channel_.disconnect(leader.value, env);
    delays_.set(leader, std::nullopt);
  }
  sources_.clear();
  leader_of_.clear();
  to_send_.clear();
}

// ---- what became of an event -----------------------------------------------------------------------------

void ReplicaFetchers::advance(const TopicIdPartition& id, Offset offset, std::optional<LeaderEpoch> last_fetched_epoch,
                              Got got) {
  Source* source = source_of(id);
  if (source == nullptr) return;
  State& state = source->partitions.at(id);
  const FetchPosition to{offset, state.position.leader_epoch, last_fetched_epoch};
  if (got == Got::data) state.order = ++last_order_;
  if (to != state.position) source->changed.insert(id);
  state.position = to;
  source->set_phase(id, state, Phase::ready);
}

void ReplicaFetchers::tell_lag(const TopicIdPartition& id, Lag lag) {
  Source* source = source_of(id);
  if (source == nullptr) return;
  if (lag == Lag::none) {
    source->behind.erase(id);
  } else {
    source->behind.insert(id);
  }
}

void ReplicaFetchers::back_off(const TopicIdPartition& id, Instant now) {
  if (Source* source = source_of(id)) source->delay(id, source->partitions.at(id), now, config_->replica_fetch_backoff);
}

void ReplicaFetchers::fenced(const TopicIdPartition& id, std::optional<LeaderEpoch> requested_epoch, Instant now) {
  const std::optional<FetchPosition> known = position(id);
  if (!known) return;
  if (requested_epoch && *requested_epoch == known->leader_epoch) {
    unfollow(id);  // the leader has been elected anew: the metadata will say so here, too
  } else {
    back_off(id, now);
  }
}

void ReplicaFetchers::ask_leader_offset(const TopicIdPartition& id, LogEndKind which) {
  Source* source = source_of(id);
  if (source == nullptr) return;
  const Phase phase = which == LogEndKind::end ? Phase::needs_leader_end : Phase::needs_leader_start;
  source->set_phase(id, source->partitions.at(id), phase);
}

void ReplicaFetchers::delay_all(NodeId leader, Instant now) {
  Source& source = sources_.at(leader).edit();
  for (auto& [id, state] : source.partitions) source.delay(id, state, now, config_->replica_fetch_backoff);
}

// ---- answers ---------------------------------------------------------------------------------------------

std::vector<FetcherEvent> ReplicaFetchers::step(const Input& in, Env& env) {
  std::vector<FetcherEvent> events;
  for (const Completion& done : channel_.step(in, env)) {
    const NodeId leader{done.peer};
    const auto source = sources_.find(leader);
    if (source == sources_.end() || source->second->in_flight != done.id) continue;
    source->second.edit().in_flight.reset();
    to_send_.insert(leader);
    const auto* fetch = done.request.get_if<FetchRequest>();
    const auto* fetched = fetch && done.response ? done.response->get_if<FetchResponse>() : nullptr;
    const auto* ask = done.request.get_if<ListOffsetsRequest>();
    const auto* told = ask && done.response ? done.response->get_if<ListOffsetsResponse>() : nullptr;
    if (fetched != nullptr && !is_about_topic_ids(fetched->error_code)) {
      on_fetch_answer(leader, *fetched, env.now, events);
    } else if (told != nullptr) {
      on_list_offsets_answer(leader, *ask, *told, events);
    } else {
      if (fetch != nullptr) on_no_fetch_answer(leader, fetched);
      delay_all(leader, env.now);
    }
  }
  if (std::holds_alternative<Woken>(in)) {
    for (const NodeId leader : delays_.take_due(env.now)) to_send_.insert(leader);
  }
  return events;
}

// After an error of the session the next request is a full one, at once.
void ReplicaFetchers::on_fetch_answer(NodeId leader, const FetchResponse& response, Instant now,
                                      std::vector<FetcherEvent>& events) {
  Source& source = sources_.at(leader).edit();
  if (!source.session.handle(response)) return;
  std::set<TopicIdPartition> seen;
  for (const FetchResponse::Topic& topic : response.responses) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      const TopicIdPartition id{topic.topic_id, partition.partition_index};
      const auto state = source.partitions.find(id);
      const bool obeys_all = partition.diverging_epoch && legacy_.has(Legacy::removed_partition_truncates);
      if (state == source.partitions.end() && obeys_all && source.session.asked(id) != nullptr)
        events.emplace_back(FetchedPartition{id, source.session.asked(id)->partition, partition});
      if (state == source.partitions.end() || !seen.insert(id).second) continue;
      const FetchRequest::Partition& asked = source.session.asked(id)->partition;
      const FetchPosition& position = state->second.position;
      const bool same_epoch = asked.current_leader_epoch == position.leader_epoch || legacy_.has(Legacy::stale_fetch_answer);  // KAFKA-18991
      const bool still_there = asked.fetch_offset == position.offset && same_epoch && state->second.phase == Phase::ready
                               && !is_delayed(state->second.delayed_until, now);
      if (still_there) events.emplace_back(FetchedPartition{id, asked, partition});
    }
  }
}

void ReplicaFetchers::on_no_fetch_answer(NodeId leader, const FetchResponse* error) {
  FetchSessionHandler& session = sources_.at(leader).edit().session;
  if (error != nullptr) {
    (void)session.handle(*error);
  } else {
    session.handle_failure();
  }
}

void ReplicaFetchers::on_list_offsets_answer(NodeId leader, const ListOffsetsRequest& request,
                                             const ListOffsetsResponse& response,
                                             std::vector<FetcherEvent>& events) const {
  struct Question {
    TopicIdPartition id;
    LogEndKind which{};
    std::optional<LeaderEpoch> epoch;
  };
  // Requests go by name; the ids are those of the partitions that asked.
  std::map<TopicPartition, Question> asked;
  const Source& source = *sources_.at(leader);
  for (const TopicIdPartition& id : source.asking) {
    const State& state = source.partitions.at(id);
    const LogEndKind which = state.phase == Phase::needs_leader_end ? LogEndKind::end : LogEndKind::start;
    asked.emplace(TopicPartition{state.topic, id.partition}, Question{id, which, std::nullopt});
  }
  std::map<TopicPartition, Question> sent;
  for (const ListOffsetsRequest::Topic& topic : request.topics) {
    for (const ListOffsetsRequest::Partition& partition : topic.partitions) {
      const auto question = asked.find(TopicPartition{topic.name, partition.partition_index});
      if (question == asked.end()) continue;
      const bool about_end = partition.timestamp == ListOffsetsRequest::latest_timestamp;
      if (about_end != (question->second.which == LogEndKind::end)) continue;
      question->second.epoch = partition.current_leader_epoch;
      sent.insert(*question);
    }
  }
  for (const ListOffsetsResponse::Topic& topic : response.topics) {
    for (const ListOffsetsResponse::Partition& partition : topic.partitions) {
      const auto question = sent.find(TopicPartition{topic.name, partition.partition_index});
      if (question == sent.end()) continue;
      const auto [id, which, epoch] = question->second;
      const ErrorCode error = partition.error_code == ErrorCode::none && !partition.offset
                                  ? ErrorCode::unknown_server_error
                                  : partition.error_code;
      events.emplace_back(LeaderOffset{id, which, epoch, error, partition.offset.value_or(Offset{})});
      sent.erase(question);
    }
  }
  // Not told at all: as if it had failed.
  for (const auto& [name, question] : sent) {
    events.emplace_back(
        LeaderOffset{question.id, question.which, question.epoch, ErrorCode::unknown_server_error, Offset{}});
  }
}

// ---- requests --------------------------------------------------------------------------------------------

std::optional<ListOffsetsRequest> ReplicaFetchers::build_list_offsets(const Source& source) const {
  ListOffsetsRequest request;
  request.replica_id = self_;
  for (const TopicIdPartition& id : source.asking) {
    const State& state = source.partitions.at(id);
    if (request.topics.empty() || request.topics.back().name != state.topic)
      request.topics.push_back({.name = state.topic});
    request.topics.back().partitions.push_back({.partition_index = id.partition,
                                                .current_leader_epoch = state.position.leader_epoch,
                                                .timestamp = state.phase == Phase::needs_leader_end
                                                                 ? ListOffsetsRequest::latest_timestamp
                                                                 : ListOffsetsRequest::earliest_timestamp});
  }
  return request.topics.empty() ? std::nullopt : std::optional{std::move(request)};
}

std::optional<FetchRequest> ReplicaFetchers::build_fetch(Source& source, const Sender& sender, Instant now) const {
  source.release(now);
  source.hold_back(sender.quota, now);
  for (const TopicIdPartition& id : std::exchange(source.changed, {})) {
    const auto found = source.partitions.find(id);
    if (found == source.partitions.end() || found->second.delayed_until || source.held_back.contains(id)) {
      source.session.drop(id);
      continue;
    }
    const State& state = found->second;
    source.session.want(id, state.topic,
                        {.partition = id.partition,
                         .current_leader_epoch = state.position.leader_epoch,
                         .fetch_offset = state.position.offset,
                         .last_fetched_epoch = state.position.last_fetched_epoch,
                         .log_start_offset = sender.log_start_offset(id),
                         .partition_max_bytes = static_cast<std::int32_t>(config_->replica_fetch_max_bytes)},
                        state.order);
  }
  FetchRequest request;
  request.replica_state = {self_, sender.broker_epoch};
  request.max_wait = config_->replica_fetch_wait_max;
  request.min_bytes = static_cast<std::int32_t>(config_->replica_fetch_min_bytes);
  request.max_bytes = static_cast<std::int32_t>(config_->replica_fetch_response_max_bytes);
  return source.session.build(request) ? std::optional{std::move(request)} : std::nullopt;
}

void ReplicaFetchers::send_one(NodeId leader, const Sender& sender, Env& env) {
  const auto found = sources_.find(leader);
  if (found == sources_.end()) return;
  if (found->second->partitions.empty()) {  // idle (ReplicaFetcherManager.shutdownIdleFetcherThreads)
    channel_.disconnect(leader.value, env);
    delays_.set(leader, std::nullopt);
    sources_.erase(found);
    return;
  }
  const auto broker = sender.brokers.find(leader);
  if (found->second->in_flight) return;
  if (broker == sender.brokers.end()) {  // not known yet where it is: looked at again with the next change
    to_send_.insert(leader);
    return;
  }
  Source& source = found->second.edit();
  std::optional<Message> message;
  if (auto list_offsets = build_list_offsets(source)) {
    message = Message::of(std::move(*list_offsets));
  } else if (auto fetch = build_fetch(source, sender, env.now)) {
    message = Message::of(std::move(*fetch));
  }
  if (!message) {  // all are delayed or held back (AbstractFetcherThread.maybeFetch)
    std::optional<Instant> next;
    if (!source.delayed.empty()) next = source.delayed.begin()->first;
    if (!source.held_back.empty()) next = earlier(next, env.now + config_->replica_fetch_backoff);
    delays_.set(leader, next);
    return;
  }
  delays_.set(leader, std::nullopt);
  source.in_flight = channel_.send(leader.value, broker->second.endpoint, *message, env);
}

void ReplicaFetchers::send_requests(const Sender& sender, Env& env) {
  for (const NodeId leader : std::exchange(to_send_, {})) send_one(leader, sender, env);
}

std::optional<Instant> ReplicaFetchers::next_deadline() const {
  return earlier(delays_.next(), channel_.next_deadline());
}

}  // namespace kafkasim
