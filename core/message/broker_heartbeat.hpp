#pragma once
// BrokerHeartbeat (KIP-631, KIP-858): keeps a broker's registration alive and asks for its next state.
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct BrokerHeartbeatRequest {
  static constexpr ApiKey api = ApiKey::broker_heartbeat;
  static constexpr MessageKind kind = MessageKind::request;
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  std::optional<Offset> current_metadata_offset{};
  bool want_fence{};
  bool want_shut_down{};
  std::vector<Uuid> offline_log_dirs{};
  friend bool operator==(const BrokerHeartbeatRequest&, const BrokerHeartbeatRequest&) = default;
};

struct BrokerHeartbeatResponse {
  static constexpr ApiKey api = ApiKey::broker_heartbeat;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  bool is_caught_up{};
  bool is_fenced{true};
  bool should_shut_down{};
  friend bool operator==(const BrokerHeartbeatResponse&, const BrokerHeartbeatResponse&) = default;
};

}  // namespace kafkasim
