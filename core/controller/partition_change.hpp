#pragma once
// How the controller changes one partition: which leader, which ISR, and the record that says so
// (PartitionChangeBuilder).
//
//   1. The leader stays if it is still valid; else the first valid replica in order of assignment; else, if unclean
//   election is
//      allowed, the first live replica; else there is none. Valid: in the target ISR, and acceptable (live).
//      With `preferred` the first replica of all comes before the present leader, if it is valid.
//   2. An unclean leader becomes the whole ISR, and is RECOVERING until it says otherwise (KIP-704).
//   3. The ISR is never emptied: its last member stays in it, even dead (without KIP-966's eligible leader replicas).
//   4. A new leader, also "none", raises the leader epoch; every change raises the partition epoch (both on replay).
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
  std::optional<std::vector<NodeId>> target_replicas{};  // the same ones in another order of preference
};

// Absent where nothing would change.
[[nodiscard]] std::optional<PartitionChangeRecord> build_change(const PartitionChange& change);

}  // namespace kafkasim
