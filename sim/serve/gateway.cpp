#include "sim/serve/gateway.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "sim/serve/client_socket.hpp"

namespace kafkasim::sim {

namespace {
constexpr std::size_t read_at_once = 256U << 10;  // bytes
constexpr int backlog = 1024;
constexpr std::chrono::milliseconds accept_again{100};  // after running out of descriptors
}  // namespace

Gateway::Gateway(asio::io_context& io, Session& session, GatewayLimits limits, std::function<void()> catch_up,
                 std::function<void(const std::string&)> log)
    : io_{io},
      session_{session},
      limits_{limits},
      catch_up_{std::move(catch_up)},
      log_{std::move(log)},
      scratch_(read_at_once) {}

Gateway::~Gateway() = default;

void Gateway::listen(NodeId broker, Tcp::acceptor acceptor) {
  acceptor.non_blocking(true);
  ports_.emplace(broker, Port{std::move(acceptor)});
  accept(broker);
}

void Gateway::accept(NodeId broker) {
  Port& port = ports_.at(broker);
  if (closed_ || !port.listening) return;
  port.acceptor.async_accept([this, broker](const NetError& error, Tcp::socket socket) {
    if (closed_ || error == asio::error::operation_aborted) return;
    if (error) {  // too many open files, say
      auto later = std::make_shared<asio::steady_timer>(io_, accept_again);
      later->async_wait([this, broker, later](const NetError&) { accept(broker); });
      return;
    }
    if (sockets_.size() < limits_.most_connections) {
      NetError ignored;
      socket.set_option(Tcp::no_delay{true}, ignored);
      socket.non_blocking(true, ignored);
      catch_up_();
      const GuestId guest = session_.dial(broker);
      sockets_.emplace(guest, std::make_shared<ClientSocket>(*this, guest, std::move(socket)));
    }  // else it is closed as it goes out of scope
    accept(broker);
  });
}

// A port refuses while there is no process behind it. It stays bound, so that nobody else takes it: on Linux shutdown() ends the
// listening alone, and what had connected but was not accepted is reset.
void Gateway::open_or_close(NodeId broker, Port& port) {
  const Host& host = session_.run().world().host(session_.run().cluster().brokers.at(broker));
  const bool open = host.is_running() || !host.has_power();
  if (open == port.listening) return;
  port.listening = open;
  NetError ignored;
  if (open) {
    port.acceptor.listen(backlog, ignored);
    accept(broker);
  } else {
    port.acceptor.cancel(ignored);
    (void)::shutdown(port.acceptor.native_handle(), SHUT_RD);
  }
}

void Gateway::settle() {
  for (GuestNews& news : session_.run().take_news()) {
    const auto known = sockets_.find(news.guest);
    if (known == sockets_.end()) continue;
    const std::shared_ptr<ClientSocket> socket = known->second;
    if (std::holds_alternative<GuestOpened>(news.what)) {
      socket->opened();
    } else if (auto* answer = std::get_if<GuestAnswer>(&news.what)) {
      socket->answer(std::move(answer->frame));
      waiting_.insert(news.guest);
    } else if (const auto* ended = std::get_if<GuestEnded>(&news.what)) {
      socket->ended(ended->reason);
    }
  }
  for (auto& [broker, port] : ports_) open_or_close(broker, port);
  const std::vector<GuestId> waiting(waiting_.begin(), waiting_.end());
  for (const GuestId guest : waiting) {
    const auto known = sockets_.find(guest);
    if (known == sockets_.end()) {
      waiting_.erase(guest);
    } else {
      const std::shared_ptr<ClientSocket> socket = known->second;
      socket->go_on();
    }
  }
}

void Gateway::forget(GuestId guest) {
  sockets_.erase(guest);
  waiting_.erase(guest);
}

void Gateway::close() {
  closed_ = true;
  NetError ignored;
  for (auto& [broker, port] : ports_) port.acceptor.close(ignored);
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& [guest, socket] : sockets) socket->close(false);
}

}  // namespace kafkasim::sim
