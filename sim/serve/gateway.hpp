#pragma once
// Gateway: real TCP connections on one side, guests of the run on the other. One port a broker. It knows nothing of
// Kafka but where a frame ends.
//
//   broker starts, is down     its port refuses (bound, not listening); what was open is reset
//   broker dead, cut off       connections are made and stay silent, as towards a machine that does not answer
//   client is slow to read     its further requests wait, unread, until its answers are gone
//   requests wait in the World likewise: a connection's bytes there are bounded, and so is the sum of all frames that
//                              are half received
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/serve/asio.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

struct GatewayLimits {
  std::size_t most_frame{100U << 20};          // socket.request.max.bytes
  std::size_t most_connections{20'000};
  std::size_t most_unanswered{64};             // requests of one connection in the World
  std::uint64_t most_waiting{16U << 20};       // bytes of them
  std::size_t most_unsent{4U << 20};           // bytes of answers that a client has not taken: then its requests wait
  std::size_t most_half_received{512U << 20};  // bytes of all frames that have not come whole
};

class ClientSocket;

class Gateway {
 public:
  // `log` is told of connections that are closed for a reason that their client should know of.
  Gateway(asio::io_context& io, Session& session, GatewayLimits limits, std::function<void()> catch_up,
          std::function<void(const std::string&)> log);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void listen(NodeId broker, Tcp::acceptor acceptor);  // bound, and listening if the broker is up
  // Brings what the run has for its guests to their sockets, opens and closes ports, and lets wait or go on who has to. After
  // each turn of stepping.
  void settle();
  void close();  // every socket
  [[nodiscard]] std::size_t connections() const { return sockets_.size(); }

 private:
  friend class ClientSocket;
  struct Port {
    Tcp::acceptor acceptor;
    bool listening{true};
  };
  void accept(NodeId broker);
  void open_or_close(NodeId broker, Port& port);
  void forget(GuestId guest);

  asio::io_context& io_;
  Session& session_;
  GatewayLimits limits_;
  std::function<void()> catch_up_;  // virtual time up to the present moment
  std::function<void(const std::string&)> log_;
  std::map<NodeId, Port> ports_;
  std::map<GuestId, std::shared_ptr<ClientSocket>> sockets_;
  std::set<GuestId> waiting_;  // who is not read from for now
  std::size_t half_received_{0};
  std::vector<std::byte> scratch_;  // what was just read of a socket
  bool closed_{false};
};

}  // namespace kafkasim::sim
