#pragma once
// Targets: whom a timeline entry means, as data. Nothing is resolved here: that happens when the fault fires.
//   3 | leader(orders-0) | follower(orders-0) | followers(orders-0) | controller | any controller | all controllers |
//   3000 coordinator(analytics) | transaction_coordinator(billing) | any broker | all brokers | rack(a) | shop | shop/2 | analytics/1
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/model/ids.hpp"

namespace kafkasim::sim {

struct NodeTarget {  // a broker or a controller by its id
  NodeId node;
  friend bool operator==(const NodeTarget&, const NodeTarget&) = default;
};
struct LeaderTarget {
  TopicPartition partition;
  friend bool operator==(const LeaderTarget&, const LeaderTarget&) = default;
};
struct FollowerTarget {  // the first in the ISR that does not lead
  TopicPartition partition;
  friend bool operator==(const FollowerTarget&, const FollowerTarget&) = default;
};
struct FollowersTarget {  // all replicas that do not lead
  TopicPartition partition;
  friend bool operator==(const FollowersTarget&, const FollowersTarget&) = default;
};
enum class ClusterTarget : std::uint8_t { active_controller, any_controller, all_controllers, any_broker, all_brokers };
struct CoordinatorTarget {
  std::string group;
  friend bool operator==(const CoordinatorTarget&, const CoordinatorTarget&) = default;
};
struct TransactionCoordinatorTarget {
  std::string transactional_id;
  friend bool operator==(const TransactionCoordinatorTarget&, const TransactionCoordinatorTarget&) = default;
};
struct RackTarget {
  std::string rack;
  friend bool operator==(const RackTarget&, const RackTarget&) = default;
};
enum class ClientKind : std::uint8_t { producer, group_member, assigned_consumer, pipeline };
struct ClientTarget {
  ClientKind kind{};
  std::string name;                    // of the producer, the group, the pipeline, or the consumer that reads by assignment
  std::optional<std::int32_t> number;  // from 1; absent: all that the name covers
  friend bool operator==(const ClientTarget&, const ClientTarget&) = default;
};

struct Target {
  std::variant<NodeTarget, LeaderTarget, FollowerTarget, FollowersTarget, ClusterTarget, CoordinatorTarget,
               TransactionCoordinatorTarget, RackTarget, ClientTarget>
      what;
  std::string text;  // as the scenario wrote it, for the timeline
  friend bool operator==(const Target&, const Target&) = default;
};

}  // namespace kafkasim::sim
