// The part of World for hosts whose processes are not in it: real clients, behind sim/serve. They act between the steps, and
// what they do is in the hash as everything else, so that a recording of it gives the same run again.
#include <utility>

#include "core/base/check.hpp"
#include "sim/kernel/trace_hash.hpp"
#include "sim/kernel/world.hpp"

namespace kafkasim::sim {

void World::dial(const ConnectionId& connection, const Endpoint& to) {
  KAFKASIM_CHECK(!spec(connection.dialler).factory, "a host of the World's own");
  operation("dial", connection.dialler);
  hash_.add(connection.number);
  hash_.add(std::string_view{to.host});
  hash_.add(static_cast<std::uint64_t>(to.port));
  NetOut out;
  network_.connect(now_, connection, to, out);
  drain(out);
}

void World::send_from_outside(const ConnectionId& connection, Envelope envelope, std::uint64_t bytes) {
  operation("send", connection.dialler);
  hash_.add(connection.number);
  hash_.add(wire_hash(envelope));
  NetOut out;
  network_.send(now_, connection.dialler, connection, std::move(envelope), bytes, out);
  drain(out);
}

void World::hang_up(const ConnectionId& connection) {
  operation("hang_up", connection.dialler);
  hash_.add(connection.number);
  NetOut out;
  network_.close(now_, connection.dialler, connection, out);
  drain(out);
}

void World::note_outside(HostId id, trace::Event event) { observe(id, std::move(event)); }

std::vector<Delivery> World::take_outside() { return std::exchange(outside_, {}); }

void World::come_outside(Delivery delivery) {
  hash_.add(static_cast<std::uint64_t>(delivery.host.value));
  hash_input(hash_, delivery.input);
  outside_.push_back(std::move(delivery));
}

std::uint64_t World::bytes_under_way(const ConnectionId& connection) const {
  const Connection* known = network_.find(connection);
  if (known == nullptr) return 0;
  std::uint64_t bytes = 0;
  for (const Segment& segment : known->stream(Side::dialler).segments) {
    if (segment.state != SegmentState::delivered) bytes += segment.bytes;
  }
  return bytes + host(known->host(Side::accepter)).lanes().bytes_waiting(connection);
}

}  // namespace kafkasim::sim
