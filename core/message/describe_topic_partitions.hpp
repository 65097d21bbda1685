#pragma once
// DescribeTopicPartitions (KIP-966): what Metadata tells of topics, with eligible leader replicas, and page by page.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// Where the next page begins.
struct TopicPartitionCursor {
  std::string topic_name{};
  PartitionIndex partition_index{};
  friend bool operator==(const TopicPartitionCursor&, const TopicPartitionCursor&) = default;
};

struct DescribeTopicPartitionsRequest {
  static constexpr ApiKey api = ApiKey::describe_topic_partitions;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};  // none: all
  std::int32_t response_partition_limit{2000};
  std::optional<TopicPartitionCursor> cursor{};
  friend bool operator==(const DescribeTopicPartitionsRequest&, const DescribeTopicPartitionsRequest&) = default;
};

struct DescribeTopicPartitionsResponse {
  static constexpr ApiKey api = ApiKey::describe_topic_partitions;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    ErrorCode error_code{};
    PartitionIndex partition_index{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{-1};
    std::vector<NodeId> replica_nodes{};
    std::vector<NodeId> isr_nodes{};
    std::optional<std::vector<NodeId>> eligible_leader_replicas{};
    std::optional<std::vector<NodeId>> last_known_elr{};
    std::vector<NodeId> offline_replicas{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    ErrorCode error_code{};
    std::optional<std::string> name{};
    Uuid topic_id{};
    bool is_internal{};
    std::vector<Partition> partitions{};
    std::int32_t topic_authorized_operations{INT32_MIN};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  std::optional<TopicPartitionCursor> next_cursor{};
  friend bool operator==(const DescribeTopicPartitionsResponse&, const DescribeTopicPartitionsResponse&) = default;
};

}  // namespace kafkasim
