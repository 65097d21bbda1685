#pragma once
// A snapshot of the metadata image as a file beside the metadata log (KIP-630; Snapshots, RecordsSnapshotWriter,
// RecordsSnapshotReader). Its name tells what it holds: 00000000000000000042-0000000003.checkpoint has all records below
// offset 42, the last of them of epoch 3. While it is written or fetched it ends in ".checkpoint.part".
//
// Inside stand batches with offsets of their own, from 0 on, in the snapshot's epoch: first a control batch with the
// header (when the last record in it was appended to the log), then the records that make up the image, last a control
// batch with the footer, without which a file is not whole. Behind the header stand kraft.version and the voters, where
// voters change (KIP-853); 00000000000000000000-0000000000.checkpoint has nothing else: the voters that a quorum begins with.
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/raft/voter_set.hpp"

namespace kafkasim::raft {

using SnapshotId = QuorumSnapshotId;

inline constexpr std::string_view quorum_snapshot_suffix = ".checkpoint";
inline constexpr std::string_view partial_snapshot_suffix = ".checkpoint.part";

[[nodiscard]] std::string snapshot_name(const SnapshotId& id, std::string_view suffix = quorum_snapshot_suffix);
// The id in the name, if it is one with exactly that suffix.
[[nodiscard]] std::optional<SnapshotId> snapshot_of_name(std::string_view name,
                                                         std::string_view suffix = quorum_snapshot_suffix);

struct SnapshotVoters {
  std::int16_t version{};  // kraft.version
  VoterSet voters;
  friend bool operator==(const SnapshotVoters&, const SnapshotVoters&) = default;
};

inline const SnapshotId bootstrap_snapshot{Offset{0}, LeaderEpoch{0}};  // what a quorum begins with (kafka-storage format)

struct SnapshotContent {
  Timestamp last_contained{};                   // append time of the last record of the log that is in it
  std::vector<std::vector<std::byte>> records;  // values, in order
  std::optional<SnapshotVoters> voters{};       // absent: kraft.version 0
};

[[nodiscard]] std::vector<std::byte> encode_snapshot(const SnapshotId& id, const SnapshotContent& content, Timestamp now);
// Fails on anything that is not a whole snapshot: a batch that does not match its CRC, no header or no footer.
[[nodiscard]] Result<SnapshotContent> decode_snapshot(const SharedBytes& bytes);
// Of the header alone, from the beginning of the file.
[[nodiscard]] Result<Timestamp> last_contained_in(const SharedBytes& beginning);

}  // namespace kafkasim::raft
