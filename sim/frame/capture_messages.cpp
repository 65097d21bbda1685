// Messages that are on their way, wait in a socket, or are kept by an intercept.
#include <algorithm>

#include "core/message/fetch.hpp"
#include "core/message/produce.hpp"
#include "sim/frame/capture_parts.hpp"
#include "sim/frame/traffic.hpp"

namespace kafkasim::sim {

namespace {

constexpr float lost_halfway = 0.5F;  // where a message was lost nobody knows

bool has_failed(const Message& message) {
  if (const auto* produced = message.get_if<ProduceResponse>()) {
    return std::ranges::any_of(produced->responses, [](const ProduceResponse::Topic& topic) {
      return std::ranges::any_of(topic.partition_responses, [](const auto& p) { return p.error_code != ErrorCode::none; });
    });
  }
  const auto* fetched = message.get_if<FetchResponse>();
  if (fetched == nullptr) return false;
  return fetched->error_code != ErrorCode::none || std::ranges::any_of(fetched->responses, [](const FetchResponse::Topic& topic) {
           return std::ranges::any_of(topic.partitions, [](const auto& p) { return p.error_code != ErrorCode::none; });
         });
}

bool carries_records(const Message& message) {
  if (const auto* produce = message.get_if<ProduceRequest>()) {
    return std::ranges::any_of(produce->topic_data, [](const ProduceRequest::Topic& topic) {
      return std::ranges::any_of(topic.partition_data, [](const auto& p) { return !p.records.empty(); });
    });
  }
  const auto* fetched = message.get_if<FetchResponse>();
  return fetched != nullptr && std::ranges::any_of(fetched->responses, [](const FetchResponse::Topic& topic) {
           return std::ranges::any_of(topic.partitions, [](const auto& p) { return !p.records.empty(); });
         });
}

float share(Duration gone, Duration whole) {
  if (whole.ns <= 0) return 1.0F;
  return std::clamp(static_cast<float>(static_cast<double>(gone.ns) / static_cast<double>(whole.ns)), 0.0F, 1.0F);
}

struct MessagePainter {
  const Shot& shot;

  [[nodiscard]] FrameMessage message(HostId from, HostId to, const ConnectionId& connection, const Envelope& envelope,
                                     std::uint64_t bytes) const {
    FrameMessage m;
    m.connection = connection;
    m.by_dialler = from == connection.dialler;
    m.correlation_id = envelope.correlation_id;
    m.from = from;
    m.to = to;
    m.api = envelope.message.api();
    m.kind = envelope.message.kind();
    m.traffic = traffic_of(m.api, shot.kind(from), shot.kind(to));
    m.bytes = bytes;
    m.error = has_failed(envelope.message);
    m.heavy = carries_records(envelope.message);
    return m;
  }

  [[nodiscard]] FrameMessage in_network(const InFlight& flight) const {
    FrameMessage m = message(flight.from, flight.to, flight.connection, *flight.envelope, flight.bytes);
    m.by_dialler = flight.side == Side::dialler;  // a host may also be connected to itself
    m.number = flight.number;
    switch (flight.state) {
      case SegmentState::waiting: m.state = MessageState::waiting; break;
      case SegmentState::lost:
        m.state = MessageState::lost;
        m.progress = lost_halfway;
        break;
      case SegmentState::on_wire: m.progress = share(shot.now() - flight.sent, flight.arrives - flight.sent); break;
      default: m.progress = 1.0F;  // it is there, and waits for one that was sent before it
    }
    return m;
  }
};

// The numbers of those that wait for a release; the others are delayed. A copy is asked to let go of them.
std::vector<std::uint64_t> held_parcels(Intercepts intercepts, std::size_t rules_at_most) {
  std::vector<std::uint64_t> held;
  for (std::uint64_t rule = 1; rule <= rules_at_most; ++rule) {
    const std::vector<std::uint64_t> released = intercepts.release(InterceptId{rule}, std::nullopt);
    held.insert(held.end(), released.begin(), released.end());
  }
  std::ranges::sort(held);
  return held;
}

// Who sent it: the other end of its connection, if the network still knows that.
std::optional<HostId> sender_of(const Parcel& parcel, const Network& network) {
  const ConnectionId& id = parcel.message.connection;
  if (id.dialler != parcel.to) return id.dialler;
  const Connection* connection = network.find(id);
  return connection ? std::optional{connection->host(Side::accepter)} : std::nullopt;
}

}  // namespace

std::vector<FrameMessage> capture_messages(const Shot& shot) {
  const World& world = shot.run.world();
  const MessagePainter painter{shot};
  std::vector<FrameMessage> messages;
  const std::vector<InFlight> in_flight = world.network().in_flight();
  messages.reserve(in_flight.size());
  for (const InFlight& flight : in_flight) messages.push_back(painter.in_network(flight));
  const auto& parcels = world.intercepts().parcels();
  if (parcels.empty()) return messages;
  const std::vector<std::uint64_t> held = held_parcels(world.intercepts(), shot.run.scenario().timeline.size());
  for (const auto& [number, parcel] : parcels) {
    const std::optional<HostId> from = sender_of(parcel, world.network());
    if (!from) continue;
    FrameMessage m = painter.message(*from, parcel.to, parcel.message.connection, parcel.message.envelope, parcel.bytes);
    m.number = static_cast<std::uint32_t>(number);
    m.state = std::ranges::binary_search(held, number) ? MessageState::held : MessageState::delayed;
    m.progress = 1.0F;
    messages.push_back(m);
  }
  return messages;
}

}  // namespace kafkasim::sim
