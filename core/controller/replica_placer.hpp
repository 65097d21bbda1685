#pragma once
// Where the replicas of a new topic go: striped over racks and over the brokers of each rack, unfenced brokers first,
// from a random start (org.apache.kafka.metadata.placement.StripedReplicaPlacer). A fenced broker is never the first
// replica. With as many racks as replicas every replica is in a rack of its own.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct UsableBroker {
  NodeId id;
  std::optional<std::string> rack;
  bool fenced{};
};

// One list of replicas a partition. INVALID_REPLICATION_FACTOR where there are too few brokers, or none unfenced; the
// error's place is empty.
[[nodiscard]] Result<std::vector<std::vector<NodeId>>> place_replicas(std::int32_t partitions,
                                                                      std::int32_t replication_factor,
                                                                      const std::vector<UsableBroker>& brokers,
                                                                      Random& random);

}  // namespace kafkasim
