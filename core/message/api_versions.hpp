#pragma once
// ApiVersions (KIP-35, KIP-511, KIP-584). Keys are numbers here: a broker may know APIs that we do not.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

struct ApiVersionsRequest {
  static constexpr ApiKey api = ApiKey::api_versions;
  static constexpr MessageKind kind = MessageKind::request;
  std::string client_software_name{};
  std::string client_software_version{};
  friend bool operator==(const ApiVersionsRequest&, const ApiVersionsRequest&) = default;
};

struct ApiVersionsResponse {
  static constexpr ApiKey api = ApiKey::api_versions;
  static constexpr MessageKind kind = MessageKind::response;
  struct ApiVersion {
    std::int16_t api_key{};
    std::int16_t min_version{};
    std::int16_t max_version{};
    friend bool operator==(const ApiVersion&, const ApiVersion&) = default;
  };
  struct SupportedFeature {
    std::string name{};
    std::int16_t min_version{};
    std::int16_t max_version{};
    friend bool operator==(const SupportedFeature&, const SupportedFeature&) = default;
  };
  struct FinalizedFeature {
    std::string name{};
    std::int16_t max_version_level{};
    std::int16_t min_version_level{};
    friend bool operator==(const FinalizedFeature&, const FinalizedFeature&) = default;
  };
  ErrorCode error_code{};
  std::vector<ApiVersion> api_keys{};
  Duration throttle_time{};
  std::vector<SupportedFeature> supported_features{};
  std::optional<std::int64_t> finalized_features_epoch{};
  std::vector<FinalizedFeature> finalized_features{};
  bool zk_migration_ready{};
  friend bool operator==(const ApiVersionsResponse&, const ApiVersionsResponse&) = default;
};

}  // namespace kafkasim
