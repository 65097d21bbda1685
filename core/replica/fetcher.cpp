#include "core/replica/fetcher.hpp"

#include <algorithm>

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

}  // namespace

ReplicaFetchers::ReplicaFetchers(NodeId self, const NodeConfig& config, std::uint8_t channel_tag)
    : self_{self}, config_{config}, channel_{channel_tag, channel_options(self, config)} {}

ReplicaFetchers::State* ReplicaFetchers::edit(const TopicIdPartition& id) {
  const auto leader = leader_of_.find(id);
  if (leader == leader_of_.end()) return nullptr;
  return &sources_.at(leader->second).edit().partitions.at(id);
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
  const std::uint64_t order = ++last_order_;
  source.partitions.emplace(id, State{topic, position, Phase::ready, std::nullopt, order});
  source.order.emplace(order, id);
  leader_of_.emplace(id, leader);
  to_send_.insert(leader);
}

void ReplicaFetchers::unfollow(const TopicIdPartition& id) {
  const auto leader = leader_of_.find(id);
  if (leader == leader_of_.end()) return;
  Source& source = sources_.at(leader->second).edit();
  const auto state = source.partitions.find(id);
  source.order.erase(state->second.order);
  source.partitions.erase(state);
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
  State* state = edit(id);
  if (state == nullptr) return;
  state->position.offset = offset;
  state->position.last_fetched_epoch = last_fetched_epoch;
  state->phase = Phase::ready;
  if (got == Got::nothing) return;
  Source& source = sources_.at(leader_of_.at(id)).edit();
  source.order.erase(state->order);
  state->order = ++last_order_;
  source.order.emplace(state->order, id);
}

void ReplicaFetchers::back_off(const TopicIdPartition& id, Instant now) {
  State* state = edit(id);
  if (state == nullptr) return;
  state->phase = Phase::ready;
  if (!is_delayed(state->delayed_until, now)) state->delayed_until = now + config_->replica_fetch_backoff;
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
  if (State* state = edit(id))
    state->phase = which == LogEndKind::end ? Phase::needs_leader_end : Phase::needs_leader_start;
}

void ReplicaFetchers::delay_all(NodeId leader, Instant now) {
  Source& source = sources_.at(leader).edit();
  for (auto& [id, state] : source.partitions) {
    state.phase = Phase::ready;
    if (!is_delayed(state.delayed_until, now)) state.delayed_until = now + config_->replica_fetch_backoff;
  }
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
    if (fetched != nullptr && fetched->error_code == ErrorCode::none) {
      on_fetch_answer(leader, *fetch, *fetched, env.now, events);
    } else if (told != nullptr) {
      on_list_offsets_answer(leader, *ask, *told, events);
    } else {
      delay_all(leader, env.now);
    }
  }
  if (std::holds_alternative<Woken>(in)) {
    for (const NodeId leader : delays_.take_due(env.now)) to_send_.insert(leader);
  }
  return events;
}

void ReplicaFetchers::on_fetch_answer(NodeId leader, const FetchRequest& request, const FetchResponse& response,
                                      Instant now, std::vector<FetcherEvent>& events) const {
  std::map<TopicIdPartition, const FetchRequest::Partition*> asked;
  for (const FetchRequest::Topic& topic : request.topics) {
    for (const FetchRequest::Partition& partition : topic.partitions)
      asked.emplace(TopicIdPartition{topic.topic_id, partition.partition}, &partition);
  }
  const Source& source = *sources_.at(leader);
  for (const FetchResponse::Topic& topic : response.responses) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      const TopicIdPartition id{topic.topic_id, partition.partition_index};
      const auto question = asked.find(id);
      const auto state = source.partitions.find(id);
      if (question == asked.end() || state == source.partitions.end()) continue;
      const bool still_there = question->second->fetch_offset == state->second.position.offset
                               && state->second.phase == Phase::ready && !is_delayed(state->second.delayed_until, now);
      if (still_there) events.emplace_back(FetchedPartition{id, *question->second, partition});
      asked.erase(question);
    }
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
  for (const auto& [id, state] : sources_.at(leader)->partitions) {
    if (state.phase == Phase::ready) continue;
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
  for (const auto& [id, state] : source.partitions) {
    if (state.phase == Phase::ready) continue;
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

std::optional<FetchRequest> ReplicaFetchers::build_fetch(const Source& source, const Sender& sender,
                                                         Instant now) const {
  FetchRequest request;
  request.replica_state = {self_, sender.broker_epoch};
  request.max_wait = config_->replica_fetch_wait_max;
  request.min_bytes = static_cast<std::int32_t>(config_->replica_fetch_min_bytes);
  request.max_bytes = static_cast<std::int32_t>(config_->replica_fetch_response_max_bytes);
  for (const auto& [order, id] : source.order) {
    const State& state = source.partitions.at(id);
    if (is_delayed(state.delayed_until, now)) continue;
    if (request.topics.empty() || request.topics.back().topic_id != id.topic_id) {
      request.topics.push_back({.topic = state.topic, .topic_id = id.topic_id});
    }
    request.topics.back().partitions.push_back(
        {.partition = id.partition,
         .current_leader_epoch = state.position.leader_epoch,
         .fetch_offset = state.position.offset,
         .last_fetched_epoch = state.position.last_fetched_epoch,
         .log_start_offset = sender.log_start_offset(id),
         .partition_max_bytes = static_cast<std::int32_t>(config_->replica_fetch_max_bytes)});
  }
  return request.topics.empty() ? std::nullopt : std::optional{std::move(request)};
}

void ReplicaFetchers::send_one(NodeId leader, const Sender& sender, Env& env) {
  const auto found = sources_.find(leader);
  if (found == sources_.end()) return;
  const Source& source = *found->second;
  if (source.partitions.empty()) {  // idle (ReplicaFetcherManager.shutdownIdleFetcherThreads)
    channel_.disconnect(leader.value, env);
    delays_.set(leader, std::nullopt);
    sources_.erase(found);
    return;
  }
  const auto broker = sender.brokers.find(leader);
  if (source.in_flight) return;
  if (broker == sender.brokers.end()) {  // not known yet where it is: looked at again with the next change
    to_send_.insert(leader);
    return;
  }
  std::optional<Message> message;
  if (auto list_offsets = build_list_offsets(source)) {
    message = Message::of(std::move(*list_offsets));
  } else if (auto fetch = build_fetch(source, sender, env.now)) {
    message = Message::of(std::move(*fetch));
  }
  if (!message) {  // all are delayed
    std::optional<Instant> ready;
    for (const auto& [id, state] : source.partitions) ready = earlier(ready, state.delayed_until);
    delays_.set(leader, ready);
    return;
  }
  delays_.set(leader, std::nullopt);
  const std::uint64_t id = channel_.send(leader.value, broker->second.endpoint, *message, env);
  found->second.edit().in_flight = id;
}

void ReplicaFetchers::send_requests(const Sender& sender, Env& env) {
  for (const NodeId leader : std::exchange(to_send_, {})) send_one(leader, sender, env);
}

std::optional<Instant> ReplicaFetchers::next_deadline() const {
  return earlier(delays_.next(), channel_.next_deadline());
}

}  // namespace kafkasim
