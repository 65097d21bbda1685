#pragma once
// Members and topics as the tests of the assignors write them.
#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/client/assignor.hpp"

namespace kafkasim::test {

inline AssignorMember wants(std::string id, std::vector<std::string> topics) {
  AssignorMember member;
  member.member_id = std::move(id);
  member.topics = std::move(topics);
  return member;
}

inline AssignorTopics one_topic(std::int32_t partitions) {
  AssignorTopics topics;
  topics["t"].partitions = partitions;
  return topics;
}

inline std::vector<TopicPartition> parts(std::initializer_list<std::int32_t> indexes, const std::string& topic = "t") {
  std::vector<TopicPartition> partitions;
  for (const std::int32_t index : indexes) partitions.push_back({topic, PartitionIndex{index}});
  return partitions;
}

inline std::vector<TopicPartition> sorted(std::vector<TopicPartition> partitions) {
  std::ranges::sort(partitions);
  return partitions;
}

}  // namespace kafkasim::test
