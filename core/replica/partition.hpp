#pragma once
// Partition: what a broker knows of one partition of which it is a replica (kafka.cluster.Partition), beside the log
// itself, which the LogDirectory holds. A plain value; leader.hpp and follower.hpp say how it behaves.
//
//   role       event                                             next
//   (none)     metadata lists this broker as a replica           Leader or Follower
//   Leader     newer leader epoch, another leader or none        Follower
//   Follower   newer leader epoch, this broker leads             Leader
//   any        this broker is no replica any more, or the topic is deleted     (none), the log is removed
//   any        the disk failed                                   Offline, for good: the broker exits
//   Metadata with an older partition epoch changes nothing; with the same leader epoch only the ISR and the assignment.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/replica/isr.hpp"

namespace kafkasim {

// A follower as its leader sees it (kafka.cluster.Replica). `log_end` is the offset of its last fetch: all below it has
// been replicated. Absent: it has not fetched since this broker became leader.
struct RemoteReplica {
  std::optional<Offset> log_end;
  std::optional<Offset> log_start;
  std::optional<BrokerEpoch> broker_epoch;  // as its last fetch said; versions below 15 do not say it
  std::optional<Offset> leader_end_at_last_fetch;
  std::optional<Instant> last_fetch;
  std::optional<Instant> last_caught_up;  // when it last had all that the leader had
  // The fetch session whose requests say, without naming this partition, that it still has all (KIP-227): the two
  // moments above are then those of its last request, and are set as soon as anything depends on them.
  std::optional<std::int32_t> implied_by;
  friend bool operator==(const RemoteReplica&, const RemoteReplica&) = default;
};

struct LeaderRole {
  Offset epoch_start;  // the log end when this leader epoch began
  IsrState isr;
  std::map<NodeId, RemoteReplica> remote;  // all replicas but this one
};
struct FollowerRole {
  std::optional<NodeId> leader;  // absent: there is none
};
struct OfflineRole {};

struct Partition {
  TopicIdPartition id;
  TopicPartition name;
  LeaderEpoch leader_epoch{-1};  // -1: no metadata yet
  PartitionEpoch partition_epoch{-1};
  std::vector<NodeId> replicas{};
  std::int64_t min_insync_replicas{1};
  std::variant<FollowerRole, LeaderRole, OfflineRole> role{};

  [[nodiscard]] const LeaderRole* leader() const { return std::get_if<LeaderRole>(&role); }
  [[nodiscard]] LeaderRole* leader() { return std::get_if<LeaderRole>(&role); }
  [[nodiscard]] const FollowerRole* follower() const { return std::get_if<FollowerRole>(&role); }
  [[nodiscard]] bool is_offline() const { return std::holds_alternative<OfflineRole>(role); }
  // min.insync.replicas, but never more than there are replicas.
  [[nodiscard]] std::int64_t effective_min_isr() const {
    return std::min(min_insync_replicas, static_cast<std::int64_t>(replicas.size()));
  }
  [[nodiscard]] bool is_under_min_isr() const {  // as leader, by the committed ISR
    return leader() != nullptr && static_cast<std::int64_t>(leader()->isr.committed().size()) < effective_min_isr();
  }
};

}  // namespace kafkasim
