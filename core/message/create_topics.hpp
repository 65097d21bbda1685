#pragma once
// CreateTopics (KIP-464, KIP-525, KIP-516).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct CreateTopicsRequest {
  static constexpr ApiKey api = ApiKey::create_topics;
  static constexpr MessageKind kind = MessageKind::request;
  struct Assignment {
    PartitionIndex partition_index{};
    std::vector<NodeId> broker_ids{};
    friend bool operator==(const Assignment&, const Assignment&) = default;
  };
  struct Config {
    std::string name{};
    std::optional<std::string> value{};
    friend bool operator==(const Config&, const Config&) = default;
  };
  struct Topic {
    std::string name{};
    std::optional<std::int32_t> num_partitions{};      // absent: the broker's default, or given by assignments
    std::optional<std::int16_t> replication_factor{};  // likewise
    std::vector<Assignment> assignments{};
    std::vector<Config> configs{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  Duration timeout{milliseconds(60'000)};
  bool validate_only{};
  friend bool operator==(const CreateTopicsRequest&, const CreateTopicsRequest&) = default;
};

struct CreateTopicsResponse {
  static constexpr ApiKey api = ApiKey::create_topics;
  static constexpr MessageKind kind = MessageKind::response;
  struct Config {
    std::string name{};
    std::optional<std::string> value{};
    bool read_only{};
    std::int8_t config_source{-1};  // ConfigSource.java
    bool is_sensitive{};
    friend bool operator==(const Config&, const Config&) = default;
  };
  struct Topic {
    std::string name{};
    Uuid topic_id{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    ErrorCode topic_config_error_code{};
    std::optional<std::int32_t> num_partitions{};
    std::optional<std::int16_t> replication_factor{};
    std::optional<std::vector<Config>> configs{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const CreateTopicsResponse&, const CreateTopicsResponse&) = default;
};

}  // namespace kafkasim
