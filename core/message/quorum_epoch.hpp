#pragma once
// BeginQuorumEpoch and EndQuorumEpoch (KIP-595, KIP-853): a leader of the metadata quorum announces itself, or resigns.
#include <optional>
#include <string>
#include <vector>

#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct BeginQuorumEpochRequest {
  static constexpr ApiKey api = ApiKey::begin_quorum_epoch;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    Uuid voter_directory_id{};
    NodeId leader_id{};
    LeaderEpoch leader_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::string> cluster_id{};
  std::optional<NodeId> voter_id{};
  std::vector<Topic> topics{};
  std::vector<LeaderEndpoint> leader_endpoints{};
  friend bool operator==(const BeginQuorumEpochRequest&, const BeginQuorumEpochRequest&) = default;
};

struct BeginQuorumEpochResponse {
  static constexpr ApiKey api = ApiKey::begin_quorum_epoch;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  ErrorCode error_code{};
  std::vector<Topic> topics{};
  std::vector<QuorumNodeEndpoint> node_endpoints{};
  friend bool operator==(const BeginQuorumEpochResponse&, const BeginQuorumEpochResponse&) = default;
};

struct EndQuorumEpochRequest {
  static constexpr ApiKey api = ApiKey::end_quorum_epoch;
  static constexpr MessageKind kind = MessageKind::request;
  struct Candidate {
    NodeId candidate_id{};
    Uuid candidate_directory_id{};
    friend bool operator==(const Candidate&, const Candidate&) = default;
  };
  struct Partition {
    PartitionIndex partition_index{};
    NodeId leader_id{};
    LeaderEpoch leader_epoch{};
    std::vector<Candidate> preferred_candidates{};  // the most caught-up first; in version 0 ids only
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::string> cluster_id{};
  std::vector<Topic> topics{};
  std::vector<LeaderEndpoint> leader_endpoints{};
  friend bool operator==(const EndQuorumEpochRequest&, const EndQuorumEpochRequest&) = default;
};

struct EndQuorumEpochResponse {
  static constexpr ApiKey api = ApiKey::end_quorum_epoch;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  ErrorCode error_code{};
  std::vector<Topic> topics{};
  std::vector<QuorumNodeEndpoint> node_endpoints{};
  friend bool operator==(const EndQuorumEpochResponse&, const EndQuorumEpochResponse&) = default;
};

}  // namespace kafkasim
