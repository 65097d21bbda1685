#pragma once
// Metadata (KIP-430, KIP-516, KIP-1102): brokers, topics, and who leads. Authorized operations are bit sets;
// authorized_operations_omitted stands where they were not asked for.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::int32_t authorized_operations_omitted = INT32_MIN;

struct MetadataRequest {
  static constexpr ApiKey api = ApiKey::metadata;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    Uuid topic_id{};  // zero: by name
    std::optional<std::string> name{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::vector<Topic>> topics{};  // absent: all topics
  bool allow_auto_topic_creation{true};
  bool include_cluster_authorized_operations{};
  bool include_topic_authorized_operations{};
  friend bool operator==(const MetadataRequest&, const MetadataRequest&) = default;
};

struct MetadataResponse {
  static constexpr ApiKey api = ApiKey::metadata;
  static constexpr MessageKind kind = MessageKind::response;
  struct Broker {
    NodeId node_id{};
    std::string host{};
    std::uint16_t port{};
    std::optional<std::string> rack{};
    friend bool operator==(const Broker&, const Broker&) = default;
  };
  struct Partition {
    ErrorCode error_code{};
    PartitionIndex partition_index{};
    std::optional<NodeId> leader_id{};
    std::optional<LeaderEpoch> leader_epoch{};
    std::vector<NodeId> replica_nodes{};
    std::vector<NodeId> isr_nodes{};
    std::vector<NodeId> offline_replicas{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    ErrorCode error_code{};
    std::optional<std::string> name{};
    Uuid topic_id{};
    bool is_internal{};
    std::vector<Partition> partitions{};
    std::int32_t topic_authorized_operations{authorized_operations_omitted};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Broker> brokers{};
  std::optional<std::string> cluster_id{};
  std::optional<NodeId> controller_id{};
  std::vector<Topic> topics{};
  std::int32_t cluster_authorized_operations{authorized_operations_omitted};
  ErrorCode error_code{};  // from version 13: REBOOTSTRAP_REQUIRED
  friend bool operator==(const MetadataResponse&, const MetadataResponse&) = default;
};

}  // namespace kafkasim
