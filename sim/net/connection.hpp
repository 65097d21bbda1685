#pragma once
// Connection: what the kernels of two machines and the wire between them know of one TCP connection. Plain data;
// Network moves it.
//
//   phase       connecting -> open (the dialler has the SYN-ACK)
//   end         open -> closed  by its own process: what it sent, then FIN, still goes out; what comes gets a reset
//               open -> dead    its process died, its machine lost power, or it has heard that the connection is over
//   segment     waiting -> on_wire -> arrived -> delivered, then acknowledged and forgotten
//               on_wire -> lost -> on_wire (again at the next retry)
// A stream (one direction) retries 200 ms after a loss was first sent, then after twice that, up to 120 s; after 15
// minutes it gives up. While it retries, nothing new goes out. An acknowledgement needs the way back open.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/machine/seam.hpp"

namespace kafkasim::sim {

enum class Side : std::uint8_t { dialler, accepter };
[[nodiscard]] constexpr Side other(Side side) { return side == Side::dialler ? Side::accepter : Side::dialler; }

enum class SegmentKind : std::uint8_t { message, fin, reset };
enum class MadeBy : std::uint8_t { process, fault };  // a fault: an answer that an intercept makes up
enum class SegmentState : std::uint8_t { waiting, on_wire, lost, arrived, delivered };
struct Segment {
  std::uint32_t number{};
  SegmentKind kind{};
  SegmentState state{};
  std::optional<Envelope> envelope;  // of a message, until it is delivered
  std::uint64_t bytes{};
  MadeBy made_by{};
  Instant first_sent;
  Instant arrives;  // of the last transmission
};

struct Stream {
  std::vector<Segment> segments;  // ascending numbers; the first is the oldest that is not acknowledged
  std::uint32_t next_number{0};
  Instant last_arrival{};   // messages do not overtake each other
  Instant stalled_since{};  // while the timer runs: when the oldest loss was first sent
  Duration retry_after{};
  std::uint32_t timer_generation{0};
  bool timer_runs{false};
  bool retrying{false};  // the timer has fired, and nothing was acknowledged since
};

enum class EndState : std::uint8_t { open, closed, dead };
enum class ConnectionPhase : std::uint8_t { connecting, open };

struct Connection {
  std::array<HostId, 2> hosts;  // by Side
  std::array<EndState, 2> ends{EndState::open, EndState::dead};
  std::array<Stream, 2> streams;  // by the side that sends
  ConnectionPhase phase{};
  Listener listener{};  // of the accepter

  [[nodiscard]] HostId host(Side side) const { return hosts[static_cast<std::size_t>(side)]; }
  [[nodiscard]] EndState& end(Side side) { return ends[static_cast<std::size_t>(side)]; }
  [[nodiscard]] EndState end(Side side) const { return ends[static_cast<std::size_t>(side)]; }
  [[nodiscard]] Stream& stream(Side from) { return streams[static_cast<std::size_t>(from)]; }
  [[nodiscard]] const Stream& stream(Side from) const { return streams[static_cast<std::size_t>(from)]; }
};

}  // namespace kafkasim::sim
