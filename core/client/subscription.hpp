#pragma once
// Subscription: the partitions that a consumer owns now, and how far it has read each (SubscriptionState).
//
//   committed_wanted --(OffsetFetch: an offset)--> fetching
//   committed_wanted --(OffsetFetch: none)--> reset_wanted --(ListOffsets)--> fetching --(OFFSET_OUT_OF_RANGE)-->
//   reset_wanted
//   fetching <--(the leader changes: position_validator.hpp)--> validating
//
// Position: the offset of the next record to return. It moves when records are returned from poll(), never when they
// are fetched.
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class PositionState : std::uint8_t { committed_wanted, reset_wanted, fetching, validating };

struct OwnedPartition {
  PositionState state{PositionState::committed_wanted};
  Offset position;                            // while fetching or validating
  std::optional<LeaderEpoch> offset_epoch;    // of the record before the position
  Instant next_try{};                         // after an error
  std::optional<LeaderEpoch> epoch_of_error;  // a newer leader ends the wait
  std::optional<NodeId> leader;               // under whom the position is valid, or being validated
  std::optional<LeaderEpoch> leader_epoch;
  // A follower that the leader named for this consumer's rack, for as long as metadata may be used (KIP-392).
  struct Preferred {
    NodeId replica;
    Instant until;
  };
  std::optional<Preferred> preferred;
  bool pending_revocation{};  // it is about to be given up: what is committed before that shall be all that was read

  [[nodiscard]] bool is_fetchable() const { return state == PositionState::fetching && !pending_revocation; }
};

using OwnedPartitions = std::map<TopicPartition, Cow<OwnedPartition>>;

// What a commit stores: the next offset to read, and the epoch of the record before it.
struct CommittedPosition {
  Offset offset;
  std::optional<LeaderEpoch> epoch;
  friend bool operator==(const CommittedPosition&, const CommittedPosition&) = default;
};
using OffsetsToCommit = std::map<TopicPartition, CommittedPosition>;

class Subscription {
 public:
  // Replaces what is owned. `state` is that of the partitions that come in; all begin anew.
  void assign(const std::vector<TopicPartition>& partitions, PositionState state);
  // The same, but what stays keeps its position. Returns what was not there before.
  std::vector<TopicPartition> update(const std::vector<TopicPartition>& partitions, PositionState state);
  [[nodiscard]] std::vector<TopicPartition> partitions() const;
  [[nodiscard]] bool empty() const { return owned_.empty(); }
  [[nodiscard]] const OwnedPartition* find(const TopicPartition& tp) const;
  [[nodiscard]] OwnedPartition* edit(const TopicPartition& tp);
  [[nodiscard]] const OwnedPartitions& owned() const { return owned_; }

  void seek(const TopicPartition& tp, Offset to, std::optional<LeaderEpoch> epoch);
  void want_reset(const TopicPartition& tp);
  void back_off(const TopicPartition& tp, Instant until, std::optional<LeaderEpoch> epoch_of_error);

  // Nothing more is read of what is not among `kept`, until it is revoked or the revocation is off (markPendingRevocation).
  void pause_all_but(const std::vector<TopicPartition>& kept);
  void resume_all();

  [[nodiscard]] OffsetsToCommit consumed() const;  // every position that is known
  [[nodiscard]] std::vector<TopicPartition> in_state(PositionState state) const;

 private:
  OwnedPartitions owned_;
  bool some_paused_{};
};

}  // namespace kafkasim
