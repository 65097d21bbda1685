#pragma once
// A partition as its leader: what followers have, who is in sync, how far the high watermark may go (Partition.scala,
// Replica.scala; KIP-497, KIP-841, KIP-903, KAFKA-7128, KAFKA-15583). Pure rules over plain values: nothing here
// touches a log or sends anything.
#include <map>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/error_code.hpp"
#include "core/model/legacy.hpp"
#include "core/model/metadata_image.hpp"
#include "core/replica/partition.hpp"

namespace kafkasim {

using BrokerMap = std::map<NodeId, BrokerImage>;

struct LeaderView {  // what the rules look at beside the partition; lent
  Offset log_end;
  Offset high_watermark;
  Instant now;
  Duration lag_max;  // replica.lag.time.max.ms
  const BrokerMap& brokers;
  LegacyBehaviours legacy{};
};

struct FollowerFetch {  // what a fetch tells of the follower
  NodeId replica;
  std::optional<BrokerEpoch> broker_epoch;
  Offset fetch_offset;
  std::optional<Offset> log_start;
};

// A new leader epoch begins, of a leader that was (or was not) the leader before: nobody is known to have anything yet,
// but members of the ISR get replica.lag.time.max.ms to show it.
enum class Reign : std::uint8_t { first, again };
void reset_remote_replicas(LeaderRole& leader, Reign reign, Offset log_end, Instant now);
void set_remote_replicas(LeaderRole& leader, NodeId self, const std::vector<NodeId>& replicas);

// Takes note of a fetch that was read at `view.log_end`. NOT_LEADER_OR_FOLLOWER if its broker epoch is older than the
// one registered: it was sent by a process that is gone (KIP-903).
[[nodiscard]] ErrorCode record_fetch(LeaderRole& leader, const FollowerFetch& fetch, const LeaderView& view);

// The follower has all, is in sync and has said so before: fetches that say the same again change its times only.
[[nodiscard]] bool says_nothing_new(const LeaderRole& leader, const FollowerFetch& fetch, Offset log_end);
// A fetch at `at` said of all that is implied by its session that nothing is new.
void settle_implied(RemoteReplica& replica, std::optional<Instant> at);

// Has all that the leader has, or had it at some moment within the last lag_max.
[[nodiscard]] bool is_caught_up(const RemoteReplica& replica, const LeaderView& view);
// Not fenced, not shutting down, and its fetches come from the process that is registered.
[[nodiscard]] bool is_isr_eligible(const LeaderRole& leader, NodeId replica, const BrokerMap& brokers,
                                   LegacyBehaviours legacy = {});

// The replica may join the ISR: no change is under way, it is not in it, it is eligible, it has all below the high
// watermark, and all below the start of this leader epoch.
[[nodiscard]] bool may_join_isr(const LeaderRole& leader, NodeId replica, const LeaderView& view);
// Members of the ISR that have not been caught up for lag_max. None while a change is under way.
[[nodiscard]] std::vector<NodeId> out_of_sync(const LeaderRole& leader, NodeId self, const LeaderView& view);

// How far the high watermark may go: what this leader, all of the maximal ISR, and whoever is about to join it, have.
// Absent while the committed ISR is under min.insync.replicas, or while a member's log end is not known.
[[nodiscard]] std::optional<Offset> high_watermark_candidate(const Partition& partition, const LeaderView& view);

}  // namespace kafkasim
