#pragma once
// SyncGroup (KIP-345, KIP-559): the leader of a classic group hands in the assignment, each member gets its own.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct SyncGroupRequest {
  static constexpr ApiKey api = ApiKey::sync_group;
  static constexpr MessageKind kind = MessageKind::request;
  struct Assignment {
    std::string member_id{};
    std::vector<std::byte> assignment{};
    friend bool operator==(const Assignment&, const Assignment&) = default;
  };
  std::string group_id{};
  Generation generation_id{};
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{};
  std::vector<Assignment> assignments{};
  friend bool operator==(const SyncGroupRequest&, const SyncGroupRequest&) = default;
};

struct SyncGroupResponse {
  static constexpr ApiKey api = ApiKey::sync_group;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{};
  std::vector<std::byte> assignment{};
  friend bool operator==(const SyncGroupResponse&, const SyncGroupResponse&) = default;
};

}  // namespace kafkasim
