#pragma once
// The rules behind assignor.hpp, one function an assignor. Topics here have at least one partition.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/assignor.hpp"

namespace kafkasim {

// AbstractPartitionAssignor.MemberInfo: static members first, their instance ids outlive restarts.
[[nodiscard]] bool sorts_before(const AssignorMember& a, const AssignorMember& b);

[[nodiscard]] MemberAssignments assign_range(const std::vector<AssignorMember>& members, const AssignorTopics& topics);
[[nodiscard]] MemberAssignments assign_round_robin(const std::vector<AssignorMember>& members,
                                                   const AssignorTopics& topics);

// Who had what before, of the topics that there are: if two claim a partition, the one of the later generation has it,
// and of the same generation neither.
struct PreviousOwners {
  MemberAssignments owned;
  std::map<TopicPartition, std::string> doubly_claimed;  // and the last of those who claim it
  std::optional<Generation> newest;
};
[[nodiscard]] PreviousOwners previous_owners(const std::vector<AssignorMember>& members, const AssignorTopics& topics);

struct StickyAssignment {
  MemberAssignments assignments;
  std::optional<std::map<TopicPartition, std::string>> moving;  // to their new owners; absent: not worked out
};
// Where all want the same topics by quotas (sticky_constrained.cpp), else by improving step by step
// (sticky_general.cpp).
[[nodiscard]] StickyAssignment assign_sticky(const std::vector<AssignorMember>& members, const AssignorTopics& topics);
[[nodiscard]] StickyAssignment assign_constrained(const PreviousOwners& before, const AssignorTopics& topics);
[[nodiscard]] MemberAssignments assign_general(const std::vector<AssignorMember>& members, PreviousOwners before,
                                               const AssignorTopics& topics);
[[nodiscard]] MemberAssignments assign_cooperative_sticky(const std::vector<AssignorMember>& members,
                                                          const AssignorTopics& topics);

}  // namespace kafkasim
