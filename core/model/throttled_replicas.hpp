#pragma once
// Whose replication is throttled: the values of leader.replication.throttled.replicas and
// follower.replication.throttled.replicas of a topic (KIP-73; ThrottledReplicaListValidator, TopicConfigHandler): "*", or
// "PARTITION:BROKER,PARTITION:BROKER", or nothing.
#include <set>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::string_view leader_throttled_replicas_setting = "leader.replication.throttled.replicas";
inline constexpr std::string_view follower_throttled_replicas_setting = "follower.replication.throttled.replicas";

struct ThrottledPartitions {  // of a topic, on one broker
  bool all{false};
  std::set<PartitionIndex> partitions;
  [[nodiscard]] bool empty() const { return !all && partitions.empty(); }
  [[nodiscard]] bool contains(PartitionIndex partition) const { return all || partitions.contains(partition); }
  friend bool operator==(const ThrottledPartitions&, const ThrottledPartitions&) = default;
};

// Fails with a sentence that names the setting; at most a mebibyte.
[[nodiscard]] Result<void> check_throttled_replicas(std::string_view setting, std::string_view value);
// What a value that has passed says of one broker.
[[nodiscard]] ThrottledPartitions throttled_partitions(std::string_view value, NodeId broker);

}  // namespace kafkasim
