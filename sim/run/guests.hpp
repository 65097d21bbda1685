#pragma once
// Guests: real clients, as the World sees them. Each of their TCP connections is one connection of the World's, from the host
// that they all share, and that is the loopback address to them; frames go in as bytes and come out as bytes. A value, copied with the
// run: fed the same calls between the same events, it gives the same run. Sockets are sim/serve's part.
//
// What can be known of such clients without asking them is told to the checks: which records a leader has acknowledged to
// them, and the errors that they were given.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/run/cluster.hpp"

namespace kafkasim::sim {

using GuestId = std::uint64_t;  // a connection of a real client, counted from 1

struct GuestOpened {};  // the broker has accepted it
struct GuestAnswer {
  std::vector<std::byte> frame;  // with its size field
};
struct GuestEnded {  // by the broker, or by the network between
  DisconnectReason reason{};
};
struct GuestNews {
  GuestId guest{};
  std::variant<GuestOpened, GuestAnswer, GuestEnded> what;
};

class Guests {
 public:
  // The first connection makes the host.
  GuestId dial(NodeId broker, const Scenario& scenario, World& world);
  // A frame without its size field. Fails if a broker would close the connection for it: then hang up.
  [[nodiscard]] Result<void> receive(GuestId guest, const SharedBytes& frame, World& world);
  void hang_up(GuestId guest, World& world);
  void collect(const History& history, World& world);  // after every event: what has come for them
  [[nodiscard]] std::vector<GuestNews> take_news() { return std::exchange(news_, {}); }
  void hang_up_all(World& world);

  [[nodiscard]] GuestId next() const { return last_ + 1; }
  [[nodiscard]] std::optional<HostId> host() const { return host_; }
  [[nodiscard]] std::size_t connections() const { return open_.size(); }
  struct Load {  // of one connection
    std::size_t unanswered{0};       // requests
    std::uint64_t bytes_waiting{0};  // of requests that the broker has not taken yet
    bool fetching{false};            // a Fetch is among the unanswered: its answer may be large
  };
  [[nodiscard]] Load load(GuestId guest, const World& world) const;

 private:
  struct Sent {  // where to
    std::string topic;
    Uuid topic_id;  // instead, from version 13 on
    PartitionIndex partition;
    friend auto operator<=>(const Sent&, const Sent&) = default;
  };
  struct Asked {
    std::int32_t correlation_id{};
    ApiKey api{};
    std::int16_t version{};
    bool beyond_us{false};  // an ApiVersions of a version that nobody knows (KIP-511)
    std::int16_t acks{0};   // of a Produce
    std::map<Sent, std::int32_t> sent{};  // of a Produce: how many records
    Instant at{};
    std::optional<Envelope> answer{};  // that waits for those before it
  };
  struct Open {
    std::deque<Asked> asked;
  };
  [[nodiscard]] ConnectionId connection(GuestId guest) const { return {*host_, guest}; }
  [[nodiscard]] Result<Asked> admit(const SharedBytes& frame, Envelope& envelope) const;
  void remember_batches(const Envelope& envelope, Asked& asked, const World& world) const;
  void on_answer(const Received& received, const History& history, World& world);
  void tell(const Asked& asked, const Message& answer, const History& history, World& world) const;

  std::optional<HostId> host_;
  GuestId last_{0};
  std::map<GuestId, Open> open_;
  std::vector<GuestNews> news_;
};

}  // namespace kafkasim::sim
