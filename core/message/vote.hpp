#pragma once
// Vote (KIP-595, KIP-853; with pre-vote, KIP-996, from version 2): a candidate of the metadata quorum asks for votes.
#include <optional>
#include <string>
#include <vector>

#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct VoteRequest {
  static constexpr ApiKey api = ApiKey::vote;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    LeaderEpoch replica_epoch{};  // the candidate's; with pre-vote its present one
    NodeId replica_id{};
    Uuid replica_directory_id{};
    Uuid voter_directory_id{};
    LeaderEpoch last_offset_epoch{};
    Offset last_offset{};  // the end of the candidate's log
    bool pre_vote{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::string> cluster_id{};
  std::optional<NodeId> voter_id{};  // who is asked
  std::vector<Topic> topics{};
  friend bool operator==(const VoteRequest&, const VoteRequest&) = default;
};

struct VoteResponse {
  static constexpr ApiKey api = ApiKey::vote;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{};
    bool vote_granted{};
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
  friend bool operator==(const VoteResponse&, const VoteResponse&) = default;
};

}  // namespace kafkasim
