#pragma once
// What consumers tell each other through JoinGroup and SyncGroup, opaque to the coordinator (KIP-429, KIP-792,
// KIP-881): the metadata of protocol type "consumer", and an assignment.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/model/ids.hpp"

namespace kafkasim {

struct ConsumerProtocolSubscription {
  struct TopicPartitions {
    std::string topic{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const TopicPartitions&, const TopicPartitions&) = default;
  };
  std::vector<std::string> topics{};
  std::optional<std::vector<std::byte>> user_data{};
  std::vector<TopicPartitions> owned_partitions{};  // from version 1
  std::optional<Generation> generation_id{};        // from version 2
  std::optional<std::string> rack_id{};             // from version 3
  friend bool operator==(const ConsumerProtocolSubscription&, const ConsumerProtocolSubscription&) = default;
};

struct ConsumerProtocolAssignment {
  struct TopicPartitions {
    std::string topic{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const TopicPartitions&, const TopicPartitions&) = default;
  };
  std::vector<TopicPartitions> assigned_partitions{};
  std::optional<std::vector<std::byte>> user_data{};
  friend bool operator==(const ConsumerProtocolAssignment&, const ConsumerProtocolAssignment&) = default;
};

}  // namespace kafkasim
