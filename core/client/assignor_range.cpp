#include "core/client/assignor_range.hpp"

#include <algorithm>
#include <tuple>

namespace kafkasim {

namespace {

bool sorts_before(const RangeMember* a, const RangeMember* b) {
  // Static members first: their instance ids outlive restarts, so the assignment does too.
  if (a->instance_id && b->instance_id) return *a->instance_id < *b->instance_id;
  if (a->instance_id || b->instance_id) return a->instance_id.has_value();
  return a->member_id < b->member_id;
}

}  // namespace

std::map<std::string, std::vector<TopicPartition>> assign_range(
    const std::vector<RangeMember>& members, const std::map<std::string, std::int32_t>& partition_counts) {
  std::map<std::string, std::vector<TopicPartition>> assignment;
  for (const RangeMember& member : members) assignment[member.member_id];
  for (const auto& [topic, count] : partition_counts) {
    std::vector<const RangeMember*> takers;
    for (const RangeMember& member : members) {
      if (std::ranges::find(member.topics, topic) != member.topics.end()) takers.push_back(&member);
    }
    if (takers.empty()) continue;
    std::ranges::sort(takers, sorts_before);
    const auto shares = static_cast<std::int32_t>(takers.size());
    std::int32_t next = 0;
    for (std::int32_t i = 0; i < shares; ++i) {
      const std::int32_t share = count / shares + (i < count % shares ? 1 : 0);
      std::vector<TopicPartition>& taken = assignment[takers[static_cast<std::size_t>(i)]->member_id];
      for (std::int32_t n = 0; n < share; ++n) taken.push_back(TopicPartition{topic, PartitionIndex{next++}});
    }
  }
  return assignment;
}

}  // namespace kafkasim
