#pragma once
// AlterConfigs (KIP-133), which gives a resource all that it sets, and IncrementalAlterConfigs (KIP-339), which changes some.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

// AlterConfigOp.OpType
namespace config_operation {
inline constexpr std::int8_t set = 0;
inline constexpr std::int8_t remove = 1;
inline constexpr std::int8_t append = 2;    // to a list
inline constexpr std::int8_t subtract = 3;  // from a list
}  // namespace config_operation

struct AlterConfigsRequest {
  static constexpr ApiKey api = ApiKey::alter_configs;
  static constexpr MessageKind kind = MessageKind::request;
  struct Config {
    std::string name{};
    std::optional<std::string> value{};
    friend bool operator==(const Config&, const Config&) = default;
  };
  struct Resource {
    std::int8_t resource_type{};
    std::string resource_name{};
    std::vector<Config> configs{};
    friend bool operator==(const Resource&, const Resource&) = default;
  };
  std::vector<Resource> resources{};
  bool validate_only{};
  friend bool operator==(const AlterConfigsRequest&, const AlterConfigsRequest&) = default;
};

struct AlterConfigsResponse {
  static constexpr ApiKey api = ApiKey::alter_configs;
  static constexpr MessageKind kind = MessageKind::response;
  struct Resource {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::int8_t resource_type{};
    std::string resource_name{};
    friend bool operator==(const Resource&, const Resource&) = default;
  };
  Duration throttle_time{};
  std::vector<Resource> responses{};
  friend bool operator==(const AlterConfigsResponse&, const AlterConfigsResponse&) = default;
};

struct IncrementalAlterConfigsRequest {
  static constexpr ApiKey api = ApiKey::incremental_alter_configs;
  static constexpr MessageKind kind = MessageKind::request;
  struct Config {
    std::string name{};
    std::int8_t config_operation{};
    std::optional<std::string> value{};
    friend bool operator==(const Config&, const Config&) = default;
  };
  struct Resource {
    std::int8_t resource_type{};
    std::string resource_name{};
    std::vector<Config> configs{};
    friend bool operator==(const Resource&, const Resource&) = default;
  };
  std::vector<Resource> resources{};
  bool validate_only{};
  friend bool operator==(const IncrementalAlterConfigsRequest&, const IncrementalAlterConfigsRequest&) = default;
};

struct IncrementalAlterConfigsResponse {
  static constexpr ApiKey api = ApiKey::incremental_alter_configs;
  static constexpr MessageKind kind = MessageKind::response;
  struct Resource {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::int8_t resource_type{};
    std::string resource_name{};
    friend bool operator==(const Resource&, const Resource&) = default;
  };
  Duration throttle_time{};
  std::vector<Resource> responses{};
  friend bool operator==(const IncrementalAlterConfigsResponse&, const IncrementalAlterConfigsResponse&) = default;
};

}  // namespace kafkasim
