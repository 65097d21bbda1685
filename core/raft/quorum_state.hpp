#pragma once
// The file quorum-state beside the metadata log (org.apache.kafka.raft.FileQuorumStateStore, QuorumStateData version 0,
// which clusters with static voters use): the epoch, and its leader or whom this node voted for in it. One line of
// JSON:
//   {"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}
// It is replaced as a whole and synced before the node acts on what it says: a vote outlives any crash.
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/machine/disk.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::raft {

inline constexpr std::string_view quorum_state_path = "__cluster_metadata-0/quorum-state";

struct ElectionState {
  LeaderEpoch epoch;
  std::optional<NodeId> leader;
  std::optional<NodeId> voted_for;
  std::set<NodeId> voters;
  friend bool operator==(const ElectionState&, const ElectionState&) = default;
};

[[nodiscard]] std::string format_quorum_state(const ElectionState& state);
// Strict: every field once, none unknown, nothing behind the object. Place: the byte position.
[[nodiscard]] Result<ElectionState> parse_quorum_state(std::string_view text);

// Absent if there is no such file: the node is new to the quorum.
[[nodiscard]] Result<std::optional<ElectionState>> read_quorum_state(Disk& disk);
[[nodiscard]] DiskResult<void> write_quorum_state(Disk& disk, const ElectionState& state);

}  // namespace kafkasim::raft
