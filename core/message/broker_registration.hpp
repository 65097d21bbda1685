#pragma once
// BrokerRegistration (KIP-631, KIP-858, KIP-966): a broker makes itself known to the controller.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct BrokerRegistrationRequest {
  static constexpr ApiKey api = ApiKey::broker_registration;
  static constexpr MessageKind kind = MessageKind::request;
  struct Listener {
    std::string name{};
    std::string host{};
    std::uint16_t port{};
    std::int16_t security_protocol{};  // 0: PLAINTEXT
    friend bool operator==(const Listener&, const Listener&) = default;
  };
  struct Feature {
    std::string name{};
    std::int16_t min_supported_version{};
    std::int16_t max_supported_version{};
    friend bool operator==(const Feature&, const Feature&) = default;
  };
  NodeId broker_id{};
  std::string cluster_id{};
  Uuid incarnation_id{};
  std::vector<Listener> listeners{};
  std::vector<Feature> features{};
  std::optional<std::string> rack{};
  bool is_migrating_zk_broker{};
  std::vector<Uuid> log_dirs{};
  std::optional<BrokerEpoch> previous_broker_epoch{};  // known after a clean shutdown
  friend bool operator==(const BrokerRegistrationRequest&, const BrokerRegistrationRequest&) = default;
};

struct BrokerRegistrationResponse {
  static constexpr ApiKey api = ApiKey::broker_registration;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<BrokerEpoch> broker_epoch{};
  friend bool operator==(const BrokerRegistrationResponse&, const BrokerRegistrationResponse&) = default;
};

}  // namespace kafkasim
