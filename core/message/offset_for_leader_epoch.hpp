#pragma once
// OffsetForLeaderEpoch (KIP-101, KIP-320): where an epoch ends in the leader's log.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetForLeaderEpochRequest {
  static constexpr ApiKey api = ApiKey::offset_for_leader_epoch;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition{};
    std::optional<LeaderEpoch> current_leader_epoch{};
    LeaderEpoch leader_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<NodeId> replica_id{};  // absent: a consumer
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetForLeaderEpochRequest&, const OffsetForLeaderEpochRequest&) = default;
};

struct OffsetForLeaderEpochResponse {
  static constexpr ApiKey api = ApiKey::offset_for_leader_epoch;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    ErrorCode error_code{};
    PartitionIndex partition{};
    std::optional<LeaderEpoch> leader_epoch{};  // the greatest epoch not above the one asked for
    std::optional<Offset> end_offset{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetForLeaderEpochResponse&, const OffsetForLeaderEpochResponse&) = default;
};

}  // namespace kafkasim
