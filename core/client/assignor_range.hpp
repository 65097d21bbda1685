#pragma once
// The range assignor (org.apache.kafka.clients.consumer.RangeAssignor, without racks): topic by topic, the members that
// want it, sorted by id (static members by their instance id, before the others), get runs of its partitions; the first
// ones get one more if it does not come out even. A topic without partitions is left out.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/ids.hpp"

namespace kafkasim {

struct RangeMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::vector<std::string> topics;
};

// By member id; a member that gets nothing is there with an empty list. Partitions come by topic name, then index.
[[nodiscard]] std::map<std::string, std::vector<TopicPartition>> assign_range(
    const std::vector<RangeMember>& members, const std::map<std::string, std::int32_t>& partition_counts);

}  // namespace kafkasim
