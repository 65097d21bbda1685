#include "viz/panels/act_items.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sim/scenario/json_edit.hpp"

namespace kafkasim::viz {

namespace {

using sim::Frame;
using sim::FrameNode;
using sim::FramePartition;
using sim::NodeKind;
using sim::NodeState;

std::string json_quoted(const std::string& text) { return sim::write_json(sim::json_text(text)); }

bool is_up(const FrameNode& node) { return node.state == NodeState::running || node.state == NodeState::paused || node.state == NodeState::starting; }
bool is_machine(const FrameNode& node) { return node.kind == NodeKind::broker || node.kind == NodeKind::controller; }
bool is_internal(const TopicPartition& partition) { return partition.topic.starts_with("__"); }

void add_section(ActMenu& menu, std::string title, std::vector<ActItem> items) {
  if (!items.empty()) menu.sections.push_back({std::move(title), std::move(items)});
}

// ---- a host -----------------------------------------------------------------------------------------------------------------------
struct NodeActs {
  const Frame& frame;
  const FrameNode& node;
  std::string target;

  [[nodiscard]] ActItem item(std::string id, std::string label, std::string entry, std::string verb, std::string hint) const {
    return {std::move(id), std::move(label), std::move(entry), fmt::format(fmt::runtime(verb), node.name), std::move(hint)};
  }
  [[nodiscard]] ActItem simple(const char* key, std::string label, std::string verb, std::string hint) const {
    return item(key, std::move(label), fmt::format(R"({{"{}": {}}})", key, target), std::move(verb), std::move(hint));
  }
  [[nodiscard]] ActItem for_a_while(const char* key, std::string label, std::string verb, std::string hint) const {
    return item(std::string{key} + "-5s", std::move(label), fmt::format(R"({{"{}": {}, "for": "5s"}})", key, target), std::move(verb), std::move(hint));
  }

  [[nodiscard]] std::vector<ActItem> process() const {
    std::vector<ActItem> items;
    if (node.state == NodeState::paused) return items;  // what can be done is under undo, or a crash
    if (!is_up(node)) {
      items.push_back(simple("start", "Start", "start {}", "the process comes back with what its disk holds"));
      return items;
    }
    items.push_back(simple("crash", "Crash", "crash {}", "the process dies at once; what the page cache has survives"));
    items.push_back(for_a_while("crash", "Crash for 5 s", "crash {} for 5 s", "and starts again after five seconds"));
    items.push_back(simple("pause", "Pause", "pause {}", "it freezes with its connections open, as in a long garbage collection"));
    items.push_back(for_a_while("pause", "Pause for 5 s", "pause {} for 5 s", "and goes on after five seconds"));
    const bool client = !is_machine(node);
    items.push_back(simple("stop", client ? "Close" : "Stop", client ? "close {}" : "stop {}",
                           client ? "a clean close: it says good-bye" : "a controlled shutdown: leadership is handed over first"));
    if (!client) items.push_back(simple("restart", "Restart", "restart {}", "a controlled shutdown, and back"));
    return items;
  }

  [[nodiscard]] std::vector<ActItem> network() const {
    std::vector<ActItem> items;
    items.push_back(item("cut", "From everyone", fmt::format(R"({{"partition": [{}]}})", target), "cut {} off from everyone",
                         "no packet passes; connections stay open and time out"));
    const auto pair = [&](std::string id, std::string label, const std::string& other, const std::string& whom) {
      items.push_back(item(std::move(id), std::move(label), fmt::format(R"({{"partition": [[{}], [{}]]}})", target, other),
                           "cut {} off from " + whom, "no packet passes between the two"));
    };
    if (node.kind != NodeKind::controller) pair("cut-controllers", "From the controllers", R"("all controllers")", "the controllers");
    for (const FrameNode& other : frame.nodes) {
      if (other.host == node.host || !is_machine(other) || (other.kind == NodeKind::controller && node.kind != NodeKind::controller)) continue;
      pair(fmt::format("cut-{}", other.id ? other.id->value : -1), "From " + other.name, target_of(other), other.name);
    }
    items.push_back(item("slow-link", "100 ms from everyone", fmt::format(R"({{"slow_link": {{"between": [{}, "all brokers"], "latency": "100ms"}}}})", target),
                         "100 ms between {} and the brokers", "every message to and from the brokers takes so long"));
    items.push_back(item("lossy", "Lose 5 % to the brokers", fmt::format(R"({{"slow_link": {{"between": [{}, "all brokers"], "loss": 0.05}}}})", target),
                         "a lossy link between {} and the brokers", "each loss costs a retransmission, as under TCP"));
    items.push_back(item("disconnect", "Reset its connections", fmt::format(R"({{"disconnect": {{"between": [{}, "all brokers"]}}}})", target),
                         "reset the connections of {}", "both sides hear of it; the network is fine"));
    return items;
  }

  [[nodiscard]] std::vector<ActItem> power() const {
    std::vector<ActItem> items;
    if (!is_machine(node)) return items;
    items.push_back(simple("power_off", "Power off", "power off {}", "of what was not synced, a part survives, to a sector's end"));
    items.push_back(item("power-none", "Power off, nothing unsynced survives", fmt::format(R"({{"power_off": {{"target": {}, "keep": "none"}}}})", target),
                         "power off {}: nothing unsynced survives", "the disk is as at its last sync"));
    items.push_back(item("power-torn", "Power off, torn in the middle of a batch",
                         fmt::format(R"({{"power_off": {{"target": {}, "keep": "none", "torn": true}}}})", target),
                         "power off {}: torn in the middle of a batch", "what was synced, and a part of the next batch"));
    items.push_back(for_a_while("power_off", "Power off for 5 s", "power off {} for 5 s", "and comes back after five seconds"));
    items.push_back(simple("wipe", "Wipe its disks", "wipe {}", "the machine dies and comes back with empty disks"));
    return items;
  }

  [[nodiscard]] std::vector<ActItem> disk() const {
    std::vector<ActItem> items;
    if (node.kind != NodeKind::broker) return items;
    items.push_back(item("slow-disk", "20 times slower", fmt::format(R"({{"slow_disk": {{"broker": {}, "times": 20}}}})", target),
                         "slow disk of {}", "every operation takes twenty times as long"));
    items.push_back(simple("full_disk", "Full", "full disk of {}", "writes get no space: the broker takes its log directory offline"));
    items.push_back(simple("fail_disk", "Failing", "failing disk of {}", "every operation is an I/O error"));
    for (const FramePartition& p : frame.partitions) {
      if (is_internal(p.name) || items.size() > 8) continue;
      const bool holds = std::ranges::any_of(p.replicas, [&](const sim::FrameReplica& r) { return node.id == r.node && r.log_end > r.log_start; });
      if (!holds) continue;
      const std::string name = to_string(p.name);
      items.push_back(item("corrupt-" + name, "Flip a bit in " + name,
                           fmt::format(R"({{"corrupt": {{"broker": {}, "partition": {}, "bits": 1}}}})", target, json_quoted(name)),
                           "flip a bit in " + name + " on {}", "at rest: seen when the batch is read"));
    }
    return items;
  }

  [[nodiscard]] std::vector<ActItem> machine() const {
    std::vector<ActItem> items;
    items.push_back(item("slow-cpu", "CPU 10 times slower", fmt::format(R"({{"slow_cpu": {{"target": {}, "times": 10}}}})", target), "slow CPU of {}",
                         "every step costs ten times as much"));
    items.push_back(item("clock", "Clock 5 s ahead", fmt::format(R"({{"clock": {{"target": {}, "jump": "5s"}}}})", target), "clock of {} 5 s ahead",
                         "its wall clock: record timestamps, retention; no deadline"));
    items.push_back(item("clock-behind", "Clock 5 s behind", fmt::format(R"({{"clock": {{"target": {}, "jump": "-5s"}}}})", target),
                         "clock of {} 5 s behind", "its wall clock: record timestamps, retention; no deadline"));
    return items;
  }

  [[nodiscard]] std::vector<ActItem> kafka() const {
    std::vector<ActItem> items;
    if (node.kind == NodeKind::broker) {
      items.push_back(item("freeze", "Freeze its metadata", fmt::format(R"({{"freeze_metadata": {}}})", target), "freeze the metadata of {}",
                           "it applies no further decisions of the controller"));
    }
    if (node.kind == NodeKind::controller) {
      items.push_back(item("campaign", "Stand for election", fmt::format(R"({{"campaign": {}}})", target), "{} stands for election",
                           "its election timer runs out now"));
    }
    return items;
  }
};

// Faults in force on the host, or anywhere if none is given: to be undone.
std::vector<ActItem> undo_items(const Frame& frame, std::optional<HostId> host) {
  std::vector<ActItem> items;
  for (const sim::FrameFault& fault : frame.faults) {
    const bool on_it = !host || std::ranges::find(fault.hosts, *host) != fault.hosts.end();
    if (on_it && !fault.name.empty()) items.push_back(undo_item(fault));
  }
  return items;
}

const sim::ProducerSpec* spec_of(const sim::Scenario& scenario, const std::string& client) {
  for (const sim::ProducerSpec& spec : scenario.producers) {
    for (std::int32_t i = 1; i <= spec.count; ++i) {
      if (sim::producer_client_id(spec, i) == client) return &spec;
    }
  }
  return nullptr;
}

std::vector<ActItem> traffic(const NodeActs& acts, const sim::Scenario& scenario) {
  std::vector<ActItem> items;
  const sim::ProducerSpec* spec = acts.node.kind == NodeKind::producer ? spec_of(scenario, acts.node.name) : nullptr;
  if (!spec || spec->topic.empty() || !spec->rate) return items;
  const auto times = [&](const char* id, std::string label, const char* factor, std::string hint) {
    items.push_back(acts.item(id, std::move(label), fmt::format(R"({{"traffic": {{"producer": {}, "times": {}}}}})", acts.target, factor),
                              fmt::format("traffic of {{}} times {}", factor), std::move(hint)));
  };
  times("traffic-10", "Ten times the traffic", "10", "of its own rate");
  items.push_back(acts.item("traffic-10-5s", "Ten times the traffic for 5 s",
                            fmt::format(R"({{"traffic": {{"producer": {}, "times": 10}}, "for": "5s"}})", acts.target),
                            "traffic of {} times 10 for 5 s", "a spike"));
  times("traffic-tenth", "A tenth of the traffic", "0.1", "a lull");
  times("traffic-0", "No traffic", "0", "it stays connected and sends nothing");
  return items;
}

// ---- partitions, topics, groups -------------------------------------------------------------------------------------------------
std::vector<ActItem> topic_items(const Frame& frame, const TopicPartition& partition) {
  std::vector<ActItem> items;
  if (is_internal(partition)) return items;
  const std::string& topic = partition.topic;
  const auto have = std::ranges::count_if(frame.partitions, [&](const FramePartition& p) { return p.name.topic == topic; });
  const std::string name = json_quoted(topic);
  const auto configure = [&](const char* id, std::string label, const char* config, std::string text, std::string hint) {
    items.push_back({id, std::move(label), fmt::format(R"({{"configure": {{"topic": {}, "config": {{{}}}}}}})", name, config), topic + ": " + text,
                     std::move(hint)});
  };
  items.push_back({"add-partitions", fmt::format("One partition more ({})", have + 1),
                   fmt::format(R"({{"add_partitions": {{"topic": {}, "to": {}}}}})", name, have + 1),
                   fmt::format("{}: {} partitions", topic, have + 1), "keys go elsewhere from then on"});
  configure("retention", "Keep records for 1 s only", R"("retention.ms": 1000)", "retention.ms 1000", "whole segments that are older are deleted");
  configure("unclean-on", "Allow unclean elections", R"("unclean.leader.election.enable": true)", "unclean elections allowed",
            "rather an incomplete leader than none");
  configure("min-isr-1", "min.insync.replicas 1", R"("min.insync.replicas": 1)", "min.insync.replicas 1", "one replica is enough to acknowledge");
  configure("min-isr-2", "min.insync.replicas 2", R"("min.insync.replicas": 2)", "min.insync.replicas 2", "two replicas must have a record first");
  items.push_back({"delete-topic", "Delete the topic", fmt::format(R"({{"delete_topic": {}}})", name), "delete topic " + topic, "with all that it holds"});
  return items;
}

void partition_menu(ActMenu& menu, const Frame& frame, const TopicPartition& partition) {
  const FramePartition* p = frame.partition(partition);
  if (!p) return;
  const std::string name = to_string(partition);
  const std::string quoted = json_quoted(name);
  menu.title = "Partition " + name;
  std::vector<ActItem> first;
  if (p->leader) {
    first.push_back({"crash-leader", fmt::format("Crash its leader, broker {}", p->leader->value), fmt::format(R"j({{"crash": "leader({})"}})j", name),
                     "crash the leader of " + name, "who leads when it happens"});
    first.push_back({"crash-leader-5s", "Crash its leader for 5 s", fmt::format(R"j({{"crash": "leader({})", "for": "5s"}})j", name),
                     "crash the leader of " + name + " for 5 s", "and it starts again after five seconds"});
    if (p->assigned.size() > 1) {
      first.push_back({"cut-leader", "Cut the leader off from the followers",
                       fmt::format(R"j({{"partition": [["leader({0})"], ["followers({0})"]]}})j", name),
                       "cut the leader of " + name + " off from its followers",
                       "it goes on alone until the controller shrinks the ISR"});
    }
  }
  first.push_back({"elect-preferred", "Elect the preferred leader", fmt::format(R"({{"elect_leader": {{"partition": {}}}}})", quoted),
                   "preferred leader for " + name, "the first of its replicas, if that is in sync"});
  first.push_back({"elect-unclean", "Elect whoever lives (unclean)", fmt::format(R"({{"elect_leader": {{"partition": {}, "unclean": true}}}})", quoted),
                   "unclean election for " + name, "only where it has no leader; committed records may be lost"});
  first.push_back({"delete-records", "Delete records before the high watermark",
                   fmt::format(R"({{"delete_records": {{"partition": {}, "before": -1}}}})", quoted),
                   "delete the records of " + name, "the log begins there, on all replicas"});
  add_section(menu, "", std::move(first));
  std::vector<ActItem> order;
  if (!is_internal(partition)) {
    for (const NodeId id : p->assigned) {
      if (p->leader == id) continue;
      order.push_back({fmt::format("elect-{}", id.value), fmt::format("Broker {} is to lead", id.value),
                       fmt::format(R"({{"elect_leader": {{"partition": {}, "to": {}}}}})", quoted, id.value),
                       fmt::format("broker {} is to lead {}", id.value, name), "it is made the preferred replica, then elected"});
    }
    if (p->assigned.size() > 1) {
      std::string turned;
      for (std::size_t i = 0; i < p->assigned.size(); ++i)
        turned += (i > 0 ? ", " : "") + std::to_string(p->assigned[(i + 1) % p->assigned.size()].value);
      order.push_back({"reassign", fmt::format("Replicas in the order {}", turned),
                       fmt::format(R"({{"reassign": {{"partition": {}, "to": [{}]}}}})", quoted, turned),
                       fmt::format("replicas of {} in the order {}", name, turned), "changes who is preferred, not who leads"});
    }
  }
  add_section(menu, "Who leads", std::move(order));
  add_section(menu, "Topic " + partition.topic, topic_items(frame, partition));
}

void record_menu(ActMenu& menu, const Frame& frame, const ChosenRecord& record) {
  const std::string name = to_string(record.partition);
  const std::string quoted = json_quoted(name);
  menu.title = fmt::format("Record {} of {} on broker {}", record.offset.value, name, record.node.value);
  std::vector<ActItem> items;
  items.push_back({"corrupt", fmt::format("Flip a bit in {} there", name),
                   fmt::format(R"({{"corrupt": {{"broker": {}, "partition": {}, "bits": 1}}}})", record.node.value, quoted),
                   fmt::format("flip a bit in {} on broker {}", name, record.node.value), "at rest, anywhere in that replica: seen when the batch is read"});
  const FramePartition* p = frame.partition(record.partition);
  if (!p) return;
  const auto replica = std::ranges::find(p->replicas, record.node, &sim::FrameReplica::node);
  if (replica != p->replicas.end() && record.offset >= replica->log_start) {
    items.push_back({"power-keep", fmt::format("Power off: only what is before {} survives", record.offset.value),
                     fmt::format(R"({{"power_off": {{"target": {}, "keep": {{"partition": {}, "records": {}}}}}}})", record.node.value, quoted,
                                 record.offset - replica->log_start),
                     fmt::format("power off broker {}: {} up to {} survives", record.node.value, name, record.offset.value),
                     "that replica's first records; of the others what was synced"});
  }
  if (record.offset.value > 0) {
    items.push_back({"delete-before", fmt::format("Delete all before {}", record.offset.value),
                     fmt::format(R"({{"delete_records": {{"partition": {}, "before": {}}}}})", quoted, record.offset.value),
                     fmt::format("delete the records of {} before {}", name, record.offset.value), "the log begins there, on all replicas"});
  }
  add_section(menu, "", std::move(items));
}

void group_menu(ActMenu& menu, const Frame& frame, const sim::Scenario& scenario, const std::string& group) {
  menu.title = "Group " + group;
  const bool named = std::ranges::any_of(sim::all_consumers(scenario), [&](const sim::ConsumerSpec* c) { return c->group == group; });
  if (!named) return;
  const std::string quoted = json_quoted(group);
  const auto members = [&](const char* id, const char* key, std::string label, std::string text, std::string hint) {
    return ActItem{id, std::move(label), fmt::format(R"({{"{}": {{"group": {}, "count": 1}}}})", key, quoted), text + " " + group, std::move(hint)};
  };
  std::vector<ActItem> items{members("add-consumer", "add_consumers", "Add a consumer", "one more consumer for", "it joins: the group rebalances"),
                             members("remove-consumer", "remove_consumers", "Remove a consumer", "one consumer less for",
                                     "the last that joined leaves, in an orderly way"),
                             members("crash-consumer", "crash_consumers", "Crash a consumer", "crash a consumer of",
                                     "the last that joined vanishes: its session has to run out")};
  items.push_back({"crash-coordinator", "Crash its coordinator", fmt::format(R"j({{"crash": "coordinator({})"}})j", group), "crash the coordinator of " + group,
                   "the broker that leads its part of __consumer_offsets"});
  items.push_back({"pause-group", "Pause all its members", fmt::format(R"({{"pause": {}}})", quoted), "pause " + group, "they freeze; their sessions run out"});
  add_section(menu, "", std::move(items));
  std::vector<ActItem> seek;
  const auto to = [&](std::string id, std::string label, const std::string& where) {
    seek.push_back({std::move(id), std::move(label), fmt::format(R"({{"seek": {{"group": {}, "to": {}}}}})", quoted, where), "seek " + group + " to " + where,
                    "the group stops, its offsets are reset, it starts again"});
  };
  to("seek-earliest", "Seek to the earliest", R"("earliest")");
  to("seek-latest", "Seek to the latest", R"("latest")");
  if (frame.at > seconds(1)) to("seek-time", "Seek to half of the time", fmt::format(R"({{"time": "{}ms"}})", frame.at.whole_ms() / 2));
  add_section(menu, "Offsets", std::move(seek));
}

// ---- what is between two hosts ------------------------------------------------------------------------------------------------------
void link_menu(ActMenu& menu, const Frame& frame, const ChosenLink& link) {
  const FrameNode* a = frame.node(link.a);
  const FrameNode* b = frame.node(link.b);
  if (!a || !b) return;
  menu.title = fmt::format("{} and {}", a->name, b->name);
  const std::string one = target_of(*a);
  const std::string other = target_of(*b);
  if (one.empty() || other.empty()) return;
  std::vector<ActItem> undo;
  for (const sim::FrameFault& fault : frame.faults) {
    const auto on = [&](HostId host) { return std::ranges::find(fault.hosts, host) != fault.hosts.end(); };
    if (!fault.name.empty() && on(link.a) && on(link.b)) undo.push_back(undo_item(fault));
  }
  add_section(menu, "", std::move(undo));
  const auto cut = [&](const char* id, std::string label, const FrameNode& from, const FrameNode& to, std::string_view more, std::string_view text) {
    return ActItem{id, std::move(label), fmt::format(R"({{"partition": [[{}], [{}]]{}}})", target_of(from), target_of(to), more),
                   fmt::format(fmt::runtime(text), from.name, to.name), "no packet passes; connections stay open and time out"};
  };
  constexpr const char* one_way = R"(, "one_way": true)";
  add_section(menu, "", {cut("cut-both", "Cut both ways", *a, *b, "", "cut {} off from {}"),
                         cut("cut-there", fmt::format("Cut from {} to {}", a->name, b->name), *a, *b, one_way, "cut from {} to {}, one way"),
                         cut("cut-back", fmt::format("Cut from {} to {}", b->name, a->name), *b, *a, one_way, "cut from {} to {}, one way")});
  const auto poor = [&](const char* id, const char* label, const char* what, const char* text, const char* hint) {
    return ActItem{id, label, fmt::format(R"({{"slow_link": {{"between": [{}, {}], {}}}}})", one, other, what),
                   fmt::format("{} between {} and {}", text, a->name, b->name), hint};
  };
  add_section(menu, "", {poor("slow-100", "100 ms of latency", R"("latency": "100ms")", "100 ms", "every message between the two takes so long"),
                         poor("lossy-5", "Lose 5 %", R"("loss": 0.05)", "a lossy link", "each loss costs a retransmission, as under TCP"),
                         poor("narrow", "1 MiB/s", R"("bandwidth": "1MiB/s")", "a narrow link", "messages queue up before it")});
  add_section(menu, "", {{"reset", "Reset the connections", fmt::format(R"({{"disconnect": {{"between": [{}, {}]}}}})", one, other),
                          fmt::format("reset the connections of {} and {}", a->name, b->name), "both sides hear of it; the network is fine"}});
}

// ---- a message -------------------------------------------------------------------------------------------------------------------
void message_menu(ActMenu& menu, const Frame& frame, const sim::MessageRef& ref) {
  const auto found = std::ranges::find_if(frame.messages, [&](const sim::FrameMessage& m) {
    return m.connection == ref.connection && m.correlation_id == ref.correlation_id && m.kind == ref.kind;
  });
  const bool request = ref.kind == MessageKind::request;
  menu.title = fmt::format("{} {}", api_name(ref.api), request ? "request" : "response");
  std::string path;
  std::string told;
  if (found != frame.messages.end()) {
    const FrameNode* from = frame.node(found->from);
    const FrameNode* to = frame.node(found->to);
    if (from && !target_of(*from).empty()) path += fmt::format(R"("from": {}, )", target_of(*from)), told += " from " + from->name;
    if (to && !target_of(*to).empty()) path += fmt::format(R"("to": {}, )", target_of(*to)), told += " to " + to->name;
  }
  const std::string what = fmt::format(R"({}"api": "{}", "kind": "{}")", path, api_name(ref.api), request ? "request" : "response");
  const std::string title = menu.title + told;
  const auto item = [&](const char* id, std::string label, const char* then, const char* count, std::string text, std::string hint) {
    return ActItem{id, std::move(label), fmt::format(R"({{"intercept": {{{}, "then": {}{}}}}})", what, then, count), text, std::move(hint)};
  };
  constexpr const char* one = R"(, "count": 1)";
  std::vector<ActItem> items{
      item("drop", "Drop the next one", R"("drop")", one, "drop a " + title, "lost as when a connection stalls: the sender finds out by timeout"),
      item("delay", "Delay the next one by 400 ms", R"({"delay": "400ms"})", one, "delay a " + title, "others pass unhindered"),
      item("hold", "Hold the next one", R"("hold")", one, "hold a " + title, "until that is undone"),
      item("disconnect-on", "Reset the connection on the next one", R"("disconnect")", one, "reset on a " + title, "instead of delivering it"),
      item("drop-all", "Drop all of them", R"("drop")", "", "drop every " + title, "until that is undone")};
  if (request)
    items.push_back(item("fail", "Answer it with an error", R"({"error": "UNKNOWN_SERVER_ERROR"})", one,
                         "answer a " + title + " with an error", "it is not applied"));
  add_section(menu, "", std::move(items));
}

void cluster_menu(ActMenu& menu, const Frame& frame, const sim::Scenario& scenario) {
  menu.title = "The cluster";
  std::vector<ActItem> items{{"crash-any", "Crash any broker", R"({"crash": "any broker"})", "crash any broker", "drawn from the seed"},
                             {"crash-controller", "Crash the active controller", R"({"crash": "controller"})", "crash the active controller",
                              "another of the quorum is elected"},
                             {"power-all", "Power off all brokers for 5 s", R"({"power_off": "all brokers", "for": "5s"})",
                              "power off all brokers for 5 s", "what was not synced may be lost"}};
  std::set<std::string> racks;
  for (const sim::NodeSpec& broker : scenario.cluster.brokers) {
    if (broker.rack) racks.insert(*broker.rack);
  }
  for (const std::string& rack : racks) {
    items.push_back({"cut-rack-" + rack, "Cut rack " + rack + " off", fmt::format(R"j({{"partition": ["rack({})"]}})j", rack), "cut rack " + rack + " off",
                     "no packet passes in or out"});
  }
  add_section(menu, "", std::move(items));
  add_section(menu, "Undo", undo_items(frame, {}));
}

void node_menu(ActMenu& menu, const Frame& frame, const sim::Scenario& scenario, const FrameNode& node) {
  menu.title = node.name;
  if (is_machine(node) && !menu.title.empty() && menu.title[0] >= 'a') menu.title[0] = static_cast<char>(menu.title[0] - 'a' + 'A');
  const std::string target = target_of(node);
  if (target.empty()) return;
  const NodeActs acts{frame, node, target};
  add_section(menu, "", undo_items(frame, node.host));
  add_section(menu, "", acts.process());
  add_section(menu, "", acts.kafka());
  add_section(menu, "Traffic", traffic(acts, scenario));
  add_section(menu, "Cut off, slow links", acts.network());
  if (is_up(node)) add_section(menu, "Power, data", acts.power());
  add_section(menu, "Disk", acts.disk());
  add_section(menu, "CPU, clock", acts.machine());
}

}  // namespace

std::string target_of(const FrameNode& node) {
  if (is_machine(node)) return node.id ? std::to_string(node.id->value) : std::string{};
  if (node.kind == NodeKind::producer || node.kind == NodeKind::consumer) return json_quoted(node.name);
  return {};
}

ActItem undo_item(const sim::FrameFault& fault) {
  return {"undo-" + fault.name, "Undo: " + fault.text, fmt::format(R"({{"undo": {}}})", json_quoted(fault.name)), "undo " + fault.text, "ends what it did"};
}

const sim::FrameFault* fault_on(const Frame& frame, HostId host, std::string_view kind) {
  for (const sim::FrameFault& fault : frame.faults) {
    const bool on_it = std::ranges::find(fault.hosts, host) != fault.hosts.end();
    if (on_it && fault.text.starts_with(kind) && !fault.name.empty()) return &fault;
  }
  return nullptr;
}

ActItem produce_item(const std::string& topic, const std::string& producer, const std::string& key, const std::string& value) {
  std::string entry = fmt::format(R"({{"produce": {{"topic": {}, "value": {})", json_quoted(topic), json_quoted(value));
  if (!key.empty()) entry += R"(, "key": )" + json_quoted(key);
  if (!producer.empty()) entry += R"(, "as": )" + json_quoted(producer);
  return {"produce", "Produce a record", entry + "}}", fmt::format("produce {} to {}", value, topic), "one record, by hand"};
}

ActMenu act_items(const Frame& frame, const sim::Scenario& scenario, const Chosen& thing) {
  ActMenu menu;
  if (const auto* node = std::get_if<ChosenNode>(&thing)) {
    if (const FrameNode* found = frame.node(node->host)) node_menu(menu, frame, scenario, *found);
  } else if (const auto* partition = std::get_if<ChosenPartition>(&thing)) {
    partition_menu(menu, frame, partition->partition);
  } else if (const auto* record = std::get_if<ChosenRecord>(&thing)) {
    record_menu(menu, frame, *record);
    const std::string title = menu.title;
    partition_menu(menu, frame, record->partition);
    menu.title = title;
  } else if (const auto* group = std::get_if<ChosenGroup>(&thing)) {
    group_menu(menu, frame, scenario, group->group);
  } else if (const auto* message = std::get_if<ChosenMessage>(&thing)) {
    message_menu(menu, frame, message->message);
  } else if (const auto* link = std::get_if<ChosenLink>(&thing)) {
    link_menu(menu, frame, *link);
  } else {
    cluster_menu(menu, frame, scenario);
  }
  return menu;
}

}  // namespace kafkasim::viz
