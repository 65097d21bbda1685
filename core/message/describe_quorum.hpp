#pragma once
// DescribeQuorum (KIP-595, KIP-836, KIP-853): who votes in the metadata quorum, who observes it, and how far each has come.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct DescribeQuorumRequest {
  static constexpr ApiKey api = ApiKey::describe_quorum;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  friend bool operator==(const DescribeQuorumRequest&, const DescribeQuorumRequest&) = default;
};

struct DescribeQuorumResponse {
  static constexpr ApiKey api = ApiKey::describe_quorum;
  static constexpr MessageKind kind = MessageKind::response;
  struct Replica {
    NodeId replica_id{};
    Uuid replica_directory_id{};
    std::optional<Offset> log_end_offset{};
    std::int64_t last_fetch_timestamp{-1};      // by the leader's clock; -1 if unknown, and of the leader
    std::int64_t last_caught_up_timestamp{-1};  // when it last had all that the leader had; of the leader: now
    friend bool operator==(const Replica&, const Replica&) = default;
  };
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{};
    std::optional<Offset> high_watermark{};
    std::vector<Replica> current_voters{};
    std::vector<Replica> observers{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Node {
    NodeId node_id{};
    std::vector<LeaderEndpoint> listeners{};
    friend bool operator==(const Node&, const Node&) = default;
  };
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::vector<Topic> topics{};
  std::vector<Node> nodes{};  // the voters
  friend bool operator==(const DescribeQuorumResponse&, const DescribeQuorumResponse&) = default;
};

}  // namespace kafkasim
