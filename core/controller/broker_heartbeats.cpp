#include "core/controller/broker_heartbeats.hpp"

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"
#include "core/machine/deadlines.hpp"

namespace kafkasim {

void BrokerHeartbeats::register_broker(NodeId id, bool fenced, Instant now) {
  Broker& broker = brokers_[id];
  broker.last_contact = now;
  broker.fenced = fenced;
}

bool BrokerHeartbeats::has_valid_session(NodeId id, Instant now) const {
  const auto broker = brokers_.find(id);
  return broker != brokers_.end() && !broker->second.fenced && now <= broker->second.last_contact + session_timeout_;
}

BrokerControlState BrokerHeartbeats::state(NodeId id) const {
  const auto broker = brokers_.find(id);
  if (broker == brokers_.end() || broker->second.fenced) return BrokerControlState::fenced;
  return broker->second.shutdown_offset ? BrokerControlState::controlled_shutdown : BrokerControlState::unfenced;
}

BrokerControlState BrokerHeartbeats::next_state(NodeId id, const HeartbeatAsk& ask, std::int64_t registration_offset,
                                                bool leads_any) const {
  switch (state(id)) {
    case BrokerControlState::fenced:
      if (ask.want_shut_down) return BrokerControlState::shutdown_now;
      if (!ask.want_fence && ask.metadata_offset >= registration_offset) return BrokerControlState::unfenced;
      return BrokerControlState::fenced;
    case BrokerControlState::unfenced:
      if (ask.want_fence) return ask.want_shut_down ? BrokerControlState::shutdown_now : BrokerControlState::fenced;
      if (ask.want_shut_down)
        return leads_any ? BrokerControlState::controlled_shutdown : BrokerControlState::shutdown_now;
      return BrokerControlState::unfenced;
    case BrokerControlState::controlled_shutdown:
      if (leads_any || *brokers_.at(id).shutdown_offset > lowest_active_offset())
        return BrokerControlState::controlled_shutdown;
      return BrokerControlState::shutdown_now;
    case BrokerControlState::shutdown_now: break;
  }
  return BrokerControlState::shutdown_now;
}

void BrokerHeartbeats::touch(NodeId id, bool fenced, std::int64_t metadata_offset, Instant now) {
  const auto broker = brokers_.find(id);
  KAFKASIM_CHECK(broker != brokers_.end(), "a heartbeat of a broker that never registered");
  broker->second.last_contact = now;
  broker->second.metadata_offset = metadata_offset;
  broker->second.fenced = fenced;
  if (fenced) broker->second.shutdown_offset.reset();
}

void BrokerHeartbeats::fence(NodeId id) {
  Broker& broker = brokers_[id];
  broker.fenced = true;
  broker.shutdown_offset.reset();
}

void BrokerHeartbeats::enter_controlled_shutdown(NodeId id, std::int64_t metadata_end) {
  Broker& broker = brokers_[id];
  if (!broker.fenced && !broker.shutdown_offset) broker.shutdown_offset = metadata_end;
}

std::int64_t BrokerHeartbeats::lowest_active_offset() const {
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, broker] : brokers_) {
    if (!broker.fenced && !broker.shutdown_offset) lowest = std::min(lowest, broker.metadata_offset);
  }
  return lowest;
}

std::optional<NodeId> BrokerHeartbeats::stale(Instant now) const {
  std::optional<NodeId> longest_silent;
  for (const auto& [id, broker] : brokers_) {
    if (broker.fenced || now <= broker.last_contact + session_timeout_) continue;
    if (!longest_silent || broker.last_contact < brokers_.at(*longest_silent).last_contact) longest_silent = id;
  }
  return longest_silent;
}

std::optional<Instant> BrokerHeartbeats::next_check() const {
  std::optional<Instant> next;
  for (const auto& [id, broker] : brokers_) {
    if (!broker.fenced) next = earlier(next, broker.last_contact + session_timeout_ + nanoseconds(1));
  }
  return next;
}

}  // namespace kafkasim
