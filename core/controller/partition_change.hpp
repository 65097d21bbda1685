#pragma once
// How the controller changes one partition: which leader, which ISR, which replicas, and the record that says so
// (PartitionChangeBuilder, PartitionReassignmentReplicas). In this order:
//
//   1. A reassignment is complete once all replicas that are to stay are in the target ISR: those that are to go are
//      taken out of it and of the replicas (KIP-455).
//   2. With eligible leader replicas (KIP-966): while the target ISR is smaller than min.insync.replicas, whoever leaves
//      it is eligible, unless its process ended uncleanly; else nobody is, for the ISR alone is safe.
//   3. The leader stays if it is still valid; else the first valid replica in order of assignment; else the last known
//      leader, where neither ISR nor eligible replicas are left; else, if unclean election is allowed, the first live
//      replica; else there is none. Valid: acceptable (live), and in the target ISR, or eligible if that is empty.
//      With `preferred` the first replica of all comes before the present leader, if it is valid.
//   4. A leader from the eligible replicas becomes the whole ISR. So does an unclean one (the last known leader is), which
//      also is RECOVERING until it says otherwise (KIP-704), and leaves no eligible replica.
//   5. The ISR is emptied only where there are eligible leader replicas; without that feature its last member stays in it,
//      even dead.
//   6. A new leader, also "none", raises the leader epoch, as does a replica that goes for good; every change raises the
//      partition epoch (both on replay).
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/message/metadata_record.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {

enum class Election : std::uint8_t { clean, unclean_allowed, preferred };

struct PartitionChange {
  TopicIdPartition partition;
  const PartitionRegistration& now;
  std::vector<NodeId> target_isr;
  Election election{};
  std::function<bool(NodeId)> is_acceptable_leader;
  std::optional<LeaderRecoveryState> target_recovery_state{};
  // What is absent is to stay as it is.
  std::optional<std::vector<NodeId>> target_replicas{};
  std::optional<std::vector<NodeId>> target_removing{};
  std::optional<std::vector<NodeId>> target_adding{};
  // min.insync.replicas, at most the number of replicas, where the cluster has eligible leader replicas.
  std::optional<std::int64_t> elr_min_isr{};
  std::optional<NodeId> unclean_shutdown{};  // a broker that came back without what it may have promised to keep
};

// Absent where nothing would change.
[[nodiscard]] std::optional<PartitionChangeRecord> build_change(PartitionChange change);

// The replicas of a partition on its way to an assignment: those wanted first, then those that are to go.
struct Reassignment {
  std::vector<NodeId> replicas;
  std::vector<NodeId> removing;
  std::vector<NodeId> adding;
};
[[nodiscard]] Reassignment reassignment_to(const std::vector<NodeId>& target, const PartitionRegistration& now);

// What giving up a reassignment leads back to (PartitionReassignmentRevert). Absent: all replicas are new ones.
struct Revert {
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  bool unclean{};  // nobody of the ISR was there before: the first replica is taken for in sync
};
[[nodiscard]] std::optional<Revert> revert_of(const PartitionRegistration& now);

}  // namespace kafkasim
