#pragma once
// LeaveGroup (KIP-345, KIP-800). Up to version 2 one member leaves: the first, and its answer lists none.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

struct LeaveGroupRequest {
  static constexpr ApiKey api = ApiKey::leave_group;
  static constexpr MessageKind kind = MessageKind::request;
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::optional<std::string> reason{};
    friend bool operator==(const Member&, const Member&) = default;
  };
  std::string group_id{};
  std::vector<Member> members{};
  friend bool operator==(const LeaveGroupRequest&, const LeaveGroupRequest&) = default;
};

struct LeaveGroupResponse {
  static constexpr ApiKey api = ApiKey::leave_group;
  static constexpr MessageKind kind = MessageKind::response;
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    ErrorCode error_code{};
    friend bool operator==(const Member&, const Member&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Member> members{};
  friend bool operator==(const LeaveGroupResponse&, const LeaveGroupResponse&) = default;
};

}  // namespace kafkasim
