#pragma once
// The file quorum-state beside the metadata log (org.apache.kafka.raft.FileQuorumStateStore, QuorumStateData): the epoch,
// and its leader or whom this node voted for in it. One line of JSON, version 0 with voters from the configuration
// (kraft.version 0), version 1 where the log tells who votes (KIP-853):
//   {"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}
//   {"leaderId":-1,"leaderEpoch":3,"votedId":2,"votedDirectoryId":"AAAAAAAAAAEAAAAAAAAAAg","data_version":1}
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
  Uuid voted_directory{};  // of whom it voted for, where that is known
  friend bool operator==(const ElectionState&, const ElectionState&) = default;
};

enum class QuorumStateVersion : std::uint8_t { with_voters = 0, with_directories = 1 };
[[nodiscard]] std::string format_quorum_state(const ElectionState& state,
                                              QuorumStateVersion version = QuorumStateVersion::with_voters);
// Strict: every field once, none unknown, nothing behind the object. Place: the byte position.
[[nodiscard]] Result<ElectionState> parse_quorum_state(std::string_view text);

// Absent if there is no such file: the node is new to the quorum.
[[nodiscard]] Result<std::optional<ElectionState>> read_quorum_state(Disk& disk);
[[nodiscard]] DiskResult<void> write_quorum_state(Disk& disk, const ElectionState& state,
                                                  QuorumStateVersion version = QuorumStateVersion::with_voters);

}  // namespace kafkasim::raft
