#pragma once
// ListGroups (KIP-518, KIP-848): the groups that the answering broker coordinates.
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

struct ListGroupsRequest {
  static constexpr ApiKey api = ApiKey::list_groups;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> states_filter{};  // empty: in any state
  std::vector<std::string> types_filter{};   // empty: of any type
  friend bool operator==(const ListGroupsRequest&, const ListGroupsRequest&) = default;
};

struct ListGroupsResponse {
  static constexpr ApiKey api = ApiKey::list_groups;
  static constexpr MessageKind kind = MessageKind::response;
  struct Group {
    std::string group_id{};
    std::string protocol_type{};
    std::string group_state{};  // "Stable"
    std::string group_type{};   // "classic"
    friend bool operator==(const Group&, const Group&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Group> groups{};
  friend bool operator==(const ListGroupsResponse&, const ListGroupsResponse&) = default;
};

}  // namespace kafkasim
