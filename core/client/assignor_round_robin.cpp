// RoundRobinAssignor.
#include <algorithm>

#include "core/client/assignor_rules.hpp"

namespace kafkasim {

MemberAssignments assign_round_robin(const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  MemberAssignments assignment;
  std::vector<const AssignorMember*> circle;
  for (const AssignorMember& member : members) {
    assignment[member.member_id];
    circle.push_back(&member);
  }
  std::ranges::sort(circle, [](const auto* a, const auto* b) { return sorts_before(*a, *b); });
  std::size_t next = 0;
  for (const auto& [name, topic] : topics) {
    const auto wants = [&name = name](const AssignorMember* member) {
      return std::ranges::find(member->topics, name) != member->topics.end();
    };
    if (std::ranges::none_of(circle, wants)) continue;
    for (std::int32_t partition = 0; partition < topic.partitions; ++partition) {
      while (!wants(circle[next])) next = (next + 1) % circle.size();
      assignment[circle[next]->member_id].push_back({name, PartitionIndex{partition}});
      next = (next + 1) % circle.size();
    }
  }
  return assignment;
}

}  // namespace kafkasim
