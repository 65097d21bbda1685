#include "sim/serve/client_socket.hpp"

#include <utility>

namespace kafkasim::sim {

namespace {
constexpr int reads_in_a_row = 8;  // then others have their turn
constexpr std::chrono::seconds patience_after_the_end{5};
}

ClientSocket::ClientSocket(Gateway& gateway, GuestId guest, Tcp::socket socket)
    : gateway_{gateway}, guest_{guest}, socket_{std::move(socket)}, reader_{gateway.limits_.most_frame} {}

void ClientSocket::opened() {
  if (closed_ || reading_ != Reading::not_yet) return;
  reading_ = Reading::yes;
  read();
}

void ClientSocket::read() {
  if (closed_ || asked_to_read_ || reading_ != Reading::yes) return;
  asked_to_read_ = true;
  socket_.async_wait(Tcp::socket::wait_read, [self = shared_from_this()](const NetError& error) {
    self->asked_to_read_ = false;
    if (self->closed_ || error) return;
    self->on_readable();
  });
}

void ClientSocket::on_readable() {
  gateway_.catch_up_();
  std::vector<SharedBytes> frames;
  for (int i = 0; i < reads_in_a_row && frames.size() < gateway_.limits_.most_unanswered; ++i) {
    NetError error;
    const std::size_t count = socket_.read_some(asio::buffer(gateway_.scratch_), error);
    if (error == asio::error::would_block) break;
    if (error) {
      if (error != asio::error::eof) return close(false);
      reading_ = Reading::over;
      close_soon();
      break;
    }
    if (const Result<void> fed = reader_.feed(ByteSpan{gateway_.scratch_}.first(count), frames); !fed)
      return refuse(fed.error().message);
  }
  for (SharedBytes& frame : frames) received_.push_back(std::move(frame));
  count(reader_.buffered());
  if (counted_ > 0 && gateway_.half_received_ > gateway_.limits_.most_half_received)
    return refuse("too much is half received over all connections");
  hand_over();
  if (closed_) return;
  end_if_done();
  read();
}

void ClientSocket::count(std::size_t half_received) {
  gateway_.half_received_ += half_received;
  gateway_.half_received_ -= std::exchange(counted_, half_received);
}

// Whoever sends no more may have gone altogether, or may wait for its answers yet: TCP cannot tell.
void ClientSocket::close_soon() {
  auto timer = std::make_shared<asio::steady_timer>(gateway_.io_, patience_after_the_end);
  timer->async_wait([self = weak_from_this(), timer](const NetError&) {
    if (const auto socket = self.lock()) socket->close(false);
  });
}

bool ClientSocket::may_hand_over() const {
  if (unsent_bytes_ > gateway_.limits_.most_unsent) return false;
  const Guests::Load load = gateway_.session_.run().guests().load(guest_, gateway_.session_.run().world());
  return !load.fetching && load.unanswered < gateway_.limits_.most_unanswered
         && load.bytes_waiting < gateway_.limits_.most_waiting;
}

void ClientSocket::hand_over() {
  while (!received_.empty() && may_hand_over()) {
    const SharedBytes frame = std::move(received_.front());
    received_.pop_front();
    if (const Result<void> taken = gateway_.session_.receive(guest_, frame); !taken) return refuse(taken.error().message);
  }
  if (received_.empty()) {
    if (reading_ == Reading::waits) reading_ = Reading::yes;
    if (reading_ == Reading::yes) gateway_.waiting_.erase(guest_);
  } else {
    if (reading_ == Reading::yes) reading_ = Reading::waits;
    gateway_.waiting_.insert(guest_);
  }
}

void ClientSocket::go_on() {
  if (closed_ || reading_ == Reading::not_yet) return;
  hand_over();
  if (closed_) return;
  end_if_done();
  read();
}

void ClientSocket::refuse(const std::string& why) {
  gateway_.log_("connection closed: " + why);
  close(false);
}

void ClientSocket::answer(std::vector<std::byte> frame) {
  if (closed_) return;
  unsent_bytes_ += frame.size();
  unsent_.push_back(std::move(frame));
  write();
}

void ClientSocket::write() {
  if (writing_ || closed_ || unsent_.empty()) return;
  writing_ = true;
  asio::async_write(socket_, asio::buffer(unsent_.front()),
                    [self = shared_from_this()](const NetError& error, std::size_t) {
                      self->writing_ = false;
                      if (self->closed_) return;
                      if (error) return self->close(false);
                      self->unsent_bytes_ -= self->unsent_.front().size();
                      self->unsent_.pop_front();
                      self->write();
                      self->end_if_done();
                      if (!self->received_.empty()) self->gateway_.waiting_.insert(self->guest_);
                    });
}

void ClientSocket::ended(DisconnectReason reason) {
  ends_ = true;
  if (reason != DisconnectReason::closed_by_peer) return close(true);
  end_if_done();
}

// A client that sends no more may still wait for answers; a broker that has closed may have left some on the way.
void ClientSocket::end_if_done() {
  if (closed_ || !unsent_.empty()) return;
  const bool all_answered =
      received_.empty() && gateway_.session_.run().guests().load(guest_, gateway_.session_.run().world()).unanswered == 0;
  if (ends_ || (reading_ == Reading::over && all_answered)) close(false);
}

void ClientSocket::close(bool reset) {
  if (closed_) return;
  closed_ = true;
  count(0);
  NetError ignored;
  if (reset) socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  else socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  const std::shared_ptr<ClientSocket> self = shared_from_this();
  if (!gateway_.closed_) gateway_.session_.hang_up(guest_);
  gateway_.forget(guest_);
}

}  // namespace kafkasim::sim
