// Moves from role to role. Each one is in quorum-state, synced, before the node acts in its new role
// (QuorumState.durableTransitionTo); only Resigned and Prospective are not: a process that ends as leader starts as
// Resigned anyway, and who asks for pre-votes has neither epoch nor vote nor leader changed.
#include <algorithm>
#include <utility>

#include "core/raft/metadata_log.hpp"
#include "core/raft/quorum_state.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {
namespace {

trace::RaftRole name_of(const raft::Role& role) {
  struct Namer {
    trace::RaftRole operator()(const raft::Unattached&) const { return trace::RaftRole::unattached; }
    trace::RaftRole operator()(const raft::Follower&) const { return trace::RaftRole::follower; }
    trace::RaftRole operator()(const raft::Prospective&) const { return trace::RaftRole::prospective; }
    trace::RaftRole operator()(const raft::Candidate&) const { return trace::RaftRole::candidate; }
    trace::RaftRole operator()(const raft::Leader&) const { return trace::RaftRole::leader; }
    trace::RaftRole operator()(const raft::Resigned&) const { return trace::RaftRole::resigned; }
  };
  return std::visit(Namer{}, role);
}

// What quorum-state holds of a role.
struct Leadership {
  NodeId self;
  std::optional<NodeId> operator()(const raft::Unattached&) const { return std::nullopt; }
  std::optional<NodeId> operator()(const raft::Follower& role) const { return role.leader; }
  std::optional<NodeId> operator()(const raft::Prospective& role) const { return role.leader; }
  std::optional<NodeId> operator()(const raft::Candidate&) const { return std::nullopt; }
  std::optional<NodeId> operator()(const raft::Leader&) const { return self; }
  std::optional<NodeId> operator()(const raft::Resigned&) const { return self; }
};
struct Ballot {
  NodeId self;
  std::optional<NodeId> operator()(const raft::Unattached& role) const { return role.voted_for; }
  std::optional<NodeId> operator()(const raft::Follower& role) const { return role.voted_for; }
  std::optional<NodeId> operator()(const raft::Prospective& role) const { return role.voted_for; }
  std::optional<NodeId> operator()(const raft::Candidate&) const { return self; }
  std::optional<NodeId> operator()(const raft::Leader&) const { return std::nullopt; }
  std::optional<NodeId> operator()(const raft::Resigned&) const { return std::nullopt; }
};

}  // namespace

std::set<NodeId> RaftNode::voter_ids() const { return voter_set().ids(); }

std::optional<NodeId> RaftNode::known_leader() const { return std::visit(Leadership{options_.self}, role_); }

std::optional<NodeId> RaftNode::vote_in(LeaderEpoch epoch) const {
  return epoch == epoch_ ? std::visit(Ballot{options_.self}, role_) : std::nullopt;
}

// QuorumState.initialize: the role that the last process had, as far as it may be taken up again.
void RaftNode::initialize(Env& env) {
  const auto read = raft::read_quorum_state(env.disk);
  if (!read) return halt("quorum-state: " + read.error().message + " at " + read.error().place, env);
  const raft::ElectionState known = read->value_or(raft::ElectionState{});
  voted_directory_ = known.voted_directory;
  const Instant election = env.now + random_election_timeout(env);
  raft::Unattached unattached;
  if (is_voter()) unattached.election_deadline = election;
  if (known.epoch < log_->last_epoch()) {
    transition(unattached, log_->last_epoch(), Persistence::durable, env);
  } else if (known.leader == options_.self) {
    raft::Resigned resigned{voter_ids(), {}, election};
    resigned.unacknowledged.erase(options_.self);
    transition(std::move(resigned), known.epoch, Persistence::durable, env);
  } else if (is_voter() && known.voted_for == options_.self) {
    raft::Candidate candidate{options_.self, voter_ids()};
    candidate.election_deadline = election;
    transition(std::move(candidate), known.epoch, Persistence::durable, env);
  } else if (known.leader && endpoint_of(*known.leader)) {
    raft::Follower follower{*known.leader, known.voted_for, {}, {}};
    follower.fetch_deadline = env.now + options_.config.quorum_fetch_timeout;
    if (reads_voters()) follower.update_deadline = follower.fetch_deadline;
    transition(follower, known.epoch, Persistence::durable, env);
  } else {
    unattached.voted_for = known.voted_for;
    transition(unattached, known.epoch, Persistence::durable, env);
  }
  if (failed_ || !is_controller() || !voter_set().is_only_voter(key())) return;
  if (std::holds_alternative<raft::Candidate>(role_)) return become_leader(env);
  become_prospective(env);
}

bool RaftNode::transition(raft::Role role, LeaderEpoch epoch, Persistence persistence, Env& env) {
  if (persistence == Persistence::durable) {
    raft::ElectionState state{epoch, std::visit(Leadership{options_.self}, role),
                              std::visit(Ballot{options_.self}, role), voter_ids()};
    if (state.voted_for) state.voted_directory = *state.voted_for == options_.self ? directory_id_ : voted_directory_;
    const auto version =
        is_reconfigurable() ? raft::QuorumStateVersion::with_directories : raft::QuorumStateVersion::with_voters;
    if (const auto written = raft::write_quorum_state(env.disk, state, version); !written) {
      halt(raft::noted_disk_failure("quorum-state cannot be written: " + written.error().path, env), env);
      return false;
    }
  }
  const raft::Role before = std::exchange(role_, std::move(role));
  epoch_ = epoch;
  env.out.note(trace::RaftRoleChanged{name_of(role_), epoch_.value, leader_and_epoch().leader});
  voted_directory_ = vote_in(epoch_) == options_.self ? directory_id_ : vote_in(epoch_) ? voted_directory_ : Uuid{};
  if (const auto* leader = std::get_if<raft::Leader>(&before)) {
    fail_pending(leader->pending, env);
    if (leader->change) raft::answer_change(*leader->change, ErrorCode::not_leader_or_follower, std::nullopt, env);
  }
  return true;
}

void RaftNode::become_unattached(LeaderEpoch epoch, Env& env) {
  raft::Unattached next;
  next.voted_for = vote_in(epoch);
  next.high_watermark = high_watermark();
  if (is_voter()) {
    // The time left is kept: a node that cannot win must not put off the others' elections for ever. After a pre-vote
    // that the others refused it begins anew.
    const auto* prospective = std::get_if<raft::Prospective>(&role_);
    if (prospective && !prospective->is_rejected()) next.election_deadline = prospective->election_deadline;
    if (const auto* candidate = std::get_if<raft::Candidate>(&role_))
      next.election_deadline = candidate->election_deadline;
    if (const auto* unattached = std::get_if<raft::Unattached>(&role_))
      next.election_deadline = unattached->election_deadline;
    if (const auto* resigned = std::get_if<raft::Resigned>(&role_))
      next.election_deadline = resigned->election_deadline;
    if (!next.election_deadline) next.election_deadline = env.now + random_election_timeout(env);
  }
  if (transition(next, epoch, Persistence::durable, env)) peers_.clear();
}

// In the role that it has, Unattached or Prospective, with its time anew: the candidate's chances are as good as its own.
void RaftNode::vote_for(const raft::ReplicaKey& candidate, Env& env) {
  if (vote_in(epoch_)) return;
  voted_directory_ = candidate.directory_id;
  raft::Role next = raft::Unattached{candidate.id, high_watermark(), std::nullopt};
  if (const auto* prospective = std::get_if<raft::Prospective>(&role_)) {
    raft::Prospective again{options_.self, voter_ids()};
    again.leader = prospective->leader;
    again.voted_for = candidate.id;
    again.high_watermark = prospective->high_watermark;
    again.election_deadline = env.now + random_election_timeout(env);
    next = std::move(again);
  } else if (is_voter()) {
    std::get<raft::Unattached>(next).election_deadline = env.now + random_election_timeout(env);
  }
  if (!transition(std::move(next), epoch_, Persistence::durable, env)) return;
  env.out.note(trace::RaftVoted{epoch_.value, candidate.id});
}

void RaftNode::become_follower(LeaderEpoch epoch, NodeId leader, Env& env) {
  raft::Follower next{leader, vote_in(epoch), high_watermark(), {}};
  next.fetch_deadline = env.now + options_.config.quorum_fetch_timeout;
  if (reads_voters() && is_controller()) next.update_deadline = next.fetch_deadline;
  if (transition(next, epoch, Persistence::durable, env)) peers_.clear();
}

void RaftNode::become_prospective(Env& env) {
  raft::Prospective next{options_.self, voter_ids()};
  if (const auto* follower = std::get_if<raft::Follower>(&role_)) next.leader = follower->leader;
  next.voted_for = vote_in(epoch_);
  next.high_watermark = high_watermark();
  next.election_deadline = env.now + random_election_timeout(env);
  const bool elected = next.is_elected();  // the only voter
  if (!transition(std::move(next), epoch_, Persistence::in_memory, env)) return;
  peers_.clear();
  if (elected) become_candidate(env);
}

// KafkaRaftClient.prospectiveTransitionAfterElectionLoss: refused, or not answered in time.
void RaftNode::lose_pre_vote(Env& env) {
  if (const std::optional<NodeId> leader = known_leader()) return become_follower(epoch_, *leader, env);
  become_unattached(epoch_, env);
}

void RaftNode::become_candidate(Env& env) {
  raft::Candidate next{options_.self, voter_ids()};
  next.high_watermark = high_watermark();
  next.election_deadline = env.now + random_election_timeout(env);
  const bool elected = next.is_elected();  // the only voter
  if (!transition(std::move(next), epoch_.next(), Persistence::durable, env)) return;
  peers_.clear();
  env.out.note(trace::RaftVoted{epoch_.value, options_.self});
  if (elected) become_leader(env);
}

void RaftNode::become_leader(Env& env) {
  raft::Leader next{key(), voter_set(), log_->end()};
  next.granting_voters = std::get<raft::Candidate>(role_).voters_with(raft::Candidate::Vote::granted);
  next.begin_quorum_deadline = env.now;
  const bool checks_quorum = voter_set().size() > 1 && !options_.legacy.has(Legacy::no_check_quorum);
  if (checks_quorum) next.check_quorum_deadline = env.now + check_quorum_timeout();
  // The high watermark known so far is not kept: it may be shown again only when a majority has this epoch's start.
  RecordBatch opening = raft::leader_change_batch(options_.self, voter_ids(), next.granting_voters, env.wall);
  if (is_reconfigurable()) {
    raft::EpochOpening told{options_.self, voter_set(), next.granting_voters};
    const auto entry = history_.last_entry();
    const std::optional<raft::VoterSet> updated = voter_set().updated(options_.self, own_voter());
    if (updated && entry && (entry->offset < 0 || *updated != voter_set()))
      told.told = raft::SnapshotVoters{history_.version(), *updated};
    opening = raft::opening_batch(told, env.wall);
  }
  if (!transition(std::move(next), epoch_, Persistence::durable, env)) return;
  peers_.clear();
  if (const auto begun = log_.edit().begin_epoch(epoch_, env.disk); !begun) {
    return halt(raft::noted_disk_failure(begun.error().message + " " + begun.error().place, env), env);
  }
  append_batch(std::move(opening), env);
}

void RaftNode::become_resigned(std::vector<NodeId> successors, Env& env) {
  raft::Resigned next{voter_ids(), std::move(successors), env.now + random_election_timeout(env)};
  next.unacknowledged.erase(options_.self);
  if (transition(std::move(next), epoch_, Persistence::in_memory, env)) peers_.clear();
}

// KafkaRaftClient.maybeTransition, on a request or answer that tells of this or a later epoch.
void RaftNode::learn(std::optional<NodeId> leader, LeaderEpoch epoch, Env& env) {
  const bool own = leader == options_.self;
  const bool contradicts = epoch == epoch_ && leader && known_leader() && *leader != *known_leader();
  if ((own && epoch != epoch_) || (own && known_leader() != options_.self) || contradicts) {
    return halt("another node knows a leader of epoch " + std::to_string(epoch.value) + " that this one does not", env);
  }
  if (epoch > epoch_) {
    if (leader) return become_follower(epoch, *leader, env);
    return become_unattached(epoch, env);
  }
  if (epoch == epoch_ && leader && !known_leader()) become_follower(epoch, *leader, env);
}

Duration RaftNode::random_election_timeout(Env& env) {
  const Duration least = std::max(options_.config.quorum_election_timeout, milliseconds(1));
  return least + Duration{static_cast<std::int64_t>(env.random.below(static_cast<std::uint64_t>(least.ns)))};
}

Duration RaftNode::check_quorum_timeout() const { return options_.config.quorum_fetch_timeout * 3 / 2; }

}  // namespace kafkasim
