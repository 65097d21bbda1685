#pragma once
// Lanes: what waits at one process, and which of its threads are busy. A copyable value.
//
// Invariants: a lane serves in the order of arrival. Inputs of one connection are given in their order, also where
// their classes differ: while one of them waits, the next joins the same lane. A host that listens is given one request
// per connection at a time (Kafka's SocketServer mutes the channel): what follows on it, the end of the connection
// included, waits until the request was answered.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "sim/kernel/lane.hpp"

namespace kafkasim::sim {

struct Waiting {
  Input input;
  std::uint64_t bytes{};  // of the message that it brings
};
struct Leaving {
  Effect effect;
  std::uint64_t bytes{};  // of the message that it sends
};

struct LaneThread {
  Lane lane{};
  bool busy{false};
  Instant due{};                 // when its service time is over
  std::vector<Leaving> leaving{};  // the effects that are released then
};

class Lanes {
 public:
  explicit Lanes(const LaneThreads& threads);

  void put(HostId self, Waiting waiting);
  struct Ready {
    std::uint32_t thread{};
    Waiting waiting;
  };
  [[nodiscard]] std::optional<Ready> take();  // what can be served now; its thread is busy from then on
  // The request of that id was answered, or never will be.
  void answered(HostId self, const ConnectionId& connection, std::int32_t correlation_id);
  void forget(const ConnectionId& connection);  // the process closed it: nothing on it is given any more
  void clear();                                 // the process is gone

  [[nodiscard]] const std::vector<LaneThread>& threads() const { return threads_; }
  [[nodiscard]] LaneThread& thread(std::uint32_t index);
  [[nodiscard]] std::uint32_t first_thread(Lane lane) const;
  // Of requests on the connection that have not been given to the process.
  [[nodiscard]] std::uint64_t bytes_waiting(const ConnectionId& connection) const;
  [[nodiscard]] std::size_t waiting(Lane lane) const { return queues_[static_cast<std::size_t>(lane)].size(); }

 private:
  struct Channel {  // of a connection that the host accepted
    std::optional<std::int32_t> in_hand;
    std::deque<Waiting> muted;
  };
  struct Queued {
    Lane lane{};
    std::uint32_t count{0};
  };
  void enqueue(Waiting waiting);
  void let_through(HostId self, const ConnectionId& connection);

  std::vector<LaneThread> threads_;  // by lane
  std::array<std::deque<Waiting>, lane_count> queues_;
  std::map<ConnectionId, Channel> channels_;
  std::map<ConnectionId, Queued> queued_;
};

// The connection that an input belongs to.
[[nodiscard]] std::optional<ConnectionId> connection_of(const Input& input);

}  // namespace kafkasim::sim
