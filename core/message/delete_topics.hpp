#pragma once
// DeleteTopics (KIP-516). Up to version 5 topics have names only.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct DeleteTopicsRequest {
  static constexpr ApiKey api = ApiKey::delete_topics;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::optional<std::string> name{};
    Uuid topic_id{};  // zero: by name
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  Duration timeout{};
  friend bool operator==(const DeleteTopicsRequest&, const DeleteTopicsRequest&) = default;
};

struct DeleteTopicsResponse {
  static constexpr ApiKey api = ApiKey::delete_topics;
  static constexpr MessageKind kind = MessageKind::response;
  struct Topic {
    std::optional<std::string> name{};
    Uuid topic_id{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> responses{};
  friend bool operator==(const DeleteTopicsResponse&, const DeleteTopicsResponse&) = default;
};

}  // namespace kafkasim
