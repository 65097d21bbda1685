#include "sim/fault/targets.hpp"

#include <algorithm>

#include "core/broker/broker.hpp"

namespace kafkasim::sim {

namespace {

struct Resolver {
  const Surroundings& at;
  Random& random;
  std::vector<HostId> found{};

  void add(std::optional<NodeId> node) {
    const std::optional<HostId> host = node ? at.cluster.node(*node) : std::nullopt;
    if (host) found.push_back(*host);
  }
  void add_all(const std::map<NodeId, HostId>& nodes) {
    for (const auto& [id, host] : nodes) found.push_back(host);
  }
  void add_any(const std::map<NodeId, HostId>& nodes) {  // of those that run, if any does
    std::vector<HostId> running;
    for (const auto& [id, host] : nodes) {
      if (at.world.is_up(host)) running.push_back(host);
    }
    if (running.empty()) {
      for (const auto& [id, host] : nodes) running.push_back(host);
    }
    if (!running.empty()) found.push_back(running[random.below(running.size())]);
  }

  void operator()(const NodeTarget& target) { add(target.node); }
  void operator()(const LeaderTarget& target) {
    if (const PartitionHistory* partition = at.history.partition(target.partition)) add(partition->leader);
  }
  void operator()(const FollowerTarget& target) {
    const PartitionHistory* partition = at.history.partition(target.partition);
    if (!partition) return;
    const auto follower =
        std::ranges::find_if(partition->isr, [partition](NodeId id) { return id != partition->leader; });
    if (follower != partition->isr.end()) add(*follower);
  }
  void operator()(const FollowersTarget& target) {
    const PartitionHistory* partition = at.history.partition(target.partition);
    if (!partition) return;
    for (const NodeId id : partition->assigned) {
      if (id != partition->leader) add(id);
    }
  }
  void operator()(const ClusterTarget& target) {
    switch (target) {
      case ClusterTarget::active_controller:
        if (const auto active = at.measures.controller()) add(active->first);
        break;
      case ClusterTarget::any_controller: add_any(at.cluster.controllers); break;
      case ClusterTarget::all_controllers: add_all(at.cluster.controllers); break;
      case ClusterTarget::any_broker: add_any(at.cluster.brokers); break;
      case ClusterTarget::all_brokers: add_all(at.cluster.brokers); break;
    }
  }
  void operator()(const CoordinatorTarget& target) { add(coordinator_of(target.group, at)); }
  void operator()(const TransactionCoordinatorTarget& target) { add(transaction_coordinator_of(target.transactional_id, at)); }
  void operator()(const RackTarget& target) {
    for (const auto& [id, host] : at.cluster.brokers) {
      if (at.world.spec(host).rack == target.rack) found.push_back(host);
    }
  }
  void operator()(const ClientTarget& target) {
    for (const ClientHost& client : at.cluster.clients) {
      const bool mine = client.kind == target.kind && client.owner == target.name;
      const bool member = target.kind == ClientKind::group_member && client.group == target.name;
      if ((mine || member) && (!target.number || client.number == *target.number))
        found.push_back(client.host);
    }
  }
};

}  // namespace

std::optional<NodeId> coordinator_of(const std::string& group, const Surroundings& at) {
  for (const auto& [id, host] : at.cluster.brokers) {  // every broker computes the same partition
    const Broker* broker = at.world.machine<Broker>(host);
    const std::optional<PartitionIndex> index = broker ? broker->groups().partition_for(group) : std::nullopt;
    if (!index) continue;
    const PartitionHistory* partition = at.history.partition(TopicPartition{offsets_topic, *index});
    return partition ? partition->leader : std::nullopt;
  }
  return std::nullopt;
}

std::optional<NodeId> transaction_coordinator_of(const std::string& transactional_id, const Surroundings& at) {
  for (const auto& [id, host] : at.cluster.brokers) {
    const Broker* broker = at.world.machine<Broker>(host);
    const std::optional<PartitionIndex> index =
        broker ? broker->transactions().partition_for(transactional_id) : std::nullopt;
    if (!index) continue;
    const PartitionHistory* partition = at.history.partition(TopicPartition{transaction_state_topic, *index});
    return partition ? partition->leader : std::nullopt;
  }
  return std::nullopt;
}

std::vector<HostId> resolve(const std::vector<Target>& targets, const Surroundings& at, Random& random) {
  Resolver resolver{at, random};
  for (const Target& target : targets) std::visit(resolver, target.what);
  std::ranges::sort(resolver.found);
  resolver.found.erase(std::unique(resolver.found.begin(), resolver.found.end()), resolver.found.end());
  return resolver.found;
}

std::vector<HostId> resolve(const Target& target, const Surroundings& at, Random& random) {
  return resolve(std::vector{target}, at, random);
}

std::string spoken_name(HostId host, const Cluster& cluster) {
  for (const auto& [id, h] : cluster.brokers) {
    if (h == host) return "broker " + std::to_string(id.value);
  }
  for (const auto& [id, h] : cluster.controllers) {
    if (h == host) return "controller " + std::to_string(id.value);
  }
  for (const ClientHost& client : cluster.clients) {
    if (client.host == host) return client.name;
  }
  return "client " + std::to_string(host.value);
}

}  // namespace kafkasim::sim
