#include "sim/check/commit_regressed.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "sim/check/group_home.hpp"
#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

namespace {
constexpr Duration longest_removal = seconds(6);  // offsets.commit.timeout.ms, and some: then a coordinator gives its tombstone up
}

// ---- what members own, and where they have been ---------------------------------------------------------------------

void CommitRegressed::on(const Observation& o, const trace::PartitionsAssigned& e, const History&, Findings&) {
  memberships_[o.host] = {e.group, e.member_id};
  Member member{o.host, {e.generation, {}}};
  auto& members = groups_[e.group].edit().members;
  const auto before = members.find(e.member_id);
  for (const TopicPartition& tp : e.partitions) {
    std::optional<Stretch>& been = member.owns.partitions[tp];
    const bool kept = before != members.end() && std::ranges::find(e.added, tp) == e.added.end();
    if (!kept) continue;
    const auto known = before->second.owns.partitions.find(tp);
    if (known != before->second.owns.partitions.end()) been = known->second;
  }
  members.insert_or_assign(e.member_id, std::move(member));
}

CommitRegressed::Stretch* CommitRegressed::edit_stretch(HostId host, const TopicPartition& tp, Offset at) {
  const auto membership = memberships_.find(host);
  if (membership == memberships_.end()) return nullptr;
  const auto& [group, id_of_member] = membership->second;
  auto& members = groups_.at(group).edit().members;
  const auto member = members.find(id_of_member);
  if (member == members.end()) return nullptr;
  const auto owned = member->second.owns.partitions.find(tp);
  if (owned == member->second.owns.partitions.end()) return nullptr;
  if (!owned->second) owned->second = Stretch{at, at, at, {}};
  return &*owned->second;
}

void CommitRegressed::on(const Observation& o, const trace::PositionReset& e, const History&, Findings&) {
  if (Stretch* been = edit_stretch(o.host, e.partition, e.to)) {
    been->lowest = std::min(been->lowest, e.to);
    been->highest = std::max(been->highest, e.to);
    been->at = e.to;
  }
}

void CommitRegressed::on(const Observation& o, const trace::RecordsDelivered& e, const History&, Findings&) {
  if (Stretch* been = edit_stretch(o.host, e.partition, e.position)) {
    been->highest = std::max(been->highest, e.position);
    been->at = e.position;
  }
}

void CommitRegressed::on(const Observation& o, const trace::PartitionsRevoked& e, const History& history,
                         Findings& findings) {
  const auto group = groups_.find(e.group);
  if (e.lost || e.committed.empty() || group == groups_.end()) return;
  const auto member = group->second->members.find(e.member_id);
  if (member == group->second->members.end()) return;
  ++evaluations;
  for (const TopicPartition& tp : e.committed) {
    const auto owned = member->second.owns.partitions.find(tp);
    if (owned == member->second.owns.partitions.end() || !owned->second) continue;
    if (owned->second->committed >= owned->second->at) continue;
    findings.add({std::string{id},
                  o.at,
                  e.group,
                  fmt::format("{} gives up {} at offset {} and has committed {} only", e.member_id, to_string(tp),
                              owned->second->at.value, owned->second->committed.value),
                  {},
                  excuse_of(e.group, history)});
  }
}

CommitRegressed::Stretch* CommitRegressed::stretch(Group& group, const trace::OffsetsCommitted& e, const TopicPartition& tp) {
  const auto member = group.members.find(e.member_id);
  if (member == group.members.end()) return nullptr;
  if (!group.of_consumer_group && member->second.owns.generation != e.generation) return nullptr;
  const auto owned = member->second.owns.partitions.find(tp);
  return owned == member->second.owns.partitions.end() || !owned->second ? nullptr : &*owned->second;
}

// ---- commits --------------------------------------------------------------------------------------------------------

// By whom the group is kept: another broker may not know yet that it does not coordinate it any more, or still not.
void CommitRegressed::note_readers(const Observation& o, const trace::GroupChanged& e, const History& history) {
  const bool rebalances = e.type != "consumer" && (e.state == "PreparingRebalance" || e.state == "CompletingRebalance");
  if (rebalances) return;
  const PartitionHistory* home = home_of(e.group, history);
  if (home && home->leader != history.node(o.host)) return;
  Cow<Group>& group = groups_[e.group];
  std::map<TopicPartition, Instant> read;
  for (const auto& member : e.members) {
    for (const TopicPartition& tp : member.assignment) {
      const auto before = group->read.find(tp);
      read.emplace(tp, before == group->read.end() ? o.at : before->second);
    }
  }
  if (group->read != read) group.edit().read = std::move(read);
}

void CommitRegressed::on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings&) {
  note_readers(o, e, history);
  Cow<Group>& group = groups_[e.group];
  const bool of_consumer_group = e.type == "consumer";
  if (group->of_consumer_group != of_consumer_group) {
    group.edit().of_consumer_group = of_consumer_group;
    group.edit().stable.reset();
    return;  // commits that were accepted before may still be on their way
  }
  if (of_consumer_group) return;
  const bool stored = e.state == "Stable";
  const bool begins_anew = group->stable && e.generation < *group->stable;  // another coordinator knows no more
  if ((stored && group->stable != e.generation) || begins_anew) group.edit().stable = e.generation;
}

void CommitRegressed::on(const Observation& o, const trace::OffsetsCommitted& e, const History& history,
                         Findings& findings) {
  ++evaluations;
  Group& group = groups_[e.group].edit();
  const bool by_member = !e.member_id.empty();
  const auto report = [&](std::string detail, std::optional<Excuse> excuse) {
    findings.add({std::string{id}, o.at, e.group, std::move(detail), {}, excuse});
  };
  const std::optional<Generation> current = taken_in(group, e);
  const bool stale = by_member && current && e.generation < *current;
  if (stale)
    report(fmt::format("{} commits in generation {}, when the group is in {}", e.member_id, e.generation.value, current->value), {});
  for (const auto& one : e.offsets) {
    Stretch* been = by_member ? stretch(group, e, one.partition) : nullptr;
    const PartitionHistory* partition = history.partition(one.partition);
    const auto before = group.committed.find(one.partition);
    if (been && partition && one.offset > been->highest) {
      if (const auto unread = first_to_read(*partition, been->highest, one.offset)) {
        report(fmt::format("{} commits offset {} of {}, and was not given offset {}", e.member_id, one.offset.value,
                           to_string(one.partition), unread->value),
               {});
      }
    }
    const bool own = been && one.offset >= been->lowest;
    // Why a real client goes back it alone knows: nobody was told what it was given.
    if (!stale && group.members.contains(e.member_id) && !own && before != group.committed.end() && one.offset < before->second) {
      report(fmt::format("{} takes the offset of {} back from {} to {}", e.member_id, to_string(one.partition),
                         before->second.value, one.offset.value),
             {});
    }
    if (been) been->committed = std::max(been->committed, one.offset);
    group.committed[one.partition] = one.offset;
    std::vector<Offer>& offered = group.offered[one.partition];
    const auto mine = std::ranges::find(offered, std::optional{one.offset}, &Offer::offset);
    if (mine != offered.end()) offered.erase(offered.begin(), mine + 1);
  }
}

void CommitRegressed::on(const Observation&, const trace::OffsetsOffered& e, const History&, Findings&) {
  Group& group = groups_[e.group].edit();
  for (const auto& one : e.offsets) group.offered[one.partition].push_back({one.offset, group.stable});
}

void CommitRegressed::on(const Observation& o, const trace::OffsetsRemoved& e, const History& history, Findings& findings) {
  Group& group = groups_[e.group].edit();
  for (const TopicPartition& tp : e.partitions) {
    const auto read = group.read.find(tp);
    if (e.expired) ++evaluations;
    if (e.expired && read != group.read.end() && o.at - read->second > longest_removal) {
      findings.add({std::string{id},
                    o.at,
                    e.group,
                    fmt::format("the offset of {} expires while the group reads the partition", to_string(tp)),
                    {},
                    excuse_of(e.group, history)});
    }
    group.committed.erase(tp);
    group.offered.erase(tp);
  }
}

// ---- another coordinator --------------------------------------------------------------------------------------------

void CommitRegressed::on(const Observation& o, const trace::OffsetsLoaded& e, const History&, Findings&) {
  Offsets& offsets = loading_[o.host][e.group];
  for (const auto& one : e.offsets) offsets[one.partition] = one.offset;
}

void CommitRegressed::on(const Observation& o, const trace::GroupsLoaded& e, const History& history,
                         Findings& findings) {
  const auto loading = loading_.extract(o.host);
  const PartitionHistory* partition = history.partition(TopicPartition{offsets_topic, e.partition});
  const ReplicaHistory* leader = partition ? partition->acting_leader() : nullptr;
  // Who was made leader once, and hears of it only when another has followed, loads what it has and serves nobody.
  if (!leader || partition->leader != history.node(o.host)) return;
  for (auto& [name, group] : groups_) {
    if (group->committed.empty() || home_of(name, history) != partition) continue;
    ++evaluations;
    const Offsets* found = nullptr;
    if (!loading.empty()) {
      const auto mine = loading.mapped().find(name);
      if (mine != loading.mapped().end()) found = &mine->second;
    }
    Offsets lost;
    for (const auto& [tp, offset] : group->committed) {
      if (!history.partition(tp)) continue;  // its topic is gone, and its offsets with it
      const auto known = found ? found->find(tp) : Offsets::const_iterator{};
      const std::optional<Offset> loaded = found && known != found->end() ? std::optional{known->second} : std::nullopt;
      if (loaded >= offset || was_offered(*group, tp, loaded)) continue;
      lost.emplace(tp, loaded.value_or(Offset{0}));
      findings.add(
          {std::string{id},
           o.at,
           name,
           fmt::format("the offset {} of {} was committed, and the new coordinator, broker {}, finds {}", offset.value,
                       to_string(tp), partition->leader->value, loaded ? std::to_string(loaded->value) : "none"),
           {},
           excuse_of(name, history)});
    }
    for (const auto& [tp, offset] : lost) group.edit().committed[tp] = offset;  // told once
  }
}

bool CommitRegressed::was_offered(const Group& group, const TopicPartition& tp, std::optional<Offset> offset) {
  const auto offered = group.offered.find(tp);
  return offered != group.offered.end() && std::ranges::find(offered->second, offset, &Offer::offset) != offered->second.end();
}

std::optional<Generation> CommitRegressed::taken_in(const Group& group, const trace::OffsetsCommitted& e) {
  if (e.offsets.empty()) return group.stable;
  const auto offered = group.offered.find(e.offsets.front().partition);
  if (offered == group.offered.end()) return group.stable;
  const auto mine = std::ranges::find(offered->second, std::optional{e.offsets.front().offset}, &Offer::offset);
  return mine == offered->second.end() ? group.stable : mine->stable;
}

}  // namespace kafkasim::sim
