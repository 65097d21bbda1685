#include "core/raft/roles.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace kafkasim::raft {

Nominee::Nominee(NodeId self, const std::set<NodeId>& voters) {
  for (const NodeId voter : voters) votes.emplace(voter, Vote::unrecorded);
  votes[self] = Vote::granted;
}

std::int32_t Nominee::count(Vote vote) const {
  return static_cast<std::int32_t>(
      std::ranges::count_if(votes, [vote](const auto& one) { return one.second == vote; }));
}

std::vector<NodeId> Nominee::voters_with(Vote vote) const {
  std::vector<NodeId> found;
  for (const auto& [voter, given] : votes) {
    if (given == vote) found.push_back(voter);
  }
  return found;
}

Leader::Leader(NodeId id, const std::set<NodeId>& all_voters, Offset start) : self{id}, epoch_start{start} {
  for (const NodeId voter : all_voters) voters.emplace(voter, Replica{});
  voters[id].end_offset = start;
}

Leader::Leader(const ReplicaKey& key, const VoterSet& set, Offset start) : self{key}, epoch_start{start} {
  follow(set);
  replica(self).end_offset = start;
}

bool Leader::is_voter(const ReplicaKey& key) const {
  const auto found = voters.find(key.id);
  if (found == voters.end()) return false;
  return found->second.directory_id.is_zero() || found->second.directory_id == key.directory_id;
}

Leader::Replica& Leader::replica(const ReplicaKey& key) {
  if (is_voter(key)) return voters.at(key.id);
  Replica& observer = observers[key];
  observer.directory_id = key.directory_id;
  return observer;
}

void Leader::follow(const VoterSet& set) {
  std::map<NodeId, Replica> before = std::exchange(voters, {});
  for (const auto& [id, voter] : set.voters()) {
    const ReplicaKey key{id, voter.directory_id};
    Replica state;
    const auto known = before.find(id);
    const auto observer = observers.find(key);
    if (known != before.end() && (known->second.directory_id.is_zero() || known->second.directory_id == key.directory_id)) {
      state = known->second;
      before.erase(known);
    } else if (observer != observers.end()) {
      state = observer->second;
    }
    observers.erase(key);
    state.directory_id = voter.directory_id;
    voters.emplace(id, state);
  }
  for (const auto& [id, state] : before) observers.try_emplace({id, state.directory_id}, state);
  std::erase_if(fetched_voters, [this](NodeId id) { return !voters.contains(id); });
}

bool Leader::has_caught_up(const ReplicaKey& observer, Instant now) const {
  const auto found = observers.find(observer);
  return found != observers.end() && found->second.caught_up_at && found->second.last_fetch
         && *found->second.last_fetch + seconds(3600) > now;
}

// KIP-836. A fetch tells that the replica has all below its offset; what the leader had at the fetch before it had then.
void Leader::Replica::fetches(Offset from, Offset log_end, Instant now, Timestamp wall) {
  if (from >= log_end) {
    caught_up_at = std::max(caught_up_at.value_or(wall), wall);
  } else if (leader_end && *leader_end > Offset{0} && from >= *leader_end && fetched_at) {
    caught_up_at = std::max(caught_up_at.value_or(*fetched_at), *fetched_at);
  }
  leader_end = std::max(leader_end.value_or(log_end), log_end);
  fetched_at = std::max(fetched_at.value_or(wall), wall);
  last_fetch = now;
  end_offset = from;
}

bool Leader::advance_high_watermark() {
  std::vector<std::optional<Offset>> ends;
  for (const auto& [voter, state] : voters) ends.push_back(state.end_offset);
  std::ranges::sort(ends, std::greater<>{});  // absent ones last
  const std::optional<Offset> reached = ends[ends.size() / 2];
  if (!reached || *reached <= epoch_start || (high_watermark && *reached <= *high_watermark)) return false;
  high_watermark = reached;
  return true;
}

bool Leader::majority_fetched(NodeId voter) {
  fetched_voters.insert(voter);
  const std::size_t majority = voters.size() / 2 + 1;
  if (fetched_voters.size() + (is_voter(self) ? 1U : 0U) < majority) return false;
  fetched_voters.clear();
  return true;
}

std::vector<NodeId> Leader::successors(NodeId leader) const {
  std::vector<NodeId> others;
  for (const auto& [voter, state] : voters) {
    if (voter != leader) others.push_back(voter);
  }
  std::ranges::stable_sort(others, std::greater<>{}, [this](NodeId voter) { return voters.at(voter).end_offset; });
  return others;
}

bool can_grant_pre_vote(const Role& role, LogUpToDate up_to_date) {
  if (std::holds_alternative<Leader>(role)) return false;
  const auto* follower = std::get_if<Follower>(&role);
  return up_to_date == LogUpToDate::yes && !(follower && follower->has_fetched);
}

bool can_grant_vote(const Role& role, NodeId candidate, LogUpToDate up_to_date) {
  if (const auto* unattached = std::get_if<Unattached>(&role)) return unattached->can_grant_vote(candidate, up_to_date);
  const auto* prospective = std::get_if<Prospective>(&role);
  return prospective && prospective->can_grant_vote(candidate, up_to_date);
}

Nominee* nominee(Role& role) {
  if (auto* prospective = std::get_if<Prospective>(&role)) return prospective;
  return std::get_if<Candidate>(&role);
}

}  // namespace kafkasim::raft
