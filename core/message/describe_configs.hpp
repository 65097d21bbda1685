#pragma once
// DescribeConfigs (KIP-133, KIP-226, KIP-569). Types of resources, sources and types of values are numbers here: a node
// may know more of them than we do.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

// DescribeConfigsResponse.ConfigSource
namespace config_source {
inline constexpr std::int8_t topic = 1;
inline constexpr std::int8_t dynamic_broker = 2;
inline constexpr std::int8_t dynamic_default_broker = 3;
inline constexpr std::int8_t static_broker = 4;
inline constexpr std::int8_t built_in = 5;
inline constexpr std::int8_t group = 8;
}  // namespace config_source

struct DescribeConfigsRequest {
  static constexpr ApiKey api = ApiKey::describe_configs;
  static constexpr MessageKind kind = MessageKind::request;
  struct Resource {
    std::int8_t resource_type{};  // ConfigResourceType
    std::string resource_name{};
    std::optional<std::vector<std::string>> configuration_keys{};  // absent or empty: all
    friend bool operator==(const Resource&, const Resource&) = default;
  };
  std::vector<Resource> resources{};
  bool include_synonyms{};
  bool include_documentation{};
  friend bool operator==(const DescribeConfigsRequest&, const DescribeConfigsRequest&) = default;
};

struct DescribeConfigsResponse {
  static constexpr ApiKey api = ApiKey::describe_configs;
  static constexpr MessageKind kind = MessageKind::response;
  struct Synonym {
    std::string name{};
    std::optional<std::string> value{};
    std::int8_t source{};
    friend bool operator==(const Synonym&, const Synonym&) = default;
  };
  struct Config {
    std::string name{};
    std::optional<std::string> value{};
    bool read_only{};
    std::int8_t config_source{-1};
    bool is_sensitive{};
    std::vector<Synonym> synonyms{};
    std::int8_t config_type{};  // SettingType
    std::optional<std::string> documentation{};
    friend bool operator==(const Config&, const Config&) = default;
  };
  struct Result {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::int8_t resource_type{};
    std::string resource_name{};
    std::vector<Config> configs{};
    friend bool operator==(const Result&, const Result&) = default;
  };
  Duration throttle_time{};
  std::vector<Result> results{};
  friend bool operator==(const DescribeConfigsResponse&, const DescribeConfigsResponse&) = default;
};

}  // namespace kafkasim
