#include "core/raft/roles.hpp"

#include <algorithm>
#include <functional>

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

Leader::Leader(NodeId self, const std::set<NodeId>& all_voters, Offset start) : epoch_start{start} {
  for (const NodeId voter : all_voters) voters.emplace(voter, Replica{});
  voters[self].end_offset = start;
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
  for (const auto& [voter, replica] : voters) ends.push_back(replica.end_offset);
  std::ranges::sort(ends, std::greater<>{});  // absent ones last
  const std::optional<Offset> reached = ends[ends.size() / 2];
  if (!reached || *reached <= epoch_start || (high_watermark && *reached <= *high_watermark)) return false;
  high_watermark = reached;
  return true;
}

bool Leader::majority_fetched(NodeId voter) {
  fetched_voters.insert(voter);
  if (fetched_voters.size() < voters.size() / 2) return false;  // the leader itself is one more
  fetched_voters.clear();
  return true;
}

std::vector<NodeId> Leader::successors(NodeId self) const {
  std::vector<NodeId> others;
  for (const auto& [voter, replica] : voters) {
    if (voter != self) others.push_back(voter);
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
