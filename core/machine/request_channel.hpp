#pragma once
// RequestChannel: requests to peers and their answers, over one connection a peer
// (org.apache.kafka.clients.NetworkClient). A part of a machine that owns it: fetchers, the raft client, heartbeats to
// the controller, producers and consumers each have one.
//
//   id = channel.send(peer, endpoint, Message::of(FetchRequest{...}), env);
//   for (Completion& done : channel.step(in, env)) ...   // exactly one completion a request: the answer, or why there
//   is none
//
// A request waits while its peer is not connected, or has max_in_flight unanswered ones; they go out in order. It fails
// as `timed_out` after its timeout, counted from send() (then the connection is closed, and everything else on it fails
// as disconnected, as in Kafka), and as `disconnected` when the connection breaks or cannot be made. After a failed
// attempt the next waits for the reconnect backoff: exponential with 20 % jitter, reset by success.
//
// The owner passes on Connected, Disconnected, Received and Woken; owns() tells whether a connection is this channel's.
// Each channel of a machine needs a tag of its own: it keeps connection numbers apart.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/machine/seam.hpp"

namespace kafkasim {

enum class RequestFailure : std::uint8_t { disconnected, timed_out };

struct Completion {
  std::uint64_t id{};
  std::int32_t peer{};
  Message request;
  std::optional<Message> response;  // absent: see failure
  RequestFailure failure{};
};

struct ChannelOptions {
  std::string client_id;
  Duration request_timeout{milliseconds(30'000)};
  Duration reconnect_backoff{milliseconds(50)};
  Duration reconnect_backoff_max{milliseconds(1'000)};
  Duration connection_setup_timeout{milliseconds(10'000)};
  std::int32_t max_in_flight{5};
};

class RequestChannel {
 public:
  RequestChannel(std::uint8_t tag, ChannelOptions options);
  void start(const Started& started);  // the process begins: no connections, nothing in flight

  // `peer` is the caller's name for whom it asks (a node id); `to` is used when a connection has to be made. No answer
  // is expected to a Produce with acks=0: it completes with no response and failure `disconnected` only if it could not
  // be sent, and is told apart by expect_answer.
  enum class Answer : std::uint8_t { expected, none };
  std::uint64_t send(std::int32_t peer, const Endpoint& to, Message request, Env& env,
                     std::optional<Duration> timeout = std::nullopt, Answer answer = Answer::expected,
                     std::optional<std::int16_t> version = std::nullopt);  // absent: the newest

  [[nodiscard]] bool owns(const ConnectionId& connection) const;
  [[nodiscard]] std::vector<Completion> step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;  // looks at the requests only where they have changed

  // NetworkClient.ready(): true if a request sent now goes out at once. If there is no connection, one is made, as soon
  // as the reconnect backoff allows: ask again after the next step.
  [[nodiscard]] bool ready(std::int32_t peer, const Endpoint& to, Env& env);

  [[nodiscard]] std::int32_t unanswered(std::int32_t peer) const;  // waiting or in flight
  [[nodiscard]] bool is_connected(std::int32_t peer) const;
  [[nodiscard]] bool in_backoff(std::int32_t peer, Instant now) const;
  void disconnect(std::int32_t peer, Env& env);  // what it had unanswered is dropped without a completion
  void disconnect_all(Env& env);

 private:
  struct Request {
    std::uint64_t id{};
    Message message;
    Instant deadline;
    std::int32_t correlation_id{};
    Answer answer{};
    std::int16_t version{};
  };
  enum class LinkState : std::uint8_t { idle, connecting, connected };
  struct Peer {
    Endpoint endpoint;
    LinkState state{LinkState::idle};
    ConnectionId connection;
    Instant setup_deadline;
    Instant may_connect_at;
    std::int32_t failed_attempts{0};
    bool wanted{false};  // ready() was asked for and there is no connection
    std::deque<Request> waiting;
    std::deque<Request> in_flight;
  };

  void pump(Peer& peer, Env& env);
  void connect(Peer& peer, Env& env);
  void drop_connection(std::int32_t key, Peer& peer, Env& env, std::vector<Completion>& done);
  void on_received(const Received& received, Env& env, std::vector<Completion>& done);
  void on_disconnected(const Disconnected& lost, Env& env, std::vector<Completion>& done);
  void on_woken(Env& env, std::vector<Completion>& done);
  std::pair<const std::int32_t, Peer>* peer_of(const ConnectionId& connection);
  [[nodiscard]] std::optional<Instant> earliest() const;

  ChannelOptions options_;
  std::uint8_t tag_;
  HostId host_{};
  std::uint32_t incarnation_{0};
  std::uint32_t connections_made_{0};
  std::uint64_t requests_made_{0};
  std::int32_t correlation_{0};
  std::map<std::int32_t, Peer> peers_;
  // A machine is asked after every step, and most steps are none of this channel's business.
  mutable std::optional<Instant> next_;
  mutable bool next_known_{false};  // every member that changes a request, a peer or a state says no
};

}  // namespace kafkasim
