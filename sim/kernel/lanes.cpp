#include "sim/kernel/lanes.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace kafkasim::sim {
namespace {

bool is_request(const Input& input) {
  const auto* received = std::get_if<Received>(&input);
  return received != nullptr && received->envelope.message.kind() == MessageKind::request;
}

}  // namespace

std::optional<ConnectionId> connection_of(const Input& input) {
  if (const auto* received = std::get_if<Received>(&input)) return received->connection;
  if (const auto* connected = std::get_if<Connected>(&input)) return connected->connection;
  if (const auto* lost = std::get_if<Disconnected>(&input)) return lost->connection;
  return std::nullopt;
}

Lanes::Lanes(const LaneThreads& threads) {
  for (const Lane lane : all_lanes) {
    for (std::uint32_t i = 0; i < threads.of(lane); ++i) threads_.push_back(LaneThread{.lane = lane});
  }
}

std::uint32_t Lanes::first_thread(Lane lane) const {
  for (std::uint32_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].lane == lane) return i;
  }
  KAFKASIM_CHECK(false, "a lane without a thread");
  return 0;
}

LaneThread& Lanes::thread(std::uint32_t index) {
  KAFKASIM_CHECK(index < threads_.size());
  return threads_[index];
}

void Lanes::put(HostId self, Waiting waiting) {
  const std::optional<ConnectionId> connection = connection_of(waiting.input);
  if (connection && connection->dialler != self) {
    channels_[*connection].muted.push_back(std::move(waiting));
    let_through(self, *connection);
  } else {
    enqueue(std::move(waiting));
  }
}

void Lanes::let_through(HostId self, const ConnectionId& connection) {
  const auto entry = channels_.find(connection);
  if (entry == channels_.end()) return;
  Channel& channel = entry->second;
  if (channel.in_hand || channel.muted.empty()) return;
  Waiting next = std::move(channel.muted.front());
  channel.muted.pop_front();
  if (is_request(next.input)) {
    channel.in_hand = std::get<Received>(next.input).envelope.correlation_id;
    enqueue(std::move(next));
    return;
  }
  if (std::holds_alternative<Disconnected>(next.input)) channels_.erase(entry);
  enqueue(std::move(next));
  let_through(self, connection);
}

void Lanes::enqueue(Waiting waiting) {
  Lane lane = lane_of(waiting.input);
  if (const std::optional<ConnectionId> connection = connection_of(waiting.input)) {
    Queued& queued = queued_.try_emplace(*connection, Queued{lane, 0}).first->second;
    lane = queued.lane;
    ++queued.count;
  }
  queues_[static_cast<std::size_t>(lane)].push_back(std::move(waiting));
}

std::optional<Lanes::Ready> Lanes::take() {
  for (const Lane lane : all_lanes) {
    auto& queue = queues_[static_cast<std::size_t>(lane)];
    if (queue.empty()) continue;
    for (std::uint32_t i = first_thread(lane); i < threads_.size() && threads_[i].lane == lane; ++i) {
      if (threads_[i].busy) continue;
      threads_[i].busy = true;
      Ready ready{i, std::move(queue.front())};
      queue.pop_front();
      if (const std::optional<ConnectionId> connection = connection_of(ready.waiting.input)) {
        const auto queued = queued_.find(*connection);
        if (--queued->second.count == 0) queued_.erase(queued);
      }
      return ready;
    }
  }
  return std::nullopt;
}

void Lanes::answered(HostId self, const ConnectionId& connection, std::int32_t correlation_id) {
  const auto entry = channels_.find(connection);
  if (entry == channels_.end() || entry->second.in_hand != correlation_id) return;
  entry->second.in_hand.reset();
  let_through(self, connection);
}

void Lanes::forget(const ConnectionId& connection) {
  channels_.erase(connection);
  const auto queued = queued_.find(connection);
  if (queued == queued_.end()) return;
  auto& queue = queues_[static_cast<std::size_t>(queued->second.lane)];
  std::erase_if(queue, [&](const Waiting& waiting) { return connection_of(waiting.input) == connection; });
  queued_.erase(queued);
}

std::uint64_t Lanes::bytes_waiting(const ConnectionId& connection) const {
  const auto channel = channels_.find(connection);
  if (channel == channels_.end()) return 0;
  std::uint64_t bytes = 0;
  for (const Waiting& waiting : channel->second.muted) bytes += waiting.bytes;
  return bytes;
}

void Lanes::clear() {
  for (LaneThread& thread : threads_) {
    thread.busy = false;
    thread.leaving.clear();
  }
  for (auto& queue : queues_) queue.clear();
  channels_.clear();
  queued_.clear();
}

}  // namespace kafkasim::sim
