#include "sim/check/group_home.hpp"

#include "core/base/java_hash.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim::sim {

const PartitionHistory* home_of(const std::string& group, const History& history) {
  std::int32_t count = 0;
  while (history.partition(TopicPartition{offsets_topic, PartitionIndex{count}})) ++count;
  return count == 0 ? nullptr : history.partition(TopicPartition{offsets_topic, PartitionIndex{java_bucket(group, count)}});
}

std::optional<Excuse> excuse_of(const std::string& group, const History& history) {
  const PartitionHistory* home = home_of(group, history);
  if (!home) return std::nullopt;
  const std::optional<Excuse> now = home->excuse();
  return now ? now : home->lost_by;
}

}  // namespace kafkasim::sim
