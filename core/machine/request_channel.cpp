#include "core/machine/request_channel.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"
#include "core/message/version.hpp"

namespace kafkasim {

RequestChannel::RequestChannel(std::uint8_t tag, ChannelOptions options) : options_{std::move(options)}, tag_{tag} {}

void RequestChannel::start(const Started& started) {
  host_ = started.host;
  incarnation_ = started.incarnation;
  connections_made_ = 0;
  peers_.clear();
  next_known_ = false;
}

bool RequestChannel::owns(const ConnectionId& connection) const {
  return connection.dialler == host_ && (connection.number >> 24 & 0xff) == tag_;
}

std::pair<const std::int32_t, RequestChannel::Peer>* RequestChannel::peer_of(const ConnectionId& connection) {
  for (auto& entry : peers_) {
    if (entry.second.state != LinkState::idle && entry.second.connection == connection) return &entry;
  }
  return nullptr;
}

std::uint64_t RequestChannel::send(std::int32_t key, const Endpoint& to, Message request, Env& env,
                                   std::optional<Duration> timeout, Answer answer,
                                   std::optional<std::int16_t> version) {
  next_known_ = false;
  Peer& peer = peers_[key];
  if (peer.state == LinkState::idle) peer.endpoint = to;
  const std::uint64_t id = ++requests_made_;
  const Instant deadline = env.now + timeout.value_or(options_.request_timeout);
  const std::int16_t spoken = version.value_or(spoken_version(request.api()));
  peer.waiting.push_back(Request{id, std::move(request), deadline, 0, answer, spoken});
  pump(peer, env);
  return id;
}

void RequestChannel::connect(Peer& peer, Env& env) {
  ++connections_made_;
  KAFKASIM_CHECK(connections_made_ < 1U << 24, "a process used up its connection numbers");
  peer.connection =
      ConnectionId{host_, std::uint64_t{incarnation_} << 32 | std::uint64_t{tag_} << 24 | connections_made_};
  peer.state = LinkState::connecting;
  peer.wanted = false;
  peer.setup_deadline = env.now + options_.connection_setup_timeout;
  env.out.add(Connect{peer.connection, peer.endpoint});
}

void RequestChannel::pump(Peer& peer, Env& env) {
  if (peer.state == LinkState::idle && (peer.wanted || !peer.waiting.empty()) && env.now >= peer.may_connect_at)
    connect(peer, env);
  while (peer.state == LinkState::connected && !peer.waiting.empty()
         && std::ssize(peer.in_flight) < options_.max_in_flight) {
    Request request = std::move(peer.waiting.front());
    peer.waiting.pop_front();
    request.correlation_id = ++correlation_;
    env.out.add(
        Send{peer.connection, Envelope{request.correlation_id, request.version, options_.client_id, request.message}});
    if (request.answer == Answer::expected) peer.in_flight.push_back(std::move(request));
  }
}

void RequestChannel::drop_connection(std::int32_t key, Peer& peer, Env& env, std::vector<Completion>& done) {
  peer.state = LinkState::idle;
  Duration backoff = options_.reconnect_backoff;
  for (std::int32_t i = 0; i < peer.failed_attempts && backoff < options_.reconnect_backoff_max; ++i)
    backoff = backoff * 2;
  backoff = std::min(backoff, options_.reconnect_backoff_max);
  if (backoff.ns > 0) backoff = env.random.between(backoff * 4 / 5, backoff * 6 / 5);
  ++peer.failed_attempts;
  peer.may_connect_at = env.now + backoff;
  for (std::deque<Request>* queue : {&peer.in_flight, &peer.waiting}) {
    for (Request& request : *queue)
      done.push_back(
          Completion{request.id, key, std::move(request.message), std::nullopt, RequestFailure::disconnected});
    queue->clear();
  }
}

void RequestChannel::on_received(const Received& received, Env& env, std::vector<Completion>& done) {
  // To oneself, both ends of a connection have one name: what is asked there is not an answer here.
  if (received.envelope.message.kind() != MessageKind::response) return;
  auto* entry = peer_of(received.connection);
  if (!entry) return;  // the connection was given up meanwhile
  next_known_ = false;
  auto& [key, peer] = *entry;
  const auto answered = std::ranges::find(peer.in_flight, received.envelope.correlation_id, &Request::correlation_id);
  if (answered == peer.in_flight.end()) return;
  done.push_back(Completion{answered->id, key, std::move(answered->message), received.envelope.message, {}});
  peer.in_flight.erase(answered);
  peer.failed_attempts = 0;
  pump(peer, env);
}

void RequestChannel::on_disconnected(const Disconnected& lost, Env& env, std::vector<Completion>& done) {
  auto* entry = peer_of(lost.connection);
  if (!entry) return;
  next_known_ = false;
  drop_connection(entry->first, entry->second, env, done);
}

void RequestChannel::on_woken(Env& env, std::vector<Completion>& done) {
  next_known_ = false;
  for (auto& [key, peer] : peers_) {
    const auto expired = [&env](const Request& request) { return request.deadline <= env.now; };
    const bool answer_overdue = std::ranges::any_of(peer.in_flight, expired);
    for (std::deque<Request>* queue : {&peer.in_flight, &peer.waiting}) {
      for (Request& request : *queue) {
        if (expired(request))
          done.push_back(Completion{request.id, key, request.message, std::nullopt, RequestFailure::timed_out});
      }
      std::erase_if(*queue, expired);
    }
    if (answer_overdue || (peer.state == LinkState::connecting && peer.setup_deadline <= env.now)) {
      env.out.add(Close{peer.connection});
      drop_connection(key, peer, env, done);
    }
    pump(peer, env);
  }
}

std::vector<Completion> RequestChannel::step(const Input& in, Env& env) {
  std::vector<Completion> done;
  if (const auto* connected = std::get_if<Connected>(&in)) {
    if (auto* entry = peer_of(connected->connection)) {
      next_known_ = false;
      entry->second.state = LinkState::connected;
      pump(entry->second, env);
    }
  } else if (const auto* lost = std::get_if<Disconnected>(&in)) {
    on_disconnected(*lost, env, done);
  } else if (const auto* received = std::get_if<Received>(&in)) {
    on_received(*received, env, done);
  } else if (std::holds_alternative<Woken>(in)) {
    on_woken(env, done);
  }
  return done;
}

std::optional<Instant> RequestChannel::next_deadline() const {
  if (!next_known_) {
    next_ = earliest();
    next_known_ = true;
  }
  return next_;
}

std::optional<Instant> RequestChannel::earliest() const {
  std::optional<Instant> next;
  for (const auto& [key, peer] : peers_) {
    for (const std::deque<Request>* queue : {&peer.in_flight, &peer.waiting}) {
      for (const Request& request : *queue) next = earlier(next, request.deadline);
    }
    if (peer.state == LinkState::connecting) next = earlier(next, peer.setup_deadline);
    if (peer.state == LinkState::idle && (peer.wanted || !peer.waiting.empty()))
      next = earlier(next, peer.may_connect_at);
  }
  return next;
}

std::int32_t RequestChannel::unanswered(std::int32_t key) const {
  const auto peer = peers_.find(key);
  return peer == peers_.end() ? 0
                              : static_cast<std::int32_t>(peer->second.waiting.size() + peer->second.in_flight.size());
}

bool RequestChannel::ready(std::int32_t key, const Endpoint& to, Env& env) {
  Peer& peer = peers_[key];
  if (peer.state == LinkState::idle) {
    next_known_ = false;
    peer.endpoint = to;
    peer.wanted = true;
    pump(peer, env);
  }
  return peer.state == LinkState::connected && peer.waiting.empty()
         && std::ssize(peer.in_flight) < options_.max_in_flight;
}

bool RequestChannel::is_connected(std::int32_t key) const {
  const auto peer = peers_.find(key);
  return peer != peers_.end() && peer->second.state == LinkState::connected;
}

bool RequestChannel::in_backoff(std::int32_t key, Instant now) const {
  const auto peer = peers_.find(key);
  return peer != peers_.end() && peer->second.state == LinkState::idle && peer->second.may_connect_at > now;
}

void RequestChannel::disconnect_all(Env& env) {
  while (!peers_.empty()) disconnect(peers_.begin()->first, env);
}

void RequestChannel::disconnect(std::int32_t key, Env& env) {
  const auto peer = peers_.find(key);
  if (peer == peers_.end()) return;
  next_known_ = false;
  if (peer->second.state != LinkState::idle) env.out.add(Close{peer->second.connection});
  peers_.erase(peer);
}

}  // namespace kafkasim
