#pragma once
// DescribeGroups (KIP-430, KIP-345, KIP-1043): classic groups with their members.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/message/metadata.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

struct DescribeGroupsRequest {
  static constexpr ApiKey api = ApiKey::describe_groups;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> groups{};
  bool include_authorized_operations{};
  friend bool operator==(const DescribeGroupsRequest&, const DescribeGroupsRequest&) = default;
};

struct DescribeGroupsResponse {
  static constexpr ApiKey api = ApiKey::describe_groups;
  static constexpr MessageKind kind = MessageKind::response;
  struct Member {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::string client_id{};
    std::string client_host{};
    std::vector<std::byte> member_metadata{};    // of a group whose members have agreed on a protocol
    std::vector<std::byte> member_assignment{};  // of a stable group
    friend bool operator==(const Member&, const Member&) = default;
  };
  struct Group {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::string group_id{};
    std::string group_state{};
    std::string protocol_type{};
    std::string protocol_data{};  // the protocol that was chosen
    std::vector<Member> members{};
    std::int32_t authorized_operations{authorized_operations_omitted};
    friend bool operator==(const Group&, const Group&) = default;
  };
  Duration throttle_time{};
  std::vector<Group> groups{};
  friend bool operator==(const DescribeGroupsResponse&, const DescribeGroupsResponse&) = default;
};

}  // namespace kafkasim
