// Groups: who is in them, how far they have come, and what they have yet to read.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "sim/check/ends.hpp"
#include "sim/fault/targets.hpp"
#include "sim/frame/capture_parts.hpp"

namespace kafkasim::sim {

namespace {

struct GroupPainter {
  const Shot& shot;
  std::vector<FramePartition>& partitions;
  std::map<TopicPartition, FramePartition*> shown{};
  std::map<std::string_view, std::vector<const PartitionHistory*>> topics{};
  std::map<std::string_view, HostId> clients{};  // by name

  GroupPainter(const Shot& s, std::vector<FramePartition>& p) : shot{s}, partitions{p} {
    for (FramePartition& partition : partitions) shown[partition.name] = &partition;
    for (const auto& [id, partition] : shot.history().partitions()) topics[partition->name.topic].push_back(&*partition);
    for (const ClientHost& client : shot.run.cluster().clients) clients.emplace(client.name, client.host);
  }

  // Of a group of the scenario what it subscribes to; of another what it owns or has committed.
  [[nodiscard]] std::set<TopicPartition> partitions_of(const std::string& name, const GroupState& state) const {
    std::set<TopicPartition> read;
    for (const std::string& topic : topics_of_group(shot.run.scenario(), name)) {
      const auto known = topics.find(topic);
      if (known == topics.end()) continue;
      for (const PartitionHistory* partition : known->second) read.insert(partition->name);
    }
    if (!read.empty()) return read;
    for (const auto& [partition, offset] : shot.history().vitals().committed(name)) read.insert(partition);
    for (const auto& member : state.members) read.insert(member.assignment.begin(), member.assignment.end());
    return read;
  }

  [[nodiscard]] std::optional<Offset> position(const std::string& member, const TopicPartition& partition) const {
    const auto client = clients.find(member);
    return client == clients.end() ? std::nullopt : shot.history().vitals().position(client->second, partition);
  }

  [[nodiscard]] FrameGroup group(const std::string& name, const GroupState& state) const {
    FrameGroup out;
    out.name = name;
    out.state = state.state;
    out.generation = state.generation;
    out.rebalances = state.rebalances;
    out.type = state.type;
    out.protocol = state.protocol;
    out.assignment_epoch = state.assignment_epoch;
    out.partitions_revoked = state.partitions_revoked;
    out.partitions_moved = state.partitions_moved;
    out.coordinator =
        coordinator_of(name, Surroundings{shot.run.world(), shot.run.cluster(), shot.history(), shot.run.measures()});
    std::map<TopicPartition, std::string> owners;
    for (const auto& member : state.members) {
      out.members.push_back({member.id, member.client_id, member.assignment, member.epoch, member.target, member.revoking, member.of_classic_protocol});
      for (const TopicPartition& partition : member.assignment) owners[partition] = member.client_id;
    }
    for (const TopicPartition& name_of : partitions_of(name, state)) {
      const PartitionHistory* partition = shot.history().partition(name_of);
      if (partition == nullptr) continue;  // it was deleted
      const Ends ends = ends_of(*partition);
      FrameReader reader{name, {}, {}, {}, 0};
      if (const auto owner = owners.find(name_of); owner != owners.end()) reader.member = owner->second;
      reader.committed = shot.history().vitals().committed(name, name_of);
      reader.position = position(reader.member, name_of);
      const Offset from = reader.committed.value_or(ends.start);
      reader.lag = std::max<std::int64_t>(0, ends.high_watermark - from);
      out.progress.push_back({name_of, from, ends.high_watermark});
      out.lag += reader.lag;
      tell(name_of, std::move(reader));
    }
    return out;
  }

  // Consumers that read what they were assigned by hand: in no group, and nothing is committed for them.
  void tell_lone_readers() const {
    const Cluster& cluster = shot.run.cluster();
    for (std::size_t i = 0; i < cluster.clients.size(); ++i) {
      const ClientHost& client = cluster.clients[i];
      if (client.kind != ClientKind::assigned_consumer || shot.is_awaited(client)) continue;
      for (const TopicPartition& name : cluster.facts[i].assigned) {
        const PartitionHistory* partition = shot.history().partition(name);
        if (partition == nullptr) continue;
        const Ends ends = ends_of(*partition);
        FrameReader reader{{}, client.name, {}, position(client.name, name), 0};
        reader.lag = std::max<std::int64_t>(0, ends.high_watermark - reader.position.value_or(ends.start));
        tell(name, std::move(reader));
      }
    }
  }

  void tell(const TopicPartition& partition, FrameReader reader) const {
    if (const auto known = shown.find(partition); known != shown.end()) known->second->readers.push_back(std::move(reader));
  }
};

}  // namespace

std::vector<FrameGroup> capture_groups(const Shot& shot, std::vector<FramePartition>& partitions) {
  const GroupPainter painter{shot, partitions};
  std::vector<FrameGroup> groups;
  for (const auto& [name, state] : shot.run.measures().groups()) groups.push_back(painter.group(name, state));
  painter.tell_lone_readers();
  return groups;
}

}  // namespace kafkasim::sim
