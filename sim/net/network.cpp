#include "sim/net/network.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim::sim {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;

Duration time_on_link(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  constexpr auto second = static_cast<std::uint64_t>(ns_per_second);
  const std::uint64_t whole = bytes / bytes_per_second;
  if (whole >= std::uint64_t{1} << 32) return seconds(std::int64_t{1} << 32);
  const std::uint64_t rest = bytes % bytes_per_second;
  // The rest is below a second; dividing both sides first keeps the product within 64 bits.
  const std::uint64_t scale = bytes_per_second / second / 16 + 1;
  const std::uint64_t part = (rest / scale) * second / (bytes_per_second / scale);
  return nanoseconds(static_cast<std::int64_t>(whole * second + part));
}

// The queues that a message goes through, which bytes leave at a pace each. They stream: a later queue begins when the first byte
// comes, and does not end before the one in front. What trickles in at a lower pace than a queue's own leaves room for others there:
// it takes of the queue what its bytes need, from the time at which it is sent, and does not reserve the time at which it will come.
class Passage {
 public:
  explicit Passage(Instant now) : now_{now}, begun_{now}, ended_{now} {}
  void through(Instant& free_at, std::optional<std::uint64_t> bytes_per_second, std::uint64_t bytes) {
    if (!bytes_per_second) return;
    const Duration own = time_on_link(bytes, *bytes_per_second);
    const Instant taken = std::max(free_at, now_) + own;
    begun_ = std::max(begun_, free_at);
    ended_ = std::max(ended_, begun_ + own);
    free_at = *bytes_per_second <= slowest_ ? ended_ : taken;
    slowest_ = std::min(slowest_, *bytes_per_second);
  }
  [[nodiscard]] Instant ended() const { return ended_; }

 private:
  Instant now_;
  Instant begun_;
  Instant ended_;
  std::uint64_t slowest_{UINT64_MAX};  // bytes a second, so far
};

}  // namespace

Network::Network(const Random& root, LinkQuality everywhere) : random_{root.fork("network")}, topology_{everywhere} {}

void Network::add_host(HostId host, const std::string& name, const std::optional<std::string>& rack,
                       const std::optional<Endpoint>& endpoint) {
  topology_.add_host(host, rack);
  HostEntry added;
  added.name = name;
  hosts_.push_back(std::move(added));
  if (endpoint) {
    const bool is_new = listeners_.emplace(*endpoint, ListenerEntry{host, Listener::first}).second;
    KAFKASIM_CHECK(is_new, "two hosts listen at one endpoint");
  }
}

void Network::add_second_listener(HostId host, const Endpoint& endpoint) {
  const bool is_new = listeners_.emplace(endpoint, ListenerEntry{host, Listener::second}).second;
  KAFKASIM_CHECK(is_new, "two hosts listen at one endpoint");
}

std::optional<HostId> Network::host_at(const Endpoint& endpoint) const {
  const auto known = listeners_.find(endpoint);
  return known == listeners_.end() ? std::nullopt : std::optional{known->second.host};
}

void Network::set_machine(HostId host, MachineState state) { entry(host).machine = state; }

Network::HostEntry& Network::entry(HostId host) {
  KAFKASIM_CHECK(host.value >= 0 && host.value < std::ssize(hosts_), "no such host");
  return hosts_[static_cast<std::size_t>(host.value)];
}

const Network::HostEntry& Network::entry(HostId host) const {
  KAFKASIM_CHECK(host.value >= 0 && host.value < std::ssize(hosts_), "no such host");
  return hosts_[static_cast<std::size_t>(host.value)];
}

Connection* Network::edit(const ConnectionId& connection) {
  HostEntry& dialler = entry(connection.dialler);
  if (!dialler.dialled->contains(connection.number)) return nullptr;
  return &dialler.dialled.edit().at(connection.number);
}

const Connection* Network::find(const ConnectionId& connection) const {
  const Connections& dialled = *entry(connection.dialler).dialled;
  const auto known = dialled.find(connection.number);
  return known == dialled.end() ? nullptr : &known->second;
}

std::size_t Network::connection_count() const {
  std::size_t count = 0;
  for (const HostEntry& host : hosts_) count += host.dialled->size();
  return count;
}

bool Network::reaches(HostId from, HostId to) const {
  return entry(to).machine != MachineState::dead && topology_.open(from, to);
}

Random& Network::stream_of(HostId from, HostId to) {
  auto& paths = entry(from).paths.edit();
  const auto known = paths.find(to);
  if (known != paths.end()) return known->second;
  return paths.emplace(to, random_.fork(entry(from).name).fork(entry(to).name)).first->second;
}

Instant Network::arrival(Instant now, HostId from, HostId to, std::uint64_t bytes) {
  if (from == to) return now + loopback_latency;
  const Route& route = topology_.route(from, to);
  const std::optional<std::uint64_t> card = topology_.everywhere().bytes_per_second;
  links_.resize(topology_.link_count());
  Passage passage{now};
  passage.through(entry(from).card_out_free, card, bytes);
  for (const Hop& hop : route.hops) {
    LinkState& link = links_[hop.link.value];
    passage.through(hop.forward ? link.forward_free : link.backward_free, topology_.quality(hop.link).bytes_per_second,
                    bytes);
  }
  passage.through(entry(to).card_in_free, card, bytes);
  return passage.ended() + stream_of(from, to).between(route.least, route.most);
}

bool Network::lost(HostId from, HostId to) {
  if (from == to) return false;
  const std::uint32_t loss = topology_.route(from, to).loss_per_million;
  return loss > 0 && stream_of(from, to).chance(loss, 1'000'000);
}

void Network::bare_packet(Instant now, const At& at, NetEventKind kind, Side from, NetOut& out) {
  const HostId sender = at.connection.host(from);
  const HostId receiver = at.connection.host(other(from));
  if (!topology_.open(sender, receiver)) return;
  out.events.emplace_back(arrival(now, sender, receiver, bare_packet_bytes), NetEvent{at.id, 0, kind, from});
}

// ---- connecting -------------------------------------------------------------------------------------------------

void Network::connect(Instant now, const ConnectionId& connection, const Endpoint& to, NetOut& out) {
  const auto target = listeners_.find(to);
  if (target == listeners_.end()) {
    // Nobody ever listens there: the name resolves to nothing.
    out.events.emplace_back(now, NetEvent{connection, 0, NetEventKind::unknown_endpoint, Side::dialler});
    return;
  }
  Connection made;
  made.hosts = {connection.dialler, target->second.host};
  made.listener = target->second.listener;
  auto& dialled = entry(connection.dialler).dialled.edit();
  const auto [place, is_new] = dialled.emplace(connection.number, std::move(made));
  KAFKASIM_CHECK(is_new, "a connection number was used twice");
  send_syn(now, At{connection, place->second}, 0, out);
}

void Network::send_syn(Instant now, const At& at, std::uint32_t sent_before, NetOut& out) {
  if (!lost(at.connection.host(Side::dialler), at.connection.host(Side::accepter))) {
    bare_packet(now, at, NetEventKind::syn_arrives, Side::dialler, out);
  }
  const Duration wait = first_syn_retry * (std::int64_t{1} << sent_before);
  out.events.emplace_back(now + wait, NetEvent{at.id, sent_before + 1, NetEventKind::syn_retry, Side::dialler});
}

void Network::on_syn(Instant now, const At& at, NetOut& out) {
  const HostEntry& target = entry(at.connection.host(Side::accepter));
  if (!reaches(at.connection.host(Side::dialler), at.connection.host(Side::accepter))) return;
  const bool knows_it = at.connection.end(Side::accepter) == EndState::open;
  if (target.machine != MachineState::listening && !knows_it) {
    bare_packet(now, at, NetEventKind::refusal_arrives, Side::accepter, out);
    return;
  }
  at.connection.end(Side::accepter) = EndState::open;
  bare_packet(now, at, NetEventKind::syn_ack_arrives, Side::accepter, out);
}

void Network::on_syn_ack(const At& at, NetOut& out) {
  const HostId dialler = at.connection.host(Side::dialler);
  if (at.connection.phase == ConnectionPhase::open || !reaches(at.connection.host(Side::accepter), dialler)) return;
  at.connection.phase = ConnectionPhase::open;
  out.deliveries.push_back(Delivery{dialler, Connected{at.id}, 0});
}

// ---- the calls of a process -----------------------------------------------------------------------------------------

void Network::send(Instant now, HostId host, const ConnectionId& connection, Envelope envelope, std::uint64_t bytes,
                   NetOut& out, MadeBy made_by) {
  Connection* known = edit(connection);
  if (known == nullptr) return;
  const Side side = host == connection.dialler ? Side::dialler : Side::accepter;
  KAFKASIM_CHECK(side == Side::accepter || known->phase == ConnectionPhase::open, "sent before it was connected");
  if (known->end(side) != EndState::open) return;
  enqueue(now, At{connection, *known}, side, SegmentKind::message, std::move(envelope), bytes, out,
          made_by);
}

void Network::close(Instant now, HostId host, const ConnectionId& connection, NetOut& out) {
  Connection* known = edit(connection);
  if (known == nullptr) return;
  close_end(now, At{connection, *known}, host == connection.dialler ? Side::dialler : Side::accepter, out);
  settle(connection);
}

void Network::close_end(Instant now, const At& at, Side side, NetOut& out) {
  if (at.connection.end(side) != EndState::open) return;
  at.connection.end(side) = EndState::closed;
  if (at.connection.phase == ConnectionPhase::connecting && side == Side::dialler) {
    at.connection.end(Side::accepter) = EndState::dead;  // that side had not heard a word
    return;
  }
  enqueue(now, at, side, SegmentKind::fin, std::nullopt, bare_packet_bytes, out);
}

void Network::process_ended(Instant now, HostId host, ProcessEnd how, NetOut& out) {
  for (std::int32_t d = 0; d < std::ssize(hosts_); ++d) {
    std::vector<std::uint64_t> concerned;
    for (const auto& [number, connection] : *entry(HostId{d}).dialled) {
      if (connection.host(Side::dialler) == host || connection.host(Side::accepter) == host)
        concerned.push_back(number);
    }
    for (const std::uint64_t number : concerned) {
      const At at{ConnectionId{HostId{d}, number}, *edit(ConnectionId{HostId{d}, number})};
      for (const Side side : {Side::dialler, Side::accepter}) {
        if (at.connection.host(side) == host) end_died(now, at, side, how, out);
      }
      settle(at.id);
    }
  }
}

void Network::end_died(Instant now, const At& at, Side side, ProcessEnd how, NetOut& out) {
  if (how == ProcessEnd::orderly) return close_end(now, at, side, out);
  // What a process closed before its crash the kernel still brings to its end; only power loss ends that too.
  if (at.connection.end(side) != EndState::open && how == ProcessEnd::crash) return;
  const bool was_open = at.connection.end(side) == EndState::open;
  at.connection.end(side) = EndState::dead;
  if (at.connection.phase == ConnectionPhase::connecting && side == Side::dialler) {
    at.connection.end(Side::accepter) = EndState::dead;
    return;
  }
  Stream& stream = at.connection.stream(side);
  ++stream.timer_generation;
  stream.timer_runs = false;
  // Nobody sends again what was lost or still waits, and without it the receiver has no use for what comes behind.
  const auto missing = std::ranges::find_if(stream.segments, [](const Segment& segment) {
    return segment.state == SegmentState::waiting || segment.state == SegmentState::lost;
  });
  stream.segments.erase(missing, stream.segments.end());
  if (how == ProcessEnd::crash && was_open && at.connection.end(other(side)) == EndState::open) {
    enqueue(now, at, side, SegmentKind::reset, std::nullopt, bare_packet_bytes, out);
  }
}

void Network::reset_between(Instant now, const std::vector<HostId>& a, const std::vector<HostId>& b, NetOut& out) {
  const auto in = [](const std::vector<HostId>& group, HostId host) {
    return std::ranges::find(group, host) != group.end();
  };
  for (std::int32_t d = 0; d < std::ssize(hosts_); ++d) {
    const Cow<Connections> dialled = entry(HostId{d}).dialled;
    for (const auto& [number, connection] : *dialled) {
      const HostId x = connection.host(Side::dialler);
      const HostId y = connection.host(Side::accepter);
      if (!(in(a, x) && in(b, y)) && !(in(a, y) && in(b, x))) continue;
      reset(now, ConnectionId{HostId{d}, number}, out);
    }
  }
}

void Network::reset(Instant now, const ConnectionId& id, NetOut& out) {
  const Connection* connection = find(id);
  if (connection == nullptr) return;
  // Forged on the way, so no cut keeps them from arriving.
  for (const Side from : {Side::dialler, Side::accepter}) {
    const Instant when = arrival(now, connection->host(from), connection->host(other(from)), bare_packet_bytes);
    out.events.emplace_back(when, NetEvent{id, 1, NetEventKind::reset_arrives, from});
  }
}

// ---- events ---------------------------------------------------------------------------------------------------------

void Network::execute(Instant now, const NetEvent& event, NetOut& out) {
  if (event.kind == NetEventKind::unknown_endpoint) {
    const Disconnected refused{event.connection, DisconnectReason::refused};
    out.deliveries.push_back(Delivery{event.connection.dialler, refused, 0});
    return;
  }
  Connection* known = edit(event.connection);
  if (known == nullptr) return;  // both sides have forgotten it
  const At at{event.connection, *known};
  const HostId from = known->host(event.from);
  const HostId to = known->host(other(event.from));
  switch (event.kind) {
    case NetEventKind::syn_arrives: on_syn(now, at, out); break;
    case NetEventKind::syn_ack_arrives: on_syn_ack(at, out); break;
    case NetEventKind::refusal_arrives:
      if (reaches(from, to)) hear(at, Side::dialler, DisconnectReason::refused, out);
      break;
    case NetEventKind::syn_retry:
      if (known->phase == ConnectionPhase::open) break;
      if (event.number > syn_retries) {
        hear(at, Side::dialler, DisconnectReason::timed_out, out);
      } else {
        send_syn(now, at, event.number, out);
      }
      break;
    case NetEventKind::segment_arrives: on_segment(now, at, event.from, event.number, out); break;
    case NetEventKind::retransmit: on_retransmit(now, at, event.from, event.number, out); break;
    case NetEventKind::reset_arrives: {
      const bool forged = event.number == 1;
      if (forged ? entry(to).machine != MachineState::dead : reaches(from, to)) {
        hear(at, other(event.from), DisconnectReason::reset, out);
      }
      break;
    }
    case NetEventKind::unknown_endpoint: break;
  }
  settle(event.connection);
}

void Network::hear(const At& at, Side side, DisconnectReason reason, NetOut& out) {
  const EndState before = std::exchange(at.connection.end(side), EndState::dead);
  Stream& stream = at.connection.stream(side);
  ++stream.timer_generation;
  stream.timer_runs = false;
  std::erase_if(stream.segments, [](const Segment& segment) { return segment.state != SegmentState::on_wire; });
  if (at.connection.phase == ConnectionPhase::connecting && side == Side::dialler) {
    at.connection.end(Side::accepter) = EndState::dead;
  }
  if (before == EndState::open) {
    out.deliveries.push_back(Delivery{at.connection.host(side), Disconnected{at.id, reason}, 0});
  }
}

void Network::settle(const ConnectionId& connection) {
  const Connection* known = find(connection);
  if (known == nullptr || known->end(Side::dialler) == EndState::open || known->end(Side::accepter) == EndState::open) {
    return;
  }
  entry(connection.dialler).dialled.edit().erase(connection.number);
}

std::vector<InFlight> Network::in_flight() const {
  std::vector<InFlight> messages;
  for (std::int32_t d = 0; d < std::ssize(hosts_); ++d) {
    for (const auto& [number, connection] : *entry(HostId{d}).dialled) {
      for (const Side from : {Side::dialler, Side::accepter}) {
        for (const Segment& segment : connection.stream(from).segments) {
          if (!segment.envelope) continue;
          const Message& message = segment.envelope->message;
          messages.push_back(InFlight{ConnectionId{HostId{d}, number}, from, segment.number, connection.host(from),
                                      connection.host(other(from)), &*segment.envelope, message.api(), message.kind(),
                                      segment.bytes, segment.state, segment.first_sent, segment.arrives});
        }
      }
    }
  }
  return messages;
}

}  // namespace kafkasim::sim
