#pragma once
// FindCoordinator (KIP-699). Up to version 3 it asks for one key: the first, and its answer names no key.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class CoordinatorType : std::int8_t { group = 0, transaction = 1, share = 2 };

struct FindCoordinatorRequest {
  static constexpr ApiKey api = ApiKey::find_coordinator;
  static constexpr MessageKind kind = MessageKind::request;
  CoordinatorType key_type{};
  std::vector<std::string> coordinator_keys{};
  friend bool operator==(const FindCoordinatorRequest&, const FindCoordinatorRequest&) = default;
};

struct FindCoordinatorResponse {
  static constexpr ApiKey api = ApiKey::find_coordinator;
  static constexpr MessageKind kind = MessageKind::response;
  struct Coordinator {
    std::string key{};
    std::optional<NodeId> node_id{};
    std::string host{};
    std::optional<std::uint16_t> port{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    friend bool operator==(const Coordinator&, const Coordinator&) = default;
  };
  Duration throttle_time{};
  std::vector<Coordinator> coordinators{};
  friend bool operator==(const FindCoordinatorResponse&, const FindCoordinatorResponse&) = default;
};

}  // namespace kafkasim
