// Machines: what state they are in, what ails them, and which ways between them are cut.
#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "core/controller/controller.hpp"
#include "sim/fault/targets.hpp"
#include "sim/frame/capture_parts.hpp"
#include "sim/scenario/units.hpp"
#include "sim/workload/pipeline_app.hpp"
#include "sim/workload/producing_app.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t clocks_agree_within_ms = 2;  // both are read in whole milliseconds

NodeState state_of(const Host& host) {
  if (!host.has_power()) return NodeState::without_power;
  if (!host.is_up()) return NodeState::down;
  if (host.is_paused()) return NodeState::paused;
  if (host.is_stopping()) return NodeState::stopping;
  return host.is_running() ? NodeState::running : NodeState::starting;
}

std::string broker_role(BrokerState state) {
  switch (state) {
    case BrokerState::running: return "running";
    case BrokerState::registering:
    case BrokerState::catching_up:
    case BrokerState::recovering: return "recovery";
    default: return "";
  }
}

std::string quorum_role(const raft::Role& role) {
  if (std::holds_alternative<raft::Leader>(role)) return "leader";
  if (std::holds_alternative<raft::Follower>(role)) return "follower";
  const bool stands = std::holds_alternative<raft::Candidate>(role) || std::holds_alternative<raft::Prospective>(role);
  return stands ? "candidate" : "";
}

std::string transaction_role(TransactionState state) {
  switch (state) {
    case TransactionState::uninitialised:
    case TransactionState::initialising: return "waits for its producer id";
    case TransactionState::ready: return "none is open";
    case TransactionState::in_transaction: return "open";
    case TransactionState::committing: return "is being committed";
    case TransactionState::aborting: return "is being aborted";
    case TransactionState::abortable_error: return "failed: to be aborted";
    case TransactionState::fatal: return "fenced: no more";
  }
  return "";
}

// "20 times slower", "1.5 times slower", "2 times faster"
std::string pace(std::int64_t permille) {
  if (permille <= 0) return "without any cost";
  const double times = permille > 1000 ? static_cast<double>(permille) / 1000.0 : 1000.0 / static_cast<double>(permille);
  return fmt::format("{:.3g} times {}", times, permille > 1000 ? "slower" : "faster");
}

struct NodePainter {
  const Shot& shot;
  [[nodiscard]] const World& world() const { return shot.run.world(); }
  [[nodiscard]] const Host& host(HostId id) const { return world().host(id); }

  template <class Op>
  [[nodiscard]] bool suffers(HostId id) const {
    return std::ranges::any_of(shot.faults, [&](const FrameFault& fault) {
      return std::holds_alternative<Op>(shot.run.scenario().timeline[fault.entry].operation)
             && std::ranges::find(fault.hosts, id) != fault.hosts.end();
    });
  }

  void tell_clock(HostId id, std::vector<std::string>& ailments) const {
    if (!suffers<ClockFault>(id)) return;
    const Timestamp right = world().right_clock().at(shot.now());
    const std::int64_t ahead_ms = host(id).clock().at(shot.now()) - right;
    const std::int64_t off_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;
    const Duration off = off_ms < 10'000 ? milliseconds(off_ms) : seconds(off_ms / 1000);
    if (off_ms >= clocks_agree_within_ms) ailments.push_back(fmt::format("clock {} {}", format_duration(off), ahead_ms < 0 ? "behind" : "ahead"));
    const std::int64_t drift = host(id).clock().drift();
    if (drift != 0) ailments.push_back(fmt::format("clock {} {} ppm", drift < 0 ? "loses" : "gains", drift < 0 ? -drift : drift));
  }

  [[nodiscard]] std::vector<std::string> ailments(HostId id) const {
    std::vector<std::string> told;
    const Host& h = host(id);
    if (h.disk_permille() != 1000) told.push_back("disk " + pace(h.disk_permille()));
    if (h.cpu_permille() != 1000) told.push_back("processor " + pace(h.cpu_permille()));
    if (suffers<FullDisk>(id)) told.emplace_back("disk full");
    if (h.disk().is_failing()) told.emplace_back("disk fails");
    if (suffers<MetadataFreeze>(id)) told.emplace_back("metadata frozen");
    tell_clock(id, told);
    return told;
  }

  [[nodiscard]] FrameNode node(HostId id, std::string name) const {
    const Host& h = host(id);
    FrameNode n;
    n.host = id;
    n.kind = shot.kind(id);
    n.state = state_of(h);
    n.name = std::move(name);
    n.rack = h.spec().rack.value_or("");
    for (const Lane lane : all_lanes) n.waiting += h.lanes().waiting(lane);
    n.ailments = ailments(id);
    return n;
  }

  [[nodiscard]] FrameNode client(const ClientHost& client) const {
    FrameNode n = node(client.host, client.name);
    if (client.group) n.group = *client.group;
    const Producer* writes = host(client.host).is_up() ? producer_on(world(), client.host) : nullptr;
    if (writes != nullptr && writes->transactions() != nullptr) n.role = transaction_role(writes->transactions()->state());
    return n;
  }

  [[nodiscard]] FrameNode broker(NodeId id, HostId at) const {
    FrameNode n = node(at, fmt::format("broker {}", id.value));
    n.id = id;
    const auto known = shot.run.measures().brokers_fenced().find(id);
    n.fenced = known == shot.run.measures().brokers_fenced().end() || known->second;
    n.disk = FrameDisk{host(at).disk().used_bytes(), host(at).spec().disk.capacity, false};
    if (const Broker* machine = world().machine<Broker>(at)) {
      n.role = broker_role(machine->state());
      n.disk->offline = machine->replicas().failed();
    }
    if (shot.run.cluster().controllers.contains(id)) paint_quorum(at, n);
    return n;
  }

  void paint_quorum(HostId at, FrameNode& n) const {
    n.votes = true;
    const Controller* machine = world().machine<Controller>(at);
    if (machine == nullptr) return;
    n.votes = machine->raft().voter_set().is_voter(machine->raft().key());
    n.quorum_role = quorum_role(machine->raft().role());
    n.epoch = machine->raft().leader_and_epoch().epoch;
    n.active = machine->is_active();
  }

  [[nodiscard]] FrameNode controller(NodeId id, HostId at) const {
    FrameNode n = node(at, fmt::format("controller {}", id.value));
    n.id = id;
    paint_quorum(at, n);
    n.role = n.quorum_role;
    return n;
  }
};

}  // namespace

const Producer* producer_on(const World& world, HostId host) {
  if (const auto* app = world.machine<ProducingApp>(host)) return &app->producer();
  if (const auto* app = world.machine<HandProducerApp>(host)) return &app->producer();
  if (const auto* app = world.machine<PipelineApp>(host)) return &app->producer();
  return nullptr;
}

std::vector<FrameNode> capture_nodes(const Shot& shot) {
  const NodePainter painter{shot};
  const Cluster& cluster = shot.run.cluster();
  const World& world = shot.run.world();
  std::vector<FrameNode> nodes;
  for (const auto& [id, host] : cluster.brokers) nodes.push_back(painter.broker(id, host));
  for (const auto& [id, host] : cluster.controllers) {
    if (!cluster.brokers.contains(id)) nodes.push_back(painter.controller(id, host));  // a combined node is a broker that votes
  }
  for (const ClientHost& client : cluster.clients) {
    if (shot.is_awaited(client)) continue;
    nodes.push_back(painter.client(client));
  }
  if (const std::optional<HostId> guests = shot.run.guests().host()) {
    nodes.push_back(painter.node(*guests, "real clients"));
    nodes.back().state = NodeState::running;  // their processes are outside of the World
  }
  for (const auto& [name, host] : cluster.beside) nodes.push_back(painter.node(host, name));  // queues and stores
  if (cluster.admin && world.is_up(*cluster.admin)) nodes.push_back(painter.node(*cluster.admin, "admin"));
  const std::optional<HostId> administrator = world.find_host("administrator");  // the timeline's
  if (administrator && world.is_up(*administrator) && shot.kind(*administrator) == NodeKind::admin)
    nodes.push_back(painter.node(*administrator, "administrator"));
  return nodes;
}

std::vector<FrameLink> capture_links(const Shot& shot, const std::vector<FrameNode>& nodes) {
  const Topology& topology = shot.run.world().network().topology();
  std::vector<FrameLink> links;
  if (!topology.has_cuts() && !topology.has_impairments()) return links;
  for (const FrameNode& a : nodes) {
    for (const FrameNode& b : nodes) {
      if (a.host == b.host) continue;
      const bool cut = !topology.open(a.host, b.host);
      const bool poor = topology.impaired(a.host, b.host);
      if (cut || poor) links.push_back({a.host, b.host, cut, poor});
    }
  }
  return links;
}

}  // namespace kafkasim::sim
