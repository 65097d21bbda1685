#pragma once
// AlterPartitionReassignments (KIP-455, KIP-860): a partition's replicas are to be these, in this order of preference.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct AlterPartitionReassignmentsRequest {
  static constexpr ApiKey api = ApiKey::alter_partition_reassignments;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    std::optional<std::vector<NodeId>> replicas{};  // absent: a reassignment under way is to be given up
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration timeout{milliseconds(60'000)};
  bool allow_replication_factor_change{true};
  std::vector<Topic> topics{};
  friend bool operator==(const AlterPartitionReassignmentsRequest&,
                         const AlterPartitionReassignmentsRequest&) = default;
};

struct AlterPartitionReassignmentsResponse {
  static constexpr ApiKey api = ApiKey::alter_partition_reassignments;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  bool allow_replication_factor_change{true};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::vector<Topic> responses{};
  friend bool operator==(const AlterPartitionReassignmentsResponse&,
                         const AlterPartitionReassignmentsResponse&) = default;
};

}  // namespace kafkasim
