#include "sim/frame/traffic.hpp"

namespace kafkasim::sim {

namespace {

NodeKind kind_of_client(ClientKind kind) { return kind == ClientKind::producer ? NodeKind::producer : NodeKind::consumer; }

// Of what anybody may fetch or ask for: followers of their leader, controllers and brokers of the metadata log, clients of a broker.
Traffic2 read_by(NodeKind from, NodeKind to, Traffic2 by_client) {
  if (from == NodeKind::controller || to == NodeKind::controller) return Traffic2::quorum;
  return from == NodeKind::broker && to == NodeKind::broker ? Traffic2::replication : by_client;
}

bool is_node(NodeKind kind) { return kind == NodeKind::broker || kind == NodeKind::controller; }

}  // namespace

Traffic2 traffic_of(ApiKey api, NodeKind from, NodeKind to) {
  switch (api) {
    case ApiKey::produce:
    case ApiKey::init_producer_id: return Traffic2::produce;
    case ApiKey::fetch: return read_by(from, to, Traffic2::fetch);
    case ApiKey::offset_for_leader_epoch: return read_by(from, to, Traffic2::metadata);
    case ApiKey::vote:
    case ApiKey::begin_quorum_epoch:
    case ApiKey::end_quorum_epoch:
    case ApiKey::fetch_snapshot: return Traffic2::quorum;
    case ApiKey::alter_partition:
    case ApiKey::broker_registration:
    case ApiKey::broker_heartbeat:
    case ApiKey::allocate_producer_ids: return Traffic2::control;
    case ApiKey::join_group:
    case ApiKey::sync_group:
    case ApiKey::consumer_group_heartbeat:
    case ApiKey::heartbeat:
    case ApiKey::leave_group:
    case ApiKey::offset_commit:
    case ApiKey::offset_fetch:
    case ApiKey::find_coordinator: return Traffic2::group;
    case ApiKey::metadata:
    case ApiKey::api_versions:
    case ApiKey::list_offsets: return is_node(from) && is_node(to) ? Traffic2::control : Traffic2::metadata;
    default: return Traffic2::admin;
  }
}

NodeKind kind_of(HostId host, const Simulation& run) {
  const Cluster& cluster = run.cluster();
  for (const auto& [id, broker] : cluster.brokers) {
    if (broker == host) return NodeKind::broker;
  }
  for (const auto& [id, controller] : cluster.controllers) {
    if (controller == host) return NodeKind::controller;
  }
  for (const ClientHost& client : cluster.clients) {
    if (client.host == host) return kind_of_client(client.kind);
  }
  return run.guests().host() == host ? NodeKind::real_clients : NodeKind::admin;
}

std::vector<NodeKind> kinds_of_hosts(const Simulation& run) {
  std::vector<NodeKind> kinds(run.world().host_count(), NodeKind::admin);
  const auto set = [&kinds](HostId host, NodeKind kind) { kinds[static_cast<std::size_t>(host.value)] = kind; };
  for (const auto& [id, host] : run.cluster().controllers) set(host, NodeKind::controller);
  for (const auto& [id, host] : run.cluster().brokers) set(host, NodeKind::broker);  // combined nodes too
  for (const ClientHost& client : run.cluster().clients) set(client.host, kind_of_client(client.kind));
  if (const std::optional<HostId> guests = run.guests().host()) set(*guests, NodeKind::real_clients);
  return kinds;
}

}  // namespace kafkasim::sim
