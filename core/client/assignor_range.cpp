// RangeAssignor, with what KIP-881 says of racks: where members have racks and the replicas of the partitions do not
// all stand in the same ones, partitions first go to members of one of their racks, within the same quotas; topics that
// the same members read and that have equally many partitions keep equal numbers together (co-partitioning).
#include <algorithm>

#include "core/client/assignor_rules.hpp"

namespace kafkasim {

bool sorts_before(const AssignorMember& a, const AssignorMember& b) {
  if (a.instance_id && b.instance_id) return *a.instance_id < *b.instance_id;
  if (a.instance_id || b.instance_id) return a.instance_id.has_value();
  return a.member_id < b.member_id;
}

namespace {

struct RangeTopic {
  std::string name;
  const AssignorTopic* topic{};
  std::vector<const AssignorMember*> takers;  // in order
  std::set<std::int32_t> left;                // partitions without an owner
  std::map<std::string, std::int32_t> taken;  // by member
  std::int32_t share{};
  std::int32_t extras{};  // how many members may still get one more than the share
  bool by_racks{};

  [[nodiscard]] std::int32_t room(const AssignorMember& member) const {
    const auto has = taken.find(member.member_id);
    const std::int32_t most = share + (extras > 0 ? 1 : 0);
    return std::max(0, most - (has == taken.end() ? 0 : has->second));
  }
  [[nodiscard]] bool racks_match(const AssignorMember& member, std::int32_t partition) const {
    if (!member.rack || member.rack->empty()) return true;
    const auto index = static_cast<std::size_t>(partition);
    return index < topic->racks.size() && topic->racks[index].contains(*member.rack);
  }
  void give(const AssignorMember& member, const std::vector<std::int32_t>& partitions, MemberAssignments& out) {
    std::int32_t& count = taken[member.member_id];
    count += static_cast<std::int32_t>(partitions.size());
    if (count > share) --extras;
    for (const std::int32_t partition : partitions) {
      left.erase(partition);
      out[member.member_id].push_back({name, PartitionIndex{partition}});
    }
  }
};

bool needs_racks(const RangeTopic& state) {
  std::set<std::string> of_members;
  for (const AssignorMember* member : state.takers) {
    if (member->rack && !member->rack->empty()) of_members.insert(*member->rack);
  }
  std::set<std::string> of_partitions;
  for (const auto& racks : state.topic->racks) of_partitions.insert(racks.begin(), racks.end());
  const auto stands_there = [&](const std::string& rack) { return of_partitions.contains(rack); };
  if (std::ranges::none_of(of_members, stands_there)) return false;
  return !std::ranges::all_of(state.topic->racks, [&](const auto& racks) { return racks == of_partitions; });
}

enum class Racks : std::uint8_t { must_match, do_not_matter };

void give_ranges(RangeTopic& state, Racks racks, MemberAssignments& out) {
  for (const AssignorMember* member : state.takers) {
    if (state.left.empty()) break;
    std::vector<std::int32_t> next;
    const std::int32_t room = state.room(*member);
    for (const std::int32_t partition : state.left) {
      if (std::ssize(next) == room) break;
      if (racks == Racks::do_not_matter || state.racks_match(*member, partition)) next.push_back(partition);
    }
    if (!next.empty()) state.give(*member, next, out);
  }
}

// Topics with the same takers and as many partitions each: partition N of all of them to one member, if its rack has
// them all.
void give_together(const std::vector<RangeTopic*>& topics, MemberAssignments& out) {
  std::vector<const AssignorMember*> remaining = topics.front()->takers;
  for (std::int32_t partition = 0; partition < topics.front()->topic->partitions && !remaining.empty(); ++partition) {
    const auto fits = [&](const AssignorMember* member) {
      return std::ranges::all_of(topics, [&](const RangeTopic* t) {
        return t->racks_match(*member, partition) && t->room(*member) > 0;
      });
    };
    const auto found = std::ranges::find_if(remaining, fits);
    if (found == remaining.end()) continue;
    const AssignorMember* member = *found;
    for (RangeTopic* topic : topics) topic->give(*member, {partition}, out);
    const auto full = [member](const RangeTopic* topic) { return topic->room(*member) == 0; };
    if (std::ranges::all_of(topics, full)) remaining.erase(found);
  }
}

void match_racks(std::vector<RangeTopic>& states, MemberAssignments& out) {
  std::map<std::pair<std::vector<std::string>, std::int32_t>, std::vector<RangeTopic*>> alike;
  for (RangeTopic& state : states) {
    std::vector<std::string> takers;
    for (const AssignorMember* member : state.takers) takers.push_back(member->member_id);
    alike[{std::move(takers), state.topic->partitions}].push_back(&state);
  }
  for (const auto& [key, topics] : alike) {
    if (topics.size() > 1) {
      give_together(topics, out);
    } else if (topics.front()->by_racks) {
      give_ranges(*topics.front(), Racks::must_match, out);
    }
  }
}

}  // namespace

MemberAssignments assign_range(const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  MemberAssignments assignment;
  for (const AssignorMember& member : members) assignment[member.member_id];
  std::vector<RangeTopic> states;
  for (const auto& [name, topic] : topics) {
    RangeTopic state{name, &topic, {}, {}, {}, 0, 0, false};
    for (const AssignorMember& member : members) {
      if (std::ranges::find(member.topics, name) != member.topics.end()) state.takers.push_back(&member);
    }
    if (state.takers.empty()) continue;
    std::ranges::sort(state.takers, [](const auto* a, const auto* b) { return sorts_before(*a, *b); });
    for (std::int32_t partition = 0; partition < topic.partitions; ++partition) state.left.insert(partition);
    state.share = topic.partitions / static_cast<std::int32_t>(state.takers.size());
    state.extras = topic.partitions % static_cast<std::int32_t>(state.takers.size());
    state.by_racks = needs_racks(state);
    states.push_back(std::move(state));
  }
  const bool by_racks = std::ranges::any_of(states, &RangeTopic::by_racks);
  if (by_racks) match_racks(states, assignment);
  for (RangeTopic& state : states) give_ranges(state, Racks::do_not_matter, assignment);
  if (by_racks) {
    for (auto& [member, partitions] : assignment) std::ranges::sort(partitions);
  }
  return assignment;
}

}  // namespace kafkasim
