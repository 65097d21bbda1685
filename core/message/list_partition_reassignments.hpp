#pragma once
// ListPartitionReassignments (KIP-455).
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ListPartitionReassignmentsRequest {
  static constexpr ApiKey api = ApiKey::list_partition_reassignments;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    std::vector<PartitionIndex> partition_indexes{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration timeout{milliseconds(60'000)};
  std::optional<std::vector<Topic>> topics{};  // absent: all
  friend bool operator==(const ListPartitionReassignmentsRequest&, const ListPartitionReassignmentsRequest&) = default;
};

struct ListPartitionReassignmentsResponse {
  static constexpr ApiKey api = ApiKey::list_partition_reassignments;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    std::vector<NodeId> replicas{};
    std::vector<NodeId> adding_replicas{};
    std::vector<NodeId> removing_replicas{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::vector<Topic> topics{};
  friend bool operator==(const ListPartitionReassignmentsResponse&,
                         const ListPartitionReassignmentsResponse&) = default;
};

}  // namespace kafkasim
