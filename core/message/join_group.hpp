#pragma once
// JoinGroup (KIP-62, KIP-345, KIP-394, KIP-559, KIP-800, KIP-814): enter a classic group, or rejoin it.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct JoinGroupRequest {
  static constexpr ApiKey api = ApiKey::join_group;
  static constexpr MessageKind kind = MessageKind::request;
  struct Protocol {
    std::string name{};
    std::vector<std::byte> metadata{};
    friend bool operator==(const Protocol&, const Protocol&) = default;
  };
  std::string group_id{};
  Duration session_timeout{};
  std::optional<Duration> rebalance_timeout{};  // absent in version 0: the session timeout
  std::string member_id{};                      // empty at first
  std::optional<std::string> group_instance_id{};
  std::string protocol_type{};
  std::vector<Protocol> protocols{};  // the member's preference first
  std::optional<std::string> reason{};
  friend bool operator==(const JoinGroupRequest&, const JoinGroupRequest&) = default;
};

struct JoinGroupResponse {
  static constexpr ApiKey api = ApiKey::join_group;
  static constexpr MessageKind kind = MessageKind::response;
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::vector<std::byte> metadata{};
    friend bool operator==(const Member&, const Member&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<Generation> generation_id{};
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{};
  std::string leader{};
  bool skip_assignment{};
  std::string member_id{};
  std::vector<Member> members{};  // for the leader only
  friend bool operator==(const JoinGroupResponse&, const JoinGroupResponse&) = default;
};

}  // namespace kafkasim
