#include "sim/run/healing.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "sim/check/ends.hpp"
#include "sim/check/group_home.hpp"
#include "sim/check/operation_unanswered.hpp"
#include "sim/run/timers.hpp"

namespace kafkasim::sim {

namespace {

bool is_open(const World& world, HostId a, HostId b) {
  return world.network().topology().open(a, b) && world.network().topology().open(b, a);
}

bool runs(const World& world, HostId host) { return world.is_up(host) && !world.is_paused(host); }
bool is_well(const World& world, HostId host) { return runs(world, host) && world.host(host).cpu_permille() <= 1000; }

// A voter without any file has lost its vote and its part of the metadata log: it must not count for a majority.
bool has_its_log(const World& world, HostId controller) { return !world.disk(controller).files().empty(); }

std::size_t majority(std::size_t voters) { return voters / 2 + 1; }

// Who votes in the metadata quorum: all controllers, unless its log tells otherwise (KIP-853).
class Electorate {
 public:
  explicit Electorate(const Patient& of) : of_{of}, count_{of.cluster.controllers.size()} {
    if (of.scenario.cluster.features.kraft_version == 0) return;
    voters_ = voters_of(of.world, of.cluster);
    count_ = voters_ ? voters_->size() : count_ - of.scenario.cluster.spare_controllers;
  }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool counts(NodeId id, HostId host) const {
    if (!has_its_log(of_.world, host)) return false;
    return !voters_ || voters_->is_voter({id, directory_id(of_.world, host).value_or(Uuid{})});
  }

 private:
  const Patient& of_;
  std::optional<raft::VoterSet> voters_;
  std::size_t count_;
};

class Drawing {
 public:
  Drawing(const Patient& of, Random random) : of_{of}, electorate_{of}, random_{random} { find_tested(); }

  Core draw() {
    std::vector<NodeId> order;
    for (const auto& [id, host] : of_.cluster.controllers) order.push_back(id);
    for (const auto& [id, host] : of_.cluster.brokers) {
      if (!of_.cluster.controllers.contains(id)) order.push_back(id);  // a combined node is one node
    }
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    for (const NodeId id : order) {
      if (is_well(of_.world, host(id)) && open_to_all(id)) in_.insert(id);
    }
    for (const NodeId id : order) {
      if (!suffices()) in_.insert(id);
    }
    for (const NodeId id : order) {
      if (!in_.contains(id) && random_.below(2) == 0) in_.insert(id);
    }
    for (auto next = order.begin(); next != order.end();) {  // who is heard may make others heard
      next = std::ranges::find_if(order, [this](NodeId id) { return !in_.contains(id) && is_heard(id); });
      if (next != order.end()) in_.insert(*next);
    }
    for (const NodeId id : in_) {
      if (of_.cluster.controllers.contains(id)) core_.controllers.push_back(id);
      if (of_.cluster.brokers.contains(id)) core_.brokers.push_back(id);
    }
    return core_;
  }

 private:
  HostId host(NodeId id) const { return *of_.cluster.node(id); }
  bool open_to_all(NodeId id) const {
    return std::ranges::all_of(in_, [&](NodeId other) { return is_open(of_.world, host(id), host(other)); });
  }
  // A node that lives and reaches a controller of the core keeps what it has: a broker its session and what it leads, a
  // controller its lead of the quorum.
  bool is_heard(NodeId id) const {
    if (!runs(of_.world, host(id))) return false;
    return std::ranges::any_of(in_, [&](NodeId other) {
      return of_.cluster.controllers.contains(other) && is_open(of_.world, host(id), host(other));
    });
  }
  bool suffices() const {
    std::size_t voters = 0;
    for (const auto& [id, controller] : of_.cluster.controllers) {
      if (in_.contains(id) && electorate_.counts(id, controller)) ++voters;
    }
    if (voters < majority(electorate_.size())) return false;
    return std::ranges::all_of(core_.tested,
                               [this](const TopicIdPartition& id) { return suffices_for(*of_.history.partition(id)); });
  }
  bool suffices_for(const PartitionHistory& partition) const {
    const auto here = [this](NodeId id) { return in_.contains(id); };
    const auto wanted = std::min<std::int64_t>(partition.min_insync_replicas, std::ssize(partition.assigned));
    if (std::ranges::count_if(partition.assigned, here) < wanted) return false;
    if (of_.scenario.cluster.features.eligible_leader_replicas) return has_candidate(partition);
    const auto has_all = [&](NodeId id) {
      const ReplicaHistory* replica = partition.replica(id);
      return replica && of_.cluster.brokers.contains(id) && of_.world.host(host(id)).has_power()
             && !partition.losses.contains(id) && replica->log_end >= partition.true_high_watermark;
    };
    if (std::ranges::any_of(partition.isr, has_all)) {
      if (std::ranges::none_of(partition.isr, [&](NodeId id) { return here(id) && has_all(id); })) return false;
    } else if (!std::ranges::all_of(partition.isr, here)) {
      return false;
    }
    return true;
  }
  // With eligible leader replicas: one that may be elected, for its process never ended. Who comes back after a crash may
  // not, unless it was the last leader and nobody else is left: then all who could be it are needed.
  bool has_candidate(const PartitionHistory& partition) const {
    std::vector<NodeId> candidates = partition.isr;
    candidates.insert(candidates.end(), partition.elr.begin(), partition.elr.end());
    const auto stays = [&](NodeId id) {
      if (!in_.contains(id)) return false;
      const ReplicaHistory* replica = partition.replica(id);
      const HostId its = host(id);
      const BrokerHistory* known = of_.history.broker(id);
      if (known != nullptr && !known->registered) return false;  // when its new process registers it leaves the ISR
      return replica && replica->running && of_.world.is_up(its) && !of_.world.disk(its).is_failing()
             && !of_.world.host(its).is_stopping() && replica->log_end >= partition.true_high_watermark;
    };
    if (std::ranges::any_of(candidates, stays)) return true;
    candidates.insert(candidates.end(), partition.last_known_elr.begin(), partition.last_known_elr.end());
    return std::ranges::all_of(candidates, [this](NodeId id) { return in_.contains(id); });
  }
  void find_tested() {
    for (const ClientFacts& client : of_.history.subjects().clients) {
      const PartitionHistory* home = client.group ? home_of(*client.group, of_.history) : nullptr;
      if (home) core_.groups[*client.group] = home->id;
    }
    for (const auto& [id, partition] : of_.history.partitions()) {
      const bool keeps_group =
          std::ranges::any_of(core_.groups, [&id = id](const auto& group) { return group.second == id; });
      if (!is_internal_topic(partition->name.topic) || keeps_group) core_.tested.push_back(id);
    }
  }
  const Patient& of_;
  Electorate electorate_;
  Random random_;
  std::set<NodeId> in_;
  Core core_;
};

}  // namespace

Core draw_core(const Patient& of, Random random) { return Drawing{of, random}.draw(); }

std::vector<HostId> hosts_of(const Core& core, const Cluster& cluster) {
  std::vector<HostId> hosts;
  for (const NodeId id : core.controllers) hosts.push_back(cluster.controllers.at(id));
  for (const NodeId id : core.brokers) hosts.push_back(cluster.brokers.at(id));
  for (const ClientHost& client : cluster.clients) hosts.push_back(client.host);
  if (cluster.admin) hosts.push_back(*cluster.admin);
  std::ranges::sort(hosts);
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  return hosts;
}

namespace {

// A leader that is cut off and has not noticed would keep its readers for ever: who reads is on the side of the core.
void cut_off(const std::vector<HostId>& hosts, const std::set<HostId>& nodes, const Cluster& cluster, World& world) {
  std::vector<HostId> outside;
  for (const HostId node : nodes) {
    if (!std::ranges::binary_search(hosts, node)) outside.push_back(node);
  }
  std::vector<HostId> clients;
  for (const ClientHost& client : cluster.clients) clients.push_back(client.host);
  if (!outside.empty() && !clients.empty()) world.cut(std::move(clients), std::move(outside));
}

}  // namespace

void heal(const std::vector<HostId>& hosts, const Cluster& cluster, const History& history, World& world) {
  std::set<HostId> nodes;
  for (const auto& members : {cluster.controllers, cluster.brokers}) {
    for (const auto& [id, host] : members) nodes.insert(host);
  }
  world.heal_among(hosts);
  cut_off(hosts, nodes, cluster, world);
  const auto starts = [&](HostId host) {
    if (nodes.contains(host)) return true;
    const auto client = std::ranges::find(cluster.clients, host, &ClientHost::host);
    if (client == cluster.clients.end() || client->kind == ClientKind::producer) return false;
    const auto& ended = history.vitals().process(host).ended;
    return ended == Vitals::Ended::crashed || ended == Vitals::Ended::power_lost;
  };
  const auto is_broker = [&cluster](HostId host) {
    return std::ranges::any_of(cluster.brokers, [host](const auto& broker) { return broker.second == host; });
  };
  for (const HostId host : hosts) {
    if (nodes.contains(host)) {
      SimDisk& disk = world.edit_disk(host);
      // It would give up for what has failed already, or stop and stay down.
      if (world.is_up(host) && (disk.is_failing() || world.host(host).is_stopping())) world.crash(host);
      disk.set_failing(Switch::off);
      disk.set_full(Switch::off);
      disk.set_spec(world.spec(host).disk);
    }
    if (world.host(host).clock().drift() != 0) world.set_clock_drift(host, 0);
    if (world.host(host).cpu_permille() != 1000) world.set_cpu_times(host, 1000);
    if (world.is_paused(host)) world.resume(host);
    if (world.is_up(host) && is_broker(host)) world.command(host, ThawMetadata{});
    if (!world.is_up(host) && starts(host)) world.start(host);
  }
}

// ---- how long -------------------------------------------------------------------------------------------------------

namespace {

// What may have to be copied to a broker of the core, by the slowest way.
Duration copying(const Patient& of, const Core& core) {
  std::int64_t most = 0;
  for (const NodeId id : core.brokers)
    most = std::max(most, static_cast<std::int64_t>(of.world.disk(of.cluster.brokers.at(id)).used_bytes()));
  std::int64_t slowest = std::max<std::int64_t>(1, of.scenario.network.bytes_per_s);
  for (const NodeSpec& broker : of.scenario.cluster.brokers)
    slowest = std::max<std::int64_t>(1, std::min(slowest, static_cast<std::int64_t>(broker.disk.write_per_second)));
  return seconds(3 * most / slowest);
}

// What the readers have before them.
Duration processing(const Patient& of) {
  Duration sum{};
  for (const ConsumerSpec* reader : all_consumers(of.scenario)) {
    const ConsumerSpec& consumer = *reader;
    if (consumer.process_time.ns == 0) continue;
    for (const auto& [id, partition] : of.history.partitions()) {
      const ReplicaHistory* leader = partition->leader ? partition->replica(*partition->leader) : nullptr;
      const bool reads = std::ranges::find(consumer.topics, partition->name.topic) != consumer.topics.end()
                         || std::ranges::find(consumer.assign, partition->name) != consumer.assign.end();
      if (leader && reads) sum += consumer.process_time * (leader->log_end - leader->log_start);
    }
  }
  return sum;
}

// Members that need longer for what a poll returns than they may stay away are sent away by it, and come back, for ever.
void add_overstayers(const Patient& of, std::vector<std::string>& why) {
  for (const ConsumerSpec* consumer : all_consumers(of.scenario)) {
    if (!consumer->group) continue;
    std::int64_t unread = 0;
    for (const auto& [id, partition] : of.history.partitions()) {
      if (!partition->leader || std::ranges::find(consumer->topics, partition->name.topic) == consumer->topics.end()) continue;
      const Ends ends = ends_of(*partition);
      const Offset from = of.history.vitals().committed(*consumer->group, partition->name).value_or(ends.start);
      unread += std::max<std::int64_t>(0, ends.high_watermark - from);
    }
    if (consumer->process_time * std::min(unread, consumer->config.max_poll_records) > consumer->config.max_poll_interval)
      why.push_back(fmt::format("members of {} need longer for what a poll returns than max.poll.interval.ms", *consumer->group));
    const PipelineSpec* pipeline = pipeline_of_group(of.scenario, *consumer->group);
    const bool transacts = pipeline != nullptr && pipeline->guarantee == Guarantee::exactly_once;
    if (transacts && consumer->process_time * std::min(unread, consumer->config.max_poll_records) > pipeline->producer.config.transaction_timeout)
      why.push_back(fmt::format("{} needs longer for what a poll returns than transaction.timeout.ms", pipeline->id));
  }
}

// Who tries again for ever goes no further.
void add_poisoned(const Patient& of, std::vector<std::string>& why) {
  for (const ConsumerSpec* consumer : all_consumers(of.scenario)) {
    if (!consumer->poison || consumer->poison->then != PoisonCure::retry) continue;
    const PartitionHistory* partition = of.history.partition(consumer->poison->partition);
    if (!partition || ends_of(*partition).high_watermark <= consumer->poison->offset) continue;
    why.push_back(fmt::format("{} tries offset {} of {} again for ever, which it cannot process", consumer->group.value_or(consumer->id),
                              consumer->poison->offset.value, to_string(consumer->poison->partition)));
  }
}

// A member that commits by itself before a rebalance tries as long as it may stay away, where a topic that it has read is gone
// (ConsumerCoordinator.onJoinPrepare).
bool topics_may_go(const Scenario& scenario) {
  return std::ranges::any_of(scenario.timeline, [](const TimelineEntry& entry) { return std::holds_alternative<DeleteTopic>(entry.operation); });
}

bool somebody_is_silent(const World& world) {
  for (std::size_t i = 0; i < world.host_count(); ++i) {
    const HostId host{static_cast<std::int32_t>(i)};
    if (world.is_paused(host) || !world.host(host).has_power()) return true;
  }
  return world.network().topology().has_cuts();
}

}  // namespace

Duration convergence_budget(const Patient& of, const Core& core) {
  Duration budget = time_to_rest(of.scenario) + copying(of, core) + processing(of);
  if (somebody_is_silent(of.world) || answers_may_be_lost(of.scenario) || topics_may_go(of.scenario)) {
    Duration longest = longest_join(of.scenario);
    for (const ProducerSpec* producer : all_producers(of.scenario)) longest = std::max(longest, producer->config.request_timeout);
    for (const ConsumerSpec* consumer : all_consumers(of.scenario)) longest = std::max(longest, consumer->config.request_timeout);
    budget += longest;
  }
  for (const auto& [key, sends] : of.history.vitals().waiting()) {
    const ClientFacts* client = of.history.subjects().client_at(key.first);
    if (!sends.empty() && client && client->delivery_timeout)
      budget = std::max(budget, *client->delivery_timeout + OperationUnanswered::slack);
  }
  return budget;
}

std::vector<std::string> unrecoverable(const Patient& of, const Core& core) {
  std::vector<std::string> why;
  const Electorate electorate{of};
  std::size_t voters = 0;
  for (const NodeId id : core.controllers) {
    if (electorate.counts(id, of.cluster.controllers.at(id))) ++voters;
  }
  const std::size_t all = electorate.size();
  if (voters < majority(all))
    why.push_back(
        fmt::format("{} of {} voters still have their log: no majority knows what was committed", voters, all));
  for (const NodeId id : core.brokers) {
    if (of.world.disk(of.cluster.brokers.at(id)).free_bytes() == 0)
      why.push_back(fmt::format("the disk of broker {} is full of what it stores", id.value));
  }
  const std::vector<HostId> hosts = hosts_of(core, of.cluster);
  const auto components = of.world.network().topology().strong_components();
  const bool connected = std::ranges::any_of(
      components, [&](const std::vector<HostId>& component) { return std::ranges::includes(component, hosts); });
  if (!connected) why.push_back("cuts that do not heal keep nodes of the core from each other");
  add_overstayers(of, why);
  add_poisoned(of, why);
  return why;
}

}  // namespace kafkasim::sim
