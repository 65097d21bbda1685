#pragma once
// DeleteGroups (KIP-229): groups without members, with their offsets.
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

struct DeleteGroupsRequest {
  static constexpr ApiKey api = ApiKey::delete_groups;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> groups_names{};
  friend bool operator==(const DeleteGroupsRequest&, const DeleteGroupsRequest&) = default;
};

struct DeleteGroupsResponse {
  static constexpr ApiKey api = ApiKey::delete_groups;
  static constexpr MessageKind kind = MessageKind::response;
  struct Result {
    std::string group_id{};
    ErrorCode error_code{};
    friend bool operator==(const Result&, const Result&) = default;
  };
  Duration throttle_time{};
  std::vector<Result> results{};
  friend bool operator==(const DeleteGroupsResponse&, const DeleteGroupsResponse&) = default;
};

}  // namespace kafkasim
