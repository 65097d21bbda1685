#pragma once
// Whom a target means at this moment: hosts of the World. What it resolves to follows the observations alone, as an
// operator's view would: the committed leader, the active controller, the coordinator by the offsets topic.
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/run/cluster.hpp"
#include "sim/run/measures.hpp"

namespace kafkasim::sim {

struct Surroundings {  // what a fault may look at
  const World& world;
  const Cluster& cluster;
  const History& history;
  const Measures& measures;
};

// In ascending order of hosts, without repetition; empty if there is nobody of that kind. `random` decides for "any".
[[nodiscard]] std::vector<HostId> resolve(const Target& target, const Surroundings& at, Random& random);
[[nodiscard]] std::vector<HostId> resolve(const std::vector<Target>& targets, const Surroundings& at, Random& random);

// The broker that leads the partition of the offsets topic in which the group is kept.
[[nodiscard]] std::optional<NodeId> coordinator_of(const std::string& group, const Surroundings& at);

[[nodiscard]] std::optional<NodeId> transaction_coordinator_of(const std::string& transactional_id, const Surroundings& at);

// "broker 1", "controller 3000", "shop": how people call a host.
[[nodiscard]] std::string spoken_name(HostId host, const Cluster& cluster);

}  // namespace kafkasim::sim
