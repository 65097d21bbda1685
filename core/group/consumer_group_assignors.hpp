#pragma once
// The assignors that a coordinator has for consumer groups (org.apache.kafka.coordinator.group.assignor; KIP-848).
//
//   uniform  as many partitions for each as for the others, within one, whatever their topics; what a member was to have
//            before it keeps, as far as that allows
//   range    topic by topic, runs of partitions to the members in order: equal numbers of co-partitioned topics go together
//
// Members are in order as for the client's assignors: by instance id if they have one, those without behind, by member id.
// The uniform one for members that want different topics is simplified: what is left goes to whoever has least, then
// partitions move one by one from those with more to those with less.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/ids.hpp"

namespace kafkasim {

using PartitionSet = std::set<TopicIdPartition>;

struct ConsumerGroupSubscriber {
  std::optional<std::string> instance_id;
  std::set<Uuid> topics;  // those that exist
  PartitionSet before;    // what it was to have
};

using TargetAssignment = std::map<std::string, PartitionSet>;  // by member id; each member is there

// `partitions`: how many each topic has. An unknown name is an error of ours.
[[nodiscard]] TargetAssignment assign_on_the_server(std::string_view assignor,
                                                    const std::map<std::string, ConsumerGroupSubscriber>& members,
                                                    const std::map<Uuid, std::int32_t>& partitions);

}  // namespace kafkasim
