#pragma once
// ClientSocket: one real client's connection to one broker. Frames that have come wait here until the run may take them;
// answers wait until the socket takes them.
#include <deque>
#include <memory>
#include <vector>

#include "sim/serve/asio.hpp"
#include "sim/serve/frame_reader.hpp"
#include "sim/serve/gateway.hpp"

namespace kafkasim::sim {

class ClientSocket : public std::enable_shared_from_this<ClientSocket> {
 public:
  ClientSocket(Gateway& gateway, GuestId guest, Tcp::socket socket);

  void opened();  // the broker has accepted
  void answer(std::vector<std::byte> frame);
  void ended(DisconnectReason reason);
  void go_on();  // hands over what has waited, if it may now; reads again
  void close(bool reset);

 private:
  enum class Reading : std::uint8_t { not_yet, yes, waits, over };  // over: the client has said that it sends no more
  void read();
  void on_readable();
  [[nodiscard]] bool may_hand_over() const;
  void hand_over();
  void refuse(const std::string& why);
  void count(std::size_t half_received);
  void close_soon();
  void write();
  void end_if_done();

  Gateway& gateway_;
  GuestId guest_;
  Tcp::socket socket_;
  FrameReader reader_;
  std::size_t counted_{0};  // of its bytes in the gateway's sum
  Reading reading_{};
  bool asked_to_read_{false};  // a wait for more is under way
  std::deque<SharedBytes> received_;
  std::deque<std::vector<std::byte>> unsent_;
  std::size_t unsent_bytes_{0};
  bool writing_{false};
  bool ends_{false};  // the broker has closed it: after what is unsent
  bool closed_{false};
};

}  // namespace kafkasim::sim
