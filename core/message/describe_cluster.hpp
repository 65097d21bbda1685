#pragma once
// DescribeCluster (KIP-700, KIP-919, KIP-1073).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/message/metadata.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::int8_t endpoints_of_brokers = 1;
inline constexpr std::int8_t endpoints_of_controllers = 2;

struct DescribeClusterRequest {
  static constexpr ApiKey api = ApiKey::describe_cluster;
  static constexpr MessageKind kind = MessageKind::request;
  bool include_cluster_authorized_operations{};
  std::int8_t endpoint_type{endpoints_of_brokers};
  bool include_fenced_brokers{};
  friend bool operator==(const DescribeClusterRequest&, const DescribeClusterRequest&) = default;
};

struct DescribeClusterResponse {
  static constexpr ApiKey api = ApiKey::describe_cluster;
  static constexpr MessageKind kind = MessageKind::response;
  struct Broker {
    NodeId broker_id{};
    std::string host{};
    std::uint16_t port{};
    std::optional<std::string> rack{};
    bool is_fenced{};
    friend bool operator==(const Broker&, const Broker&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::int8_t endpoint_type{endpoints_of_brokers};
  std::string cluster_id{};
  std::optional<NodeId> controller_id{};
  std::vector<Broker> brokers{};
  std::int32_t cluster_authorized_operations{authorized_operations_omitted};
  friend bool operator==(const DescribeClusterResponse&, const DescribeClusterResponse&) = default;
};

}  // namespace kafkasim
