#pragma once
// The roles of a member of the metadata quorum (org.apache.kafka.raft.QuorumState and its *State classes; KIP-595,
// KIP-996).
// Each has its own fields and the rules that need nothing else; RaftNode moves between them and keeps the epoch.
//
//   from         to           when
//   Unattached   Unattached   a higher epoch, or its vote given in this one
//                Prospective  election timeout
//                Follower     a leader of this or a higher epoch shows itself
//   Follower     Unattached   a higher epoch without a leader
//                Follower     a leader of a higher epoch
//                Prospective  fetch timeout
//   Prospective  Unattached   a higher epoch without a leader; the pre-vote lost or timed out, and no leader known
//                Follower     a leader that it did not know, of this or a higher epoch; the pre-vote lost or timed
//                             out: of the leader that it knows
//                Prospective  its vote given in this epoch
//                Candidate    a majority of pre-votes, or a voter that knows no pre-votes: next epoch
//   Candidate    Unattached   a higher epoch without a leader
//                Follower     a leader of this or a higher epoch
//                Prospective  election timeout, which a lost election waits for too (KAFKA-18345)
//                Leader       a majority of votes
//   Leader       Unattached   a higher epoch without a leader
//                Follower     a leader of a higher epoch
//                Resigned     orderly shutdown, or no fetches from a majority (KAFKA-15489); it is no voter any more, and
//                             that is committed (KIP-853)
//   Resigned     Unattached   a higher epoch without a leader; election timeout: next epoch
//                Follower     a leader of a higher epoch
//
// RaftNode::campaign makes a Candidate of any but a Leader. The epoch changes nowhere but where it is said: a node that
// cannot reach a majority raises none. Within an epoch the vote that was given in it is kept from role to role.
//
// Voters may come and go (KIP-853): a Follower becomes a voter, or ceases to be one, by what it appends or truncates.
// An observer is only ever Unattached or Follower. A process that led its epoch when it ended starts as Resigned: it
// may neither vote nor write in that epoch again, since unflushed records of it may be lost.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/machine/request_ref.hpp"
#include "core/message/fetch.hpp"
#include "core/model/ids.hpp"
#include "core/raft/snapshot_file.hpp"
#include "core/raft/voter_set.hpp"

namespace kafkasim::raft {

enum class LogUpToDate : std::uint8_t { no, yes };  // the candidate's log, compared with one's own

struct Unattached {
  std::optional<NodeId> voted_for;
  std::optional<Offset> high_watermark;
  std::optional<Instant> election_deadline;  // absent: an observer waits for ever

  // One vote an epoch; the same candidate may ask again.
  [[nodiscard]] bool can_grant_vote(NodeId candidate, LogUpToDate up_to_date) const {
    return voted_for ? *voted_for == candidate : up_to_date == LogUpToDate::yes;
  }
};

struct Follower {
  NodeId leader;
  std::optional<NodeId> voted_for;
  std::optional<Offset> high_watermark;
  std::optional<Instant> fetch_deadline;  // absent: passed; an observer then asks any voter
  bool has_fetched{};                     // from this leader; until then it grants pre-votes
  std::optional<Instant> update_deadline{};  // when to look next whether the voter set has this node as it is
  std::optional<SnapshotId> fetching{};   // the leader's log begins behind this one's end: by FetchSnapshot, piece by piece
};

// What an election counts, for votes and for pre-votes (internals.EpochElection, NomineeState).
struct Nominee {
  enum class Vote : std::uint8_t { unrecorded, granted, rejected };
  std::map<NodeId, Vote> votes;  // of every voter
  std::optional<Offset> high_watermark;
  Instant election_deadline;

  Nominee(NodeId self, const std::set<NodeId>& voters);
  [[nodiscard]] std::int32_t majority() const { return static_cast<std::int32_t>(votes.size() / 2) + 1; }
  [[nodiscard]] std::int32_t count(Vote vote) const;
  [[nodiscard]] bool is_elected() const { return count(Vote::granted) >= majority(); }
  [[nodiscard]] bool is_rejected() const { return count(Vote::granted) + count(Vote::unrecorded) < majority(); }
  [[nodiscard]] std::vector<NodeId> voters_with(Vote vote) const;
};

// Asks whether a majority would elect it, in the epoch that all know already: nobody changes anything for it.
struct Prospective : Nominee {
  using Nominee::Nominee;
  std::optional<NodeId> leader;     // of this epoch; does not answer, but may live
  std::optional<NodeId> voted_for;  // itself, if it stood in this epoch

  // A vote, not a pre-vote. An epoch that has its leader needs none.
  [[nodiscard]] bool can_grant_vote(NodeId candidate, LogUpToDate up_to_date) const {
    return voted_for ? *voted_for == candidate : !leader && up_to_date == LogUpToDate::yes;
  }
};

struct Candidate : Nominee {
  using Nominee::Nominee;
};

// A fetch that waits at the leader for records, for the high watermark to pass what the fetcher knows of it (KIP-1166),
// or for its time to run out.
struct PendingFetch {
  RequestRef request;
  Offset fetch_offset;
  std::optional<Offset> known_high_watermark;
  Instant deadline;
};

// A voter that is being added or removed (internals.AddVoterHandlerState, RemoveVoterHandlerState): one at a time.
struct VoterChange {
  enum class Kind : std::uint8_t { add, remove };
  Kind kind{};
  ReplicaKey voter;
  std::vector<LeaderEndpoint> listeners;  // of a new one
  RequestRef request;
  std::optional<Offset> offset{};  // of the new set in the log; absent: the new voter has not told yet what it understands
  Instant deadline;
};

inline constexpr Duration observer_session = seconds(300);  // LeaderState.OBSERVER_SESSION_TIMEOUT_MS

struct Leader {
  struct Replica {  // LeaderState.ReplicaState
    Uuid directory_id{};
    std::optional<Offset> end_offset;  // fetched up to here in this epoch: durable there
    std::optional<Instant> last_fetch;
    std::optional<Timestamp> fetched_at;    // the same by the leader's wall clock
    std::optional<Timestamp> caught_up_at;  // when it last had all that the leader had
    std::optional<Offset> leader_end;       // the end of the leader's log at its last fetch
    void fetches(Offset from, Offset log_end, Instant now, Timestamp wall);
  };
  ReplicaKey self;
  Offset epoch_start;
  std::vector<NodeId> granting_voters;
  std::map<NodeId, Replica> voters;         // with itself, unless it has been removed
  std::map<ReplicaKey, Replica> observers;  // that have fetched within their session: for who asks
  std::optional<Offset> high_watermark;
  std::set<NodeId> fetched_voters;               // since check_quorum_deadline was set
  std::optional<Instant> check_quorum_deadline;  // absent: the only voter (KAFKA-16144)
  Instant begin_quorum_deadline;
  std::vector<PendingFetch> pending;
  std::optional<VoterChange> change;
  bool was_removed{false};  // from the voters, and that is committed: it resigns

  Leader(NodeId id, const std::set<NodeId>& all_voters, Offset start);
  Leader(const ReplicaKey& key, const VoterSet& set, Offset start);
  // The set in the log changed (LeaderState.updateVoterAndObserverStates): who goes observes, who comes is known already.
  void follow(const VoterSet& set);
  [[nodiscard]] bool is_voter(const ReplicaKey& key) const;
  [[nodiscard]] Replica& replica(const ReplicaKey& key);  // a voter, or an observer that may be new
  // Near enough to vote: it had all, and has fetched within the hour (LeaderState.isReplicaCaughtUp).
  [[nodiscard]] bool has_caught_up(const ReplicaKey& observer, Instant now) const;
  // The offset that a majority has reached, once it is beyond the epoch's start: a leader may count replicas only for
  // records of its own epoch (Raft, 5.4.2). Never falls. True if it rose.
  bool advance_high_watermark();
  // A voter fetched. True if a majority, the leader counted, has done so since the deadline was set.
  [[nodiscard]] bool majority_fetched(NodeId voter);
  // The other voters, those with the longest log first (LeaderState.nonLeaderVotersByDescendingFetchOffset).
  [[nodiscard]] std::vector<NodeId> successors(NodeId leader) const;
};

struct Resigned {
  std::set<NodeId> unacknowledged;  // are told by EndQuorumEpoch until they answer
  std::vector<NodeId> preferred_successors;
  Instant election_deadline;
};

using Role = std::variant<Unattached, Follower, Prospective, Candidate, Leader, Resigned>;

// A pre-vote: would this node elect one with such a log? Not while it leads, or has a leader that it fetches from.
[[nodiscard]] bool can_grant_pre_vote(const Role& role, LogUpToDate up_to_date);
// A vote in the epoch of the role.
[[nodiscard]] bool can_grant_vote(const Role& role, NodeId candidate, LogUpToDate up_to_date);
// The Prospective or Candidate in it, else null.
[[nodiscard]] Nominee* nominee(Role& role);

}  // namespace kafkasim::raft
