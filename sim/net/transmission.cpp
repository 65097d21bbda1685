// The part of Network that carries the segments of one stream: sending, losing, acknowledging, sending again.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/net/network.hpp"

namespace kafkasim::sim {
namespace {

Segment* find_segment(Stream& stream, std::uint32_t number) {
  const auto found = std::ranges::lower_bound(stream.segments, number, {}, &Segment::number);
  return found == stream.segments.end() || found->number != number ? nullptr : &*found;
}

}  // namespace

void Network::enqueue(Instant now, const At& at, Side from, SegmentKind kind, std::optional<Envelope> envelope,
                      std::uint64_t bytes, NetOut& out, MadeBy made_by) {
  Stream& stream = at.connection.stream(from);
  stream.segments.push_back(
      Segment{stream.next_number++, kind, SegmentState::waiting, std::move(envelope), bytes, made_by, now, now});
  if (kind == SegmentKind::reset) {
    transmit(now, at, from, stream.segments.back(), out);  // resets stand in no window
  } else {
    pump(now, at, from, out);
  }
}

void Network::pump(Instant now, const At& at, Side from, NetOut& out) {
  Stream& stream = at.connection.stream(from);
  if (stream.retrying) return;
  std::uint64_t under_way = 0;
  for (Segment& segment : stream.segments) {
    if (segment.state == SegmentState::waiting) {
      if (under_way > 0 && under_way + segment.bytes > send_buffer) return;
      segment.first_sent = now;
      transmit(now, at, from, segment, out);
    }
    under_way += segment.bytes;
  }
}

void Network::transmit(Instant now, const At& at, Side from, Segment& segment, NetOut& out) {
  const HostId sender = at.connection.host(from);
  const HostId receiver = at.connection.host(other(from));
  if (!topology_.open(sender, receiver) || lost(sender, receiver)) {
    segment.state = SegmentState::lost;
    start_timer(now, at, from, segment.first_sent, out);
    return;
  }
  Stream& stream = at.connection.stream(from);
  segment.state = SegmentState::on_wire;
  segment.arrives = std::max(arrival(now, sender, receiver, segment.bytes), stream.last_arrival);
  stream.last_arrival = segment.arrives;
  out.events.emplace_back(segment.arrives, NetEvent{at.id, segment.number, NetEventKind::segment_arrives, from});
}

void Network::on_segment(Instant now, const At& at, Side from, std::uint32_t number, NetOut& out) {
  Stream& stream = at.connection.stream(from);
  Segment* segment = find_segment(stream, number);
  if (segment == nullptr || segment->state != SegmentState::on_wire) return;
  const HostId sender = at.connection.host(from);
  const HostId receiver = at.connection.host(other(from));
  if (!reaches(sender, receiver)) {
    segment->state = SegmentState::lost;
    start_timer(now, at, from, segment->first_sent, out);
    return;
  }
  if (at.connection.end(other(from)) != EndState::open) {
    // The machine there does not know the connection, or its process will read no more.
    const bool answer = segment->kind != SegmentKind::reset;
    std::erase_if(stream.segments, [number](const Segment& s) { return s.number <= number; });
    if (answer) bare_packet(now, at, NetEventKind::reset_arrives, other(from), out);
    return;
  }
  segment->state = SegmentState::arrived;
  if (segment->kind == SegmentKind::reset) return hear(at, other(from), DisconnectReason::reset, out);
  deliver_ready(at, from, out);
  acknowledge(now, at, from, out);
}

void Network::deliver_ready(const At& at, Side from, NetOut& out) {
  const HostId sender = at.connection.host(from);
  const HostId receiver = at.connection.host(other(from));
  const Listener listener = from == Side::dialler ? at.connection.listener : Listener::first;
  for (Segment& segment : at.connection.stream(from).segments) {
    if (segment.state == SegmentState::delivered) continue;
    if (segment.state != SegmentState::arrived) return;
    segment.state = SegmentState::delivered;
    if (segment.kind == SegmentKind::fin) return hear(at, other(from), DisconnectReason::closed_by_peer, out);
    Envelope envelope = std::move(*segment.envelope);
    segment.envelope.reset();
    out.deliveries.push_back(
        Delivery{receiver, Received{at.id, std::move(envelope), listener}, segment.bytes, sender, segment.made_by});
  }
}

void Network::acknowledge(Instant now, const At& at, Side from, NetOut& out) {
  Stream& stream = at.connection.stream(from);
  const auto end = std::ranges::find_if(
      stream.segments, [](const Segment& segment) { return segment.state != SegmentState::delivered; });
  if (end == stream.segments.begin()) return;
  if (!reaches(at.connection.host(other(from)), at.connection.host(from))) {
    if (at.connection.end(from) != EndState::dead) start_timer(now, at, from, stream.segments.front().first_sent, out);
    return;
  }
  stream.segments.erase(stream.segments.begin(), end);
  stream.retrying = false;
  stream.stalled_since = now;
  const auto missing = std::ranges::find(stream.segments, SegmentState::lost, &Segment::state);
  if (stream.timer_runs && missing == stream.segments.end()) {
    ++stream.timer_generation;
    stream.timer_runs = false;
  }
  pump(now, at, from, out);
}

void Network::start_timer(Instant now, const At& at, Side from, Instant first_sent, NetOut& out) {
  Stream& stream = at.connection.stream(from);
  if (at.connection.end(from) == EndState::dead) {
    // The sender's machine knows nothing of it any more: what was lost stays lost, and what is behind it is of no use.
    stream.segments.erase(std::ranges::find(stream.segments, SegmentState::lost, &Segment::state),
                          stream.segments.end());
    return;
  }
  if (stream.timer_runs) return;
  stream.timer_runs = true;
  stream.stalled_since = first_sent;
  stream.retry_after = first_retransmission;
  const Instant when = std::max(now, first_sent + first_retransmission);
  out.events.emplace_back(when, NetEvent{at.id, ++stream.timer_generation, NetEventKind::retransmit, from});
}

void Network::on_retransmit(Instant now, const At& at, Side from, std::uint32_t generation, NetOut& out) {
  Stream& stream = at.connection.stream(from);
  if (!stream.timer_runs || stream.timer_generation != generation) return;
  if (now - stream.stalled_since >= retransmission_gives_up) return hear(at, from, DisconnectReason::timed_out, out);
  stream.retrying = true;
  stream.retry_after = std::min(stream.retry_after * 2, longest_retransmission);
  out.events.emplace_back(now + stream.retry_after,
                          NetEvent{at.id, ++stream.timer_generation, NetEventKind::retransmit, from});
  for (Segment& segment : stream.segments) {
    if (segment.state == SegmentState::lost) transmit(now, at, from, segment, out);
  }
  // What did arrive is sent again too, for its acknowledgement's sake.
  const HostId sender = at.connection.host(from);
  const HostId receiver = at.connection.host(other(from));
  if (stream.segments.empty() || stream.segments.front().state != SegmentState::delivered
      || !reaches(sender, receiver)) {
    return;
  }
  if (at.connection.end(other(from)) == EndState::open) {
    acknowledge(now, at, from, out);
  } else {
    bare_packet(now, at, NetEventKind::reset_arrives, other(from), out);
  }
}

}  // namespace kafkasim::sim
