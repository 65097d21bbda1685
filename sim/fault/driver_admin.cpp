// Entries that an administrator carries out, and those that change the members of a group.
#include <algorithm>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "core/client/admin.hpp"
#include "core/controller/controller.hpp"
#include "sim/fault/driver.hpp"

namespace kafkasim::sim {

void Driver::command_admin(std::size_t i, AdminOperation operation, Host& host) {
  const HostId admin = host.administrator();
  host.story.tell(host.world.now(), "admin", "admin", describe(entry(i).operation), Tone::note);
  host.world.command(admin, admin_command(std::move(operation)));
  ++commanded_;
}

void Driver::act(std::size_t i, const ElectLeader& op, Host& host) {
  const ElectionKind kind = op.mode == ElectionMode::unclean ? ElectionKind::unclean : ElectionKind::preferred;
  command_admin(i, {ElectPartitionLeader{op.partition, kind, op.to}}, host);
}

void Driver::act(std::size_t i, const Reassign& op, Host& host) {
  command_admin(i, {ReassignPartition{op.partition, op.to}}, host);
}

// As a person would, by what the node's disk says and where it listens.
void Driver::act(std::size_t i, const AddVoter& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) {
    const Controller* controller = host.world.machine<Controller>(h);
    const auto directory = directory_id(host.world, h);
    if (controller == nullptr || !directory) {
      warn(i, spoken_name(h, host.cluster) + " is no controller that runs: nothing happens", host);
      continue;
    }
    const NodeId id = controller->id();
    command_admin(i, {ChangeVoter{ChangeVoter::Kind::add, id, *directory, *controller->raft().endpoint_of(id)}}, host);
  }
}

// By what the quorum tells of its voters: the node may be gone, or have another disk by now.
void Driver::act(std::size_t i, const RemoveVoter& op, Host& host) {
  const std::optional<raft::VoterSet> voters = voters_of(host.world, host.cluster);
  for (const HostId h : hit(i, op.target, host)) {
    const auto node = std::ranges::find(host.cluster.controllers, h, &std::pair<const NodeId, HostId>::second);
    const bool votes = voters && node != host.cluster.controllers.end() && voters->contains(node->first);
    if (!votes) {
      warn(i, spoken_name(h, host.cluster) + " is no voter: nothing happens", host);
      continue;
    }
    command_admin(i, {ChangeVoter{ChangeVoter::Kind::remove, node->first, voters->voters().at(node->first).directory_id, {}}}, host);
  }
}

void Driver::act(std::size_t i, const DeleteRecords& op, Host& host) {
  command_admin(i, {DeleteRecordsBefore{op.partition, op.before}}, host);
}

void Driver::act(std::size_t i, const CreateTopic& op, Host& host) {
  command_admin(i, {CreateOneTopic{as_request(op.topic)}}, host);
}

void Driver::act(std::size_t i, const DeleteTopic& op, Host& host) {
  command_admin(i, {DeleteOneTopic{op.topic}}, host);
}

void Driver::act(std::size_t i, const AddPartitions& op, Host& host) {
  command_admin(i, {AddPartitionsTo{op.topic, op.to}}, host);
}

// A broker's settings are its own to take: each that is meant is asked.
void Driver::act(std::size_t i, const Configure& op, Host& host) {
  if (const auto* topic = std::get_if<std::string>(&op.of))
    return command_admin(i, {AlterSettings{*topic, op.config}}, host);
  Random random = random_.fork(i);
  const Target& target = std::get<Target>(op.of);
  for (const HostId h : resolve(target, {host.world, host.cluster, host.history, host.measures}, random)) {
    const Broker* broker = host.world.machine<Broker>(h);
    if (broker != nullptr) command_admin(i, {AlterSettings{broker->id(), op.config}}, host);
  }
}

// ---- members ---------------------------------------------------------------------------------------

std::vector<HostId> Driver::members(const std::string& group, const Host& host) {
  std::vector<HostId> up;
  for (const ClientHost& client : host.cluster.clients) {
    if (client.group == group && host.world.is_up(client.host))
      up.push_back(client.host);
  }
  return up;
}

std::vector<HostId> Driver::last_members(std::size_t i, const std::string& group, std::int32_t count, Host& host) {
  std::vector<HostId> up = members(group, host);
  const std::size_t wanted = std::min(up.size(), static_cast<std::size_t>(count));
  up.erase(up.begin(), up.end() - static_cast<std::ptrdiff_t>(wanted));
  if (wanted < static_cast<std::size_t>(count)) {
    warn(i, fmt::format("{} has {} of {} members at the moment", group, wanted, count), host);
  }
  entries_[i].hit = up;
  if (!up.empty()) remember(i, host);
  return up;
}

void Driver::act(std::size_t i, const AddConsumers& op, Host& host) {
  for (std::int32_t k = 0; k < op.count; ++k) {
    const std::optional<HostId> member = host.add_member(op.group);
    if (!member) break;
    entries_[i].hit.push_back(*member);
  }
  if (entries_[i].hit.empty()) {
    return warn(i, "there are too many clients: nothing happens", host);
  }
  remember(i, host);
  for (const HostId member : entries_[i].hit) host.world.start(member);
}

void Driver::act(std::size_t i, const RemoveConsumers& op, Host& host) {
  for (const HostId member : last_members(i, op.group, op.count, host)) {
    take_down(member, i);
    host.world.request_stop(member);
  }
}

void Driver::act(std::size_t i, const CrashConsumers& op, Host& host) {
  for (const HostId member : last_members(i, op.group, op.count, host)) {
    take_down(member, i);
    host.world.crash(member);
  }
}

// ---- seek ------------------------------------------------------------------------------------------

void Driver::act(std::size_t i, const Seek& op, Host& host) {
  entries_[i].hit = members(op.group, host);
  if (!entries_[i].hit.empty()) remember(i, host);  // else there is nobody to stop: only the offsets are reset
  for (const HostId member : entries_[i].hit) host.world.request_stop(member);
  seeks_[i] = std::nullopt;
  go_on_seeking(host);
}

// Once all have left the offsets are reset; once that is over the same members start again.
void Driver::go_on_seeking(Host& host) {
  for (auto it = seeks_.begin(); it != seeks_.end();) {
    const auto& [i, asked] = *it;
    const auto& members = entries_[i].hit;
    if (!asked && std::ranges::none_of(members, [&](HostId h) { return host.world.is_up(h); })) {
      const Seek& op = std::get<Seek>(entry(i).operation);
      command_admin(i, {reset_of(op, host)}, host);
      it->second = commanded_;
    }
    const Admin* admin = it->second ? host.world.machine<Admin>(host.administrator()) : nullptr;
    if (!admin || !admin->is_over(*it->second)) {
      ++it;
      continue;
    }
    for (const HostId member : members) host.world.start(member);
    it = seeks_.erase(it);
  }
}

ResetGroupOffsets Driver::reset_of(const Seek& op, Host& host) const {
  ResetGroupOffsets reset{.group = op.group, .topics = topics_of_group(*scenario_, op.group), .to = LogEnd::earliest};
  if (const auto* end = std::get_if<SeekEnd>(&op.to))
    reset.to = *end == SeekEnd::earliest ? LogEnd::earliest : LogEnd::latest;
  if (const auto* offset = std::get_if<Offset>(&op.to)) reset.to = *offset;
  if (const auto* time = std::get_if<Duration>(&op.to)) {  // what a right clock showed then
    const Duration ago = host.world.now() - (origin_ + *time);
    reset.to = Timestamp{host.world.wall_clock(host.administrator()).value - ago.whole_ms()};
  }
  return reset;
}

}  // namespace kafkasim::sim
