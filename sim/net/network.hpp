#pragma once
// Network: carries messages between hosts over connections that behave as TCP does. A copyable value without a clock or
// a queue: each call is told the time, and leaves in NetOut what is to happen later (the caller brings those events
// back to execute()) and what hosts are given now.
//
//   connect   SYN; a machine that is up but has no process there refuses after a round trip; a dead one, or a cut,
//   leaves silence:
//             the SYN is sent again after 1, 2, 4 .. 64 s, then `timed_out`. To give up earlier is the caller's part.
//   send      in order, each message with a latency of its own and the time that its bytes take on the links. At most
//   send_buffer
//             bytes (or one message) are under way on a stream; the rest waits in the process and dies with it.
//   close     what was sent, then the peer hears closed_by_peer.
//   a crash   messages on the wire still arrive, then the peer hears a reset. Power loss: silence.
//   a cut or a dead machine: connection.hpp. What reaches a machine that no longer knows the connection is answered by
//   a reset.
//
// A message that is on a wire when that is cut is lost and sent again. An unknown endpoint refuses at once.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/random.hpp"
#include "core/machine/seam.hpp"
#include "sim/net/connection.hpp"
#include "sim/net/topology.hpp"

namespace kafkasim::sim {

inline constexpr Duration first_retransmission = milliseconds(200);
inline constexpr Duration longest_retransmission = seconds(120);
inline constexpr Duration retransmission_gives_up = seconds(15 * 60);
inline constexpr Duration first_syn_retry = seconds(1);
inline constexpr std::uint32_t syn_retries = 6;
inline constexpr std::uint64_t send_buffer = 4U << 20;  // bytes; tcp_wmem's maximum on Linux
inline constexpr std::uint64_t bare_packet_bytes = 66;  // SYN, FIN, RST with their headers
inline constexpr Duration loopback_latency = microseconds(20);

enum class NetEventKind : std::uint8_t {
  syn_arrives,       // at the accepter
  syn_ack_arrives,   // at the dialler
  refusal_arrives,   // at the dialler
  syn_retry,         // number: how many SYNs were sent
  segment_arrives,   // number: of the segment
  retransmit,        // number: generation of the timer
  reset_arrives,     // from a machine that does not know the connection; number 1: forged on the way
  unknown_endpoint,  // at the dialler
};
struct NetEvent {
  ConnectionId connection;
  std::uint32_t number{};
  NetEventKind kind{};
  Side from{};  // which side's packet or timer this is
};

struct Delivery {
  HostId host;
  Input input;            // Connected, Disconnected or Received
  std::uint64_t bytes{};  // of the message
  HostId from{};          // its sender
  MadeBy made_by{};
};
struct NetOut {
  std::vector<std::pair<Instant, NetEvent>> events;
  std::vector<Delivery> deliveries;
};

enum class MachineState : std::uint8_t {
  listening,      // up, with a process that accepts connections if the host has an endpoint
  not_listening,  // up, without a process, or one that is still starting
  dead,           // without power
};
enum class ProcessEnd : std::uint8_t { orderly, crash, power_loss };

struct InFlight {  // a message between two machines, to look at
  ConnectionId connection;
  Side side{};             // that sends
  std::uint32_t number{};  // of its segment
  HostId from;
  HostId to;
  const Envelope* envelope{};  // until the network changes
  ApiKey api{};
  MessageKind kind{};
  std::uint64_t bytes{};
  SegmentState state{};
  Instant sent;
  Instant arrives;  // if it is on the wire
};

class Network {
 public:
  Network(const Random& root, LinkQuality everywhere);

  void add_host(HostId host, const std::string& name, const std::optional<std::string>& rack,
                const std::optional<Endpoint>& endpoint);  // ids ascend from 0; not listening yet
  void add_second_listener(HostId host, const Endpoint& endpoint);
  [[nodiscard]] std::optional<HostId> host_at(const Endpoint& endpoint) const;
  void set_machine(HostId host, MachineState state);
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] Topology& edit_topology() { return topology_; }

  // By the process at `host`. On a connection that is over, send and close do nothing.
  void connect(Instant now, const ConnectionId& connection, const Endpoint& to, NetOut& out);
  void send(Instant now, HostId host, const ConnectionId& connection, Envelope envelope, std::uint64_t bytes,
            NetOut& out, MadeBy made_by = MadeBy::process);
  void close(Instant now, HostId host, const ConnectionId& connection, NetOut& out);

  void process_ended(Instant now, HostId host, ProcessEnd how, NetOut& out);
  void execute(Instant now, const NetEvent& event, NetOut& out);
  // A fault: all connections between a host of `a` and one of `b` are reset; both sides hear of it.
  void reset_between(Instant now, const std::vector<HostId>& a, const std::vector<HostId>& b, NetOut& out);
  void reset(Instant now, const ConnectionId& connection, NetOut& out);  // likewise this one

  [[nodiscard]] const Connection* find(const ConnectionId& connection) const;
  [[nodiscard]] std::size_t connection_count() const;
  [[nodiscard]] std::vector<InFlight> in_flight() const;

 private:
  using Connections = std::map<std::uint64_t, Connection>;  // of one dialler, by number
  struct HostEntry {
    std::string name;
    MachineState machine{MachineState::not_listening};
    Instant card_out_free{};
    Instant card_in_free{};
    Cow<Connections> dialled;
    Cow<std::map<HostId, Random>> paths;  // the stream of the latencies to each
  };
  struct LinkState {
    Instant forward_free{};
    Instant backward_free{};
  };
  struct At {  // a connection that is being worked on
    ConnectionId id;
    Connection& connection;
  };

  [[nodiscard]] HostEntry& entry(HostId host);
  [[nodiscard]] const HostEntry& entry(HostId host) const;
  [[nodiscard]] Connection* edit(const ConnectionId& connection);
  [[nodiscard]] bool reaches(HostId from, HostId to) const;  // open, and the machine there is up

  [[nodiscard]] Random& stream_of(HostId from, HostId to);
  [[nodiscard]] Instant arrival(Instant now, HostId from, HostId to, std::uint64_t bytes);
  [[nodiscard]] bool lost(HostId from, HostId to);  // draws

  void send_syn(Instant now, const At& at, std::uint32_t sent_before, NetOut& out);
  void on_syn(Instant now, const At& at, NetOut& out);
  void on_syn_ack(const At& at, NetOut& out);
  void bare_packet(Instant now, const At& at, NetEventKind kind, Side from, NetOut& out);

  void enqueue(Instant now, const At& at, Side from, SegmentKind kind, std::optional<Envelope> envelope,
               std::uint64_t bytes, NetOut& out, MadeBy made_by = MadeBy::process);
  void pump(Instant now, const At& at, Side from, NetOut& out);
  void transmit(Instant now, const At& at, Side from, Segment& segment, NetOut& out);
  void on_segment(Instant now, const At& at, Side from, std::uint32_t number, NetOut& out);
  void deliver_ready(const At& at, Side from, NetOut& out);
  void acknowledge(Instant now, const At& at, Side from, NetOut& out);
  void start_timer(Instant now, const At& at, Side from, Instant first_sent, NetOut& out);
  void on_retransmit(Instant now, const At& at, Side from, std::uint32_t generation, NetOut& out);
  void hear(const At& at, Side side, DisconnectReason reason, NetOut& out);
  void end_died(Instant now, const At& at, Side side, ProcessEnd how, NetOut& out);
  void close_end(Instant now, const At& at, Side side, NetOut& out);
  void settle(const ConnectionId& connection);  // forgets it if neither end is open

  Random random_;
  Topology topology_;
  std::vector<HostEntry> hosts_;
  struct ListenerEntry {
    HostId host;
    Listener listener{};
  };
  std::map<Endpoint, ListenerEntry> listeners_;
  std::vector<LinkState> links_;
};

}  // namespace kafkasim::sim
