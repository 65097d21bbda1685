#pragma once
// A topic as a scenario describes it, before the run or in the middle of it.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/model/ids.hpp"

namespace kafkasim::sim {

struct TopicSpec {
  std::string name;
  std::int32_t partitions{};
  std::int16_t replication_factor{};
  std::vector<std::vector<NodeId>> assignment;              // empty: the controller places the replicas
  std::vector<std::pair<std::string, std::string>> config;  // as CreateTopics carries it; TopicConfig accepts each
};

}  // namespace kafkasim::sim
