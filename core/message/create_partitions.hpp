#pragma once
// CreatePartitions (KIP-195): more partitions for a topic.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct CreatePartitionsRequest {
  static constexpr ApiKey api = ApiKey::create_partitions;
  static constexpr MessageKind kind = MessageKind::request;
  struct Assignment {
    std::vector<NodeId> broker_ids{};
    friend bool operator==(const Assignment&, const Assignment&) = default;
  };
  struct Topic {
    std::string name{};
    std::int32_t count{};                                  // of all partitions, when it is done
    std::optional<std::vector<Assignment>> assignments{};  // of the new ones; absent: the controller places them
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  Duration timeout{};
  bool validate_only{};
  friend bool operator==(const CreatePartitionsRequest&, const CreatePartitionsRequest&) = default;
};

struct CreatePartitionsResponse {
  static constexpr ApiKey api = ApiKey::create_partitions;
  static constexpr MessageKind kind = MessageKind::response;
  struct Topic {
    std::string name{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> results{};
  friend bool operator==(const CreatePartitionsResponse&, const CreatePartitionsResponse&) = default;
};

}  // namespace kafkasim
