#include "sim/check/convergence.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

bool Core::has_broker(NodeId id) const { return std::ranges::find(brokers, id) != brokers.end(); }

namespace {

using Missing = std::vector<Unmet>;

HostId host_of(const Subjects& subjects, NodeId node) {
  const auto found = std::ranges::find_if(subjects.nodes, [node](const auto& entry) { return entry.second == node; });
  return found == subjects.nodes.end() ? HostId{-1} : found->first;
}

// ---- nodes ----------------------------------------------------------------------------------------------------------

void look_at_nodes(const History& history, const Core& core, Missing& out) {
  std::vector<std::string> active;
  for (const NodeId id : core.controllers) {
    if (history.vitals().controller(host_of(history.subjects(), id)).active) active.push_back(std::to_string(id.value));
  }
  if (active.empty()) out.push_back({"controllers", "none of the core is active"});
  if (active.size() > 1)
    out.push_back({"controllers", fmt::format("{} think that they are active", fmt::join(active, " and "))});
  for (const NodeId id : core.brokers) {
    const std::string name = fmt::format("broker {}", id.value);
    if (!history.vitals().process(host_of(history.subjects(), id)).up) {
      out.push_back({name, "it is down: " + history.vitals().process(host_of(history.subjects(), id)).reason});
    } else if (!history.vitals().unfenced(id)) {
      out.push_back({name, "it is fenced"});
    }
  }
}

// ---- partitions -----------------------------------------------------------------------------------------------------

// How the replica's log falls short of the leader's; empty if it does not.
std::string difference(const PartitionHistory& partition, const ReplicaHistory& leader, const ReplicaHistory* replica) {
  if (!replica) return "has none";
  if (replica->log_end != leader.log_end)
    return fmt::format("ends at offset {}, the leader's at {}", replica->log_end.value, leader.log_end.value);
  const Offset from = std::max({leader.log_start, replica->log_start, partition.compacted_to});
  const auto differ = BatchChain::first_difference(leader.log, replica->log, from, leader.log_end);
  return differ ? fmt::format("is not the leader's at offset {}", differ->value) : std::string{};
}

std::optional<std::string> missing_of(const PartitionHistory& partition, const Core& core) {
  const ReplicaHistory* leader = partition.acting_leader();
  if (!partition.leader) return "it has no leader";
  if (!core.has_broker(*partition.leader))
    return fmt::format("its leader, broker {}, is outside the core", partition.leader->value);
  if (!leader)
    return fmt::format("broker {} has not taken the lead in epoch {}", partition.leader->value,
                       partition.leader_epoch.value);
  for (const NodeId id : partition.assigned) {
    if (core.has_broker(id) && std::ranges::find(partition.isr, id) == partition.isr.end())
      return fmt::format("broker {} is not in sync", id.value);
  }
  if (leader->high_watermark != leader->log_end)
    return fmt::format("its high watermark is {}, its log ends at {}", leader->high_watermark.value,
                       leader->log_end.value);
  for (const NodeId id : partition.assigned) {
    if (!core.has_broker(id)) continue;
    const std::string short_of = difference(partition, *leader, partition.replica(id));
    if (!short_of.empty()) return fmt::format("the log on broker {} {}", id.value, short_of);
  }
  return std::nullopt;
}

// Kafka's leader lets the high watermark wait for a replica that may soon join the ISR. When that stays away, nothing makes it
// look again before somebody writes or the ISR changes: all replicas in sync have the record, and nobody may read it.
bool waits_for_the_next_write(const PartitionHistory& partition, const ReplicaHistory& leader) {
  const auto has_all = [&](NodeId id) {
    const ReplicaHistory* replica = partition.replica(id);
    return replica && difference(partition, leader, replica).empty();
  };
  const auto was_waited_for = [&](NodeId id) { return !partition.in_isr(id) && !has_all(id); };
  return leader.high_watermark != leader.log_end && std::ranges::all_of(partition.isr, has_all)
         && std::ranges::any_of(partition.assigned, was_waited_for);
}

// The leader's log was deleted up to the middle of a batch. Who has to go on just there is sent the whole batch, takes it only if its
// own log is empty, and is given up by its fetcher otherwise (UnexpectedAppendOffsetException).
bool stands_within_a_batch(const PartitionHistory& partition, const ReplicaHistory& leader) {
  return std::ranges::any_of(partition.assigned, [&](NodeId id) {
    const ReplicaHistory* replica = partition.in_isr(id) ? nullptr : partition.replica(id);
    if (!replica || !replica->running || replica->log_start == replica->log_end) return false;
    const std::size_t next = leader.log.index_at(replica->log_end);
    if (next == leader.log.size()) return false;
    const StoredBatch& batch = leader.log[next];
    return batch.base < replica->log_end && batch.base < leader.log_start && leader.log_start <= batch.last;
  });
}

// Nobody repairs what has rotted on a leader's disk: who fetches from there never gets past it.
bool has_rotted(const PartitionHistory& partition) { return partition.leader && partition.damaged.contains(*partition.leader); }

// Somebody who reads one of these topics or partitions reads what has rotted.
bool reads_rot(const History& history, const ClientFacts& client) {
  return std::ranges::any_of(history.partitions(), [&client](const auto& entry) {
    const PartitionHistory& partition = *entry.second;
    const bool reads = std::ranges::find(client.topics, partition.name.topic) != client.topics.end()
                       || std::ranges::find(client.assigned, partition.name) != client.assigned.end();
    return reads && has_rotted(partition);
  });
}

std::optional<Excuse> excuse_of(const PartitionHistory& partition) {
  if (has_rotted(partition)) return Excuse::corruption;
  const ReplicaHistory* leader = partition.acting_leader();
  if (!leader) return std::nullopt;
  if (waits_for_the_next_write(partition, *leader)) return Excuse::quiet_high_watermark;
  if (stands_within_a_batch(partition, *leader)) return Excuse::start_within_a_batch;
  return std::nullopt;
}

void look_at_partitions(const History& history, const Core& core, std::size_t most, Missing& out) {
  for (const TopicIdPartition& id : core.tested) {
    const PartitionHistory* partition = history.partition(id);
    if (!partition) continue;  // deleted
    if (auto what = missing_of(*partition, core)) out.push_back({history.name(id), std::move(*what), excuse_of(*partition)});
    if (out.size() >= most) return;
  }
}

// ---- readers --------------------------------------------------------------------------------------------------------

std::vector<const ClientFacts*> living_members(const History& history, const std::string& group) {
  std::vector<const ClientFacts*> members;
  for (const ClientFacts& client : history.subjects().clients) {
    if (client.group == group && history.vitals().process(client.host).up) members.push_back(&client);
  }
  return members;
}

// The end of what there is to read; absent while the partition has no leader.
std::optional<Offset> end_of(const PartitionHistory& partition) {
  const ReplicaHistory* leader = partition.acting_leader();
  return leader ? std::optional{leader->high_watermark} : std::nullopt;
}

std::optional<std::string> behind(const PartitionHistory& partition, std::optional<Offset> at, std::string_view what) {
  const std::optional<Offset> end = end_of(partition);
  if (!end) return std::nullopt;  // told as the partition's own
  if (!at) return fmt::format("no {} for {}", what, to_string(partition.name));
  if (!first_to_read(partition, *at, *end)) return std::nullopt;
  return fmt::format("the {} for {} is {}, with records up to {}", what, to_string(partition.name), at->value,
                     end->value);
}

bool is_without_records(const PartitionHistory& partition) {
  const std::optional<Offset> end = end_of(partition);
  return end && !first_to_read(partition, Offset{0}, *end);
}

std::optional<std::string> missing_of(const History& history, const std::string& name, const Vitals::Group& group,
                                      const std::vector<const ClientFacts*>& living) {
  if (group.state != "Stable") return fmt::format("it is {} in generation {}", group.state, group.generation.value);
  std::map<std::string, const ClientFacts*> clients;
  std::set<std::string> topics;
  for (const ClientFacts* client : living) {
    clients[client->name] = client;
    topics.insert(client->topics.begin(), client->topics.end());
  }
  std::map<TopicPartition, const ClientFacts*> owners;
  for (const auto& member : group.members) {
    const auto client = clients.find(member.client_id);
    if (client == clients.end()) return fmt::format("{} is a member and does not live", member.id);
    for (const TopicPartition& tp : member.assignment) owners[tp] = client->second;
    clients.erase(client);
  }
  if (!clients.empty()) return fmt::format("{} is not a member", clients.begin()->first);
  for (const auto& [id, partition] : history.partitions()) {
    if (!topics.contains(partition->name.topic)) continue;
    const auto owner = owners.find(partition->name);
    if (owner == owners.end()) return fmt::format("nobody owns {}", to_string(partition->name));
    if (auto what = behind(*partition, history.vitals().position(owner->second->host, partition->name), "position"))
      return fmt::format("{}: {}", owner->second->name, *what);
    if (!owner->second->commits) continue;
    // What a late commit has set back, who commits by hand sets right with the next record only.
    const bool by_hand = owner->second->commits_by_hand;
    const std::optional<Offset> committed =
        by_hand ? history.vitals().reached(name, partition->name) : history.vitals().committed(name, partition->name);
    if (!committed && is_without_records(*partition)) continue;  // who commits by hand commits what was read
    if (auto what = behind(*partition, committed, "committed offset")) return what;
  }
  return std::nullopt;
}

void look_at_groups(const History& history, const Core& core, Missing& out) {
  for (const auto& [name, kept_in] : core.groups) {
    const std::vector<const ClientFacts*> living = living_members(history, name);
    const PartitionHistory* partition = history.partition(kept_in);
    if (living.empty() || !partition || !partition->acting_leader()) continue;
    const HostId coordinator = host_of(history.subjects(), *partition->leader);
    const Vitals::Group* group = history.vitals().group(name, coordinator);
    if (!group) {
      out.push_back({name, "its coordinator does not know it"});
    } else if (auto what = missing_of(history, name, *group, living)) {
      // Kafka stores a consumer group that becomes a classic one as stable, without who has left, and rebalances it in memory: another
      // coordinator finds what that member had to be nobody's, and no reason to rebalance.
      const bool was_to_rebalance = group->state == "Stable" && history.vitals().downgraded(name) == group->generation;
      const auto reads = [&history](const ClientFacts* client) { return reads_rot(history, *client); };
      const bool rotten = group->state == "Stable" && std::ranges::any_of(living, reads);
      std::optional<Excuse> excuse;
      if (was_to_rebalance) excuse = Excuse::group_downgrade;
      if (rotten) excuse = Excuse::corruption;
      out.push_back({name, std::move(*what), excuse});
    }
  }
  for (const ClientFacts& client : history.subjects().clients) {
    if (!history.vitals().process(client.host).up) continue;
    for (const TopicPartition& tp : client.assigned) {
      const PartitionHistory* partition = history.partition(tp);
      if (!partition) continue;
      if (auto what = behind(*partition, history.vitals().position(client.host, tp), "position"))
        out.push_back({client.name, std::move(*what), has_rotted(*partition) ? std::optional{Excuse::corruption} : std::nullopt});
    }
  }
}

void look_at_sends(const History& history, Missing& out) {
  for (const auto& [key, sends] : history.vitals().waiting()) {
    if (sends.empty()) continue;
    out.push_back({history.subjects().client_name(key.first),
                   fmt::format("{} sends to {} have no answer", sends.size(), to_string(key.second))});
  }
}

}  // namespace

std::vector<Unmet> unmet(const History& history, const Core& core, Instant now, std::size_t most) {
  Missing out;
  look_at_nodes(history, core, out);
  if (out.size() < most) look_at_partitions(history, core, most, out);
  if (out.size() < most) look_at_groups(history, core, out);
  if (out.size() < most) look_at_sends(history, out);
  const Instant changed = history.vitals().last_change();
  if (out.size() < most && changed + quiet_for > now)
    out.push_back({"cluster", fmt::format("an epoch changed {} ms ago", (now - changed).whole_ms())});
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace kafkasim::sim
