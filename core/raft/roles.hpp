#pragma once
// The roles of a member of the metadata quorum (org.apache.kafka.raft.QuorumState and its *State classes; KIP-595).
// Each has its own fields and the rules that need nothing else; RaftNode moves between them and keeps the epoch.
//
//   from        to          when
//   Unattached  Unattached  a higher epoch, or its vote given in this one
//               Candidate   election timeout
//               Follower    a leader of this or a higher epoch shows itself
//   Follower    Unattached  a higher epoch without a leader
//               Follower    a leader of a higher epoch
//               Candidate   fetch timeout
//   Candidate   Unattached  a higher epoch without a leader
//               Follower    a leader of this or a higher epoch
//               Candidate   election timeout or rejection, then the backoff: next epoch
//               Leader      a majority of votes
//   Leader      Unattached  a higher epoch without a leader
//               Follower    a leader of a higher epoch
//               Resigned    orderly shutdown, or no fetches from a majority (KAFKA-15489)
//   Resigned    Unattached  a higher epoch without a leader
//               Follower    a leader of a higher epoch
//               Candidate   election timeout
//
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
  std::optional<Offset> high_watermark;
  std::optional<Instant> fetch_deadline;  // absent: passed; an observer then asks any voter
};

struct Candidate {
  enum class Vote : std::uint8_t { unrecorded, granted, rejected };
  std::map<NodeId, Vote> votes;  // of every voter
  std::optional<Offset> high_watermark;
  std::int32_t attempts{1};  // elections in a row
  Instant election_deadline;
  std::optional<Instant> backoff_until;  // this election is lost

  Candidate(NodeId self, const std::set<NodeId>& voters);
  [[nodiscard]] std::int32_t majority() const { return static_cast<std::int32_t>(votes.size() / 2) + 1; }
  [[nodiscard]] std::int32_t count(Vote vote) const;
  [[nodiscard]] bool is_elected() const { return count(Vote::granted) >= majority(); }
  [[nodiscard]] bool is_rejected() const { return count(Vote::granted) + count(Vote::unrecorded) < majority(); }
  [[nodiscard]] std::vector<NodeId> voters_with(Vote vote) const;
};

// A fetch that waits at the leader for records, for the high watermark to pass what the fetcher knows of it (KIP-1166),
// or for its time to run out.
struct PendingFetch {
  RequestRef request;
  Offset fetch_offset;
  std::optional<Offset> known_high_watermark;
  Instant deadline;
};

struct Leader {
  struct Replica {
    std::optional<Offset> end_offset;  // fetched up to here in this epoch: durable there
    std::optional<Instant> last_fetch;
  };
  Offset epoch_start;
  std::vector<NodeId> granting_voters;
  std::map<NodeId, Replica> voters;  // with itself
  std::optional<Offset> high_watermark;
  std::set<NodeId> fetched_voters;               // since check_quorum_deadline was set
  std::optional<Instant> check_quorum_deadline;  // absent: the only voter (KAFKA-16144)
  Instant begin_quorum_deadline;
  std::vector<PendingFetch> pending;

  Leader(NodeId self, const std::set<NodeId>& all_voters, Offset start);
  // The offset that a majority has reached, once it is beyond the epoch's start: a leader may count replicas only for
  // records of its own epoch (Raft, 5.4.2). Never falls. True if it rose.
  bool advance_high_watermark();
  // A voter fetched. True if a majority, the leader counted, has done so since the deadline was set.
  [[nodiscard]] bool majority_fetched(NodeId voter);
  // The other voters, those with the longest log first (LeaderState.nonLeaderVotersByDescendingFetchOffset).
  [[nodiscard]] std::vector<NodeId> successors(NodeId self) const;
};

struct Resigned {
  std::set<NodeId> unacknowledged;  // are told by EndQuorumEpoch until they answer
  std::vector<NodeId> preferred_successors;
  Instant election_deadline;
};

using Role = std::variant<Unattached, Follower, Candidate, Leader, Resigned>;

}  // namespace kafkasim::raft
