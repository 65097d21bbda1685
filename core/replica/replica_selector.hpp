#pragma once
// Which replica a consumer should read (KIP-392; ReplicaManager.findPreferredReadReplica, RackAwareReplicaSelector). A leader
// sends a consumer to a follower in the consumer's rack: one that is in sync and has the offset that was asked for, of several
// the one that has most. A leader in that rack keeps it, and so does one that finds nobody there.
#include <optional>
#include <string>

#include "core/replica/leader.hpp"

namespace kafkasim {

// Absent: from the leader, which is `self`.
[[nodiscard]] std::optional<NodeId> preferred_read_replica(const LeaderRole& leader, NodeId self, const std::string& rack, Offset fetch_offset,
                                                           const BrokerMap& brokers);

}  // namespace kafkasim
