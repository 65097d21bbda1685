#pragma once
// Heartbeat of a member of a classic group (KIP-345).
#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct HeartbeatRequest {
  static constexpr ApiKey api = ApiKey::heartbeat;
  static constexpr MessageKind kind = MessageKind::request;
  std::string group_id{};
  Generation generation_id{};
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  friend bool operator==(const HeartbeatRequest&, const HeartbeatRequest&) = default;
};

struct HeartbeatResponse {
  static constexpr ApiKey api = ApiKey::heartbeat;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  friend bool operator==(const HeartbeatResponse&, const HeartbeatResponse&) = default;
};

}  // namespace kafkasim
