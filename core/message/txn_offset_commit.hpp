#pragma once
// TxnOffsetCommit (KIP-98, KIP-447, KIP-890): offsets of a group that count once the transaction is committed. From version 5
// on the coordinator of the group adds its partition to the transaction by itself.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct TxnOffsetCommitRequest {
  static constexpr ApiKey api = ApiKey::txn_offset_commit;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    Offset committed_offset{};
    std::optional<LeaderEpoch> committed_leader_epoch{};
    std::optional<std::string> committed_metadata{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::string transactional_id{};
  std::string group_id{};
  ProducerId producer_id{};
  ProducerEpoch producer_epoch{};
  std::optional<Generation> generation_id{};  // absent: the sender is no member
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  std::vector<Topic> topics{};
  friend bool operator==(const TxnOffsetCommitRequest&, const TxnOffsetCommitRequest&) = default;
};

struct TxnOffsetCommitResponse {
  static constexpr ApiKey api = ApiKey::txn_offset_commit;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const TxnOffsetCommitResponse&, const TxnOffsetCommitResponse&) = default;
};

}  // namespace kafkasim
