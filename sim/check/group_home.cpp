#include "sim/check/group_home.hpp"

#include "core/broker/broker.hpp"

namespace kafkasim::sim {

const PartitionHistory* home_of(const std::string& group, const History& history) {
  std::int32_t count = 0;
  while (history.partition(TopicPartition{offsets_topic, PartitionIndex{count}})) ++count;
  if (count == 0) return nullptr;
  GroupCoordinator coordinator{NodeConfig{}};
  coordinator.set_partition_count(count);
  const std::optional<PartitionIndex> index = coordinator.partition_for(group);
  return index ? history.partition(TopicPartition{offsets_topic, *index}) : nullptr;
}

std::optional<Excuse> excuse_of(const std::string& group, const History& history) {
  const PartitionHistory* home = home_of(group, history);
  if (!home) return std::nullopt;
  const std::optional<Excuse> now = home->excuse();
  return now ? now : home->lost_by;
}

}  // namespace kafkasim::sim
