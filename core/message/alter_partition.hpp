#pragma once
// AlterPartition (KIP-497, KIP-704, KIP-841, KIP-903): a leader asks the controller for another ISR.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AlterPartitionRequest {
  static constexpr ApiKey api = ApiKey::alter_partition;
  static constexpr MessageKind kind = MessageKind::request;
  struct BrokerState {
    NodeId broker_id{};
    std::optional<BrokerEpoch> broker_epoch{};
    friend bool operator==(const BrokerState&, const BrokerState&) = default;
  };
  struct Partition {
    PartitionIndex partition_index{};
    LeaderEpoch leader_epoch{};
    std::vector<BrokerState> new_isr_with_epochs{};  // up to version 2 ids only
    LeaderRecoveryState leader_recovery_state{};
    PartitionEpoch partition_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};  // up to version 1
    Uuid topic_id{};           // from version 2
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  NodeId broker_id{};
  BrokerEpoch broker_epoch{};
  std::vector<Topic> topics{};
  friend bool operator==(const AlterPartitionRequest&, const AlterPartitionRequest&) = default;
};

struct AlterPartitionResponse {
  static constexpr ApiKey api = ApiKey::alter_partition;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<NodeId> leader_id{};
    LeaderEpoch leader_epoch{};
    std::vector<NodeId> isr{};
    LeaderRecoveryState leader_recovery_state{};
    PartitionEpoch partition_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};  // up to version 1
    Uuid topic_id{};           // from version 2
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Topic> topics{};
  friend bool operator==(const AlterPartitionResponse&, const AlterPartitionResponse&) = default;
};

}  // namespace kafkasim
