#include <algorithm>

#include <fmt/format.h>

#include "viz/panels/inspector_parts.hpp"
#include "viz/panels/transaction_rows.hpp"

namespace kafkasim::viz {

std::string_view words_of_state(const sim::FrameNode& node) {
  switch (node.state) {
    case sim::NodeState::without_power: return "without power";
    case sim::NodeState::down: return "down";
    case sim::NodeState::starting: return "starting";
    case sim::NodeState::paused: return "paused";
    case sim::NodeState::stopping: return "stopping";
    case sim::NodeState::running: break;
  }
  return node.fenced ? "running, fenced" : "running";
}

Colour colour_of_state(const Theme& theme, const sim::FrameNode& node) {
  switch (node.state) {
    case sim::NodeState::without_power:
    case sim::NodeState::down: return theme.bad;
    case sim::NodeState::starting:
    case sim::NodeState::paused:
    case sim::NodeState::stopping: return theme.warning;
    case sim::NodeState::running: break;
  }
  return node.fenced ? theme.warning : theme.good;
}

namespace {

std::string_view kind_of_node(sim::NodeKind kind) {
  switch (kind) {
    case sim::NodeKind::broker: return "a broker";
    case sim::NodeKind::controller: return "a controller of the quorum";
    case sim::NodeKind::producer: return "a producer";
    case sim::NodeKind::consumer: return "a consumer";
    case sim::NodeKind::admin: return "an administrator's client";
    case sim::NodeKind::real_clients: return "real clients";
  }
  return "";
}

}  // namespace

void Inspector::node_facts(const sim::FrameNode& node) {
  std::string kind{kind_of_node(node.kind)};
  if (!node.rack.empty()) kind += ", rack " + node.rack;
  flow_.dim(kind);
  const bool broker = node.kind == sim::NodeKind::broker;
  const bool client = node.kind == sim::NodeKind::producer || node.kind == sim::NodeKind::consumer;
  if ((broker || client) && !node.role.empty()) flow_.pair(broker ? "role" : "transaction", node.role);
  if (client) transaction_of(node);
  if (node.votes) {
    const std::string role = node.active ? "leads the quorum: the active controller" : node.quorum_role.empty() ? "none" : node.quorum_role;
    flow_.pair(node.kind == sim::NodeKind::broker ? "quorum" : "role", role);
    if (node.epoch >= 0) flow_.pair("epoch", std::to_string(node.epoch));
  }
  if (node.fenced) flow_.coloured(ui_.theme.warning, "Fenced: the controller does not count on it, and it leads nothing.");
  if (node.waiting > 0) flow_.pair("in its queues", fmt::format("{} waiting", node.waiting));
  if (node.disk) {
    const auto share = static_cast<float>(static_cast<double>(node.disk->used) / static_cast<double>(std::max<std::uint64_t>(1, node.disk->capacity)));
    flow_.bar("disk", share, fmt::format("{} of {}", as_size(node.disk->used), as_size(node.disk->capacity)),
              share > 0.9F ? ui_.theme.bad : ui_.theme.accent);
    if (node.disk->offline) flow_.coloured(ui_.theme.bad, "It took its log directory offline.");
  }
  for (const std::string& ailment : node.ailments) flow_.coloured(ui_.theme.warning, ailment);
  if (!node.group.empty() && flow_.link("inspect.group", "member of group " + node.group)) app_.choose(ChosenGroup{node.group});
}

// What the coordinator of its transactions knows of them.
void Inspector::transaction_of(const sim::FrameNode& node) {
  for (const sim::FrameTransaction& transaction : app_.frame().transactions) {
    if (transaction.client != node.name) continue;
    flow_.pair("transactional id", transaction.id);
    flow_.pair("its coordinator says", phase_text(transaction));
    flow_.pair("producer", fmt::format("{}, epoch {}", transaction.producer.value, transaction.epoch ? std::to_string(transaction.epoch->value) : "none"));
    const sim::FrameNode* coordinator = app_.frame().node(transaction.coordinator);
    if (coordinator != nullptr) node_link("inspect.transactions", *coordinator, "coordinator " + coordinator->name);
    for (const sim::FrameTransaction::Part& part : transaction.parts) flow_.dim(part_text(transaction, part));
  }
}

// Which partitions it leads and follows, and where it is not in sync.
void Inspector::replicas_on(const sim::FrameNode& node) {
  if (node.kind != sim::NodeKind::broker || !node.id) return;
  std::vector<const sim::FramePartition*> leads;
  std::vector<const sim::FramePartition*> follows;
  for (const sim::FramePartition& p : app_.frame().partitions) {
    if (p.leader == node.id) leads.push_back(&p);
    else if (std::ranges::find(p.assigned, *node.id) != p.assigned.end()) follows.push_back(&p);
  }
  constexpr std::size_t most = 12;
  flow_.heading(fmt::format("Leads {}", leads.empty() ? "nothing" : std::to_string(leads.size())));
  for (std::size_t i = 0; i < std::min(leads.size(), most); ++i) {
    partition_link("inspect." + to_string(leads[i]->name), leads[i]->name, fmt::format("{}, epoch {}", to_string(leads[i]->name), leads[i]->epoch.value));
  }
  if (leads.size() > most) flow_.dim(fmt::format("and {} more", leads.size() - most));
  flow_.heading(fmt::format("Follows {}", follows.empty() ? "nothing" : std::to_string(follows.size())));
  for (std::size_t i = 0; i < std::min(follows.size(), most); ++i) {
    const sim::FramePartition& p = *follows[i];
    const bool in_sync = std::ranges::find(p.isr, *node.id) != p.isr.end();
    const std::string leader = p.leader ? fmt::format("led by broker {}", p.leader->value) : "without a leader";
    partition_link("inspect." + to_string(p.name), p.name, fmt::format("{}, {}{}", to_string(p.name), leader, in_sync ? "" : ", not in sync"));
    if (!in_sync) ask("why.isr." + to_string(p.name), sim::WhyNotInSync{p.name, *node.id});
  }
  if (follows.size() > most) flow_.dim(fmt::format("and {} more", follows.size() - most));
}

void Inspector::node(const ChosenNode& chosen) {
  const sim::FrameNode* node = app_.frame().node(chosen.host);
  if (!node) {
    flow_.title("A client");
    flow_.dim("It is not there yet at this moment.");
    return;
  }
  flow_.title(node->name, words_of_state(*node), colour_of_state(ui_.theme, *node));
  node_facts(*node);
  const bool down = node->state == sim::NodeState::down || node->state == sim::NodeState::without_power;
  if (down) ask("why.down", sim::WhyDown{node->host}, ("Why is " + node->name + " down?").c_str());
  act_buttons({"crash", "pause", "stop", "start", "campaign", "traffic-10"});
  faults(node->host);
  replicas_on(*node);
}

}  // namespace kafkasim::viz
