#pragma once
// ControllerChannel: a broker's requests to whichever controller is active (NodeToControllerChannelManager). A request
// waits until an active controller is known, goes to it, and goes again to the next one when the answer is
// NOT_CONTROLLER or the connection breaks, until its time is over. One at a time, in order, as Kafka's request thread
// does it.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/machine/request_channel.hpp"

namespace kafkasim {

class ControllerChannel {
 public:
  struct Done {
    std::uint64_t id{};
    std::optional<Message> response;  // absent: not within its time
  };
  struct Active {  // the controller that the quorum is known to follow
    NodeId id;
    Endpoint endpoint;
  };
  enum class Retry : std::uint8_t { until_deadline, no };  // no: one attempt, the caller tries again itself

  ControllerChannel(std::uint8_t tag, std::string client_id, Duration request_timeout);
  void start(const Started& started);

  // `patience`: how long it may be tried; absent for ever.
  std::uint64_t send(Message request, std::optional<Duration> patience, Retry retry,
                     const std::optional<Active>& active, Env& env);
  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  [[nodiscard]] std::vector<Done> step(const Input& in, const std::optional<Active>& active, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline(const std::optional<Active>& active) const;

 private:
  struct Request {
    std::uint64_t id{};
    Message message;
    std::optional<Instant> deadline;
    Retry retry{};
    std::optional<std::uint64_t> sent_as;
  };
  void pump(const std::optional<Active>& active, Env& env);
  void on_completion(const Completion& completion, Env& env, std::vector<Done>& done);

  RequestChannel channel_;
  std::deque<Request> requests_;  // only the first may be on its way
  std::optional<Instant> retry_at_;
  std::uint64_t made_{0};
};

// The top-level error of an answer of the controller, none for those that have it elsewhere.
[[nodiscard]] ErrorCode controller_error(const Message& response);

}  // namespace kafkasim
