#include "core/raft/voter_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kafkasim::raft {

std::optional<Endpoint> endpoint_in(const std::vector<LeaderEndpoint>& listeners) {
  const auto found = std::ranges::find(listeners, controller_listener, &LeaderEndpoint::name);
  if (found == listeners.end()) return std::nullopt;
  return Endpoint{found->host, found->port};
}

VoterSet VoterSet::configured(const std::map<NodeId, Endpoint>& endpoints) {
  std::map<NodeId, Voter> voters;
  for (const auto& [id, endpoint] : endpoints)
    voters[id].listeners.push_back({std::string{controller_listener}, endpoint.host, endpoint.port});
  return VoterSet{std::move(voters)};
}

VoterSet VoterSet::of(const VotersRecord& record) {
  std::map<NodeId, Voter> voters;
  for (const VotersRecord::Voter& one : record.voters)
    voters[one.voter_id] = Voter{one.voter_directory_id, one.endpoints, one.kraft_version_feature};
  return VoterSet{std::move(voters)};
}

VotersRecord VoterSet::record() const {
  VotersRecord record;
  for (const auto& [id, voter] : voters_) record.voters.push_back({id, voter.directory_id, voter.listeners, voter.versions});
  return record;
}

bool VoterSet::is_voter(const ReplicaKey& key) const {
  const auto found = voters_.find(key.id);
  if (found == voters_.end()) return false;
  return found->second.directory_id.is_zero() || found->second.directory_id == key.directory_id;
}

std::set<NodeId> VoterSet::ids() const {
  std::set<NodeId> ids;
  for (const auto& [id, voter] : voters_) ids.insert(id);
  return ids;
}

std::optional<Endpoint> VoterSet::endpoint(NodeId id) const {
  const auto found = voters_.find(id);
  return found == voters_.end() ? std::nullopt : endpoint_in(found->second.listeners);
}

std::map<NodeId, Endpoint> VoterSet::endpoints() const {
  std::map<NodeId, Endpoint> all;
  for (const auto& [id, voter] : voters_) {
    if (const auto found = endpoint_in(voter.listeners)) all[id] = *found;
  }
  return all;
}

bool VoterSet::needs_update(NodeId id, const Voter& voter) const {
  const auto found = voters_.find(id);
  return found != voters_.end() && is_voter({id, voter.directory_id}) && found->second != voter;
}

std::optional<VoterSet> VoterSet::with(NodeId id, Voter voter) const {
  if (voters_.contains(id)) return std::nullopt;
  VoterSet next = *this;
  next.voters_.emplace(id, std::move(voter));
  return next;
}

std::optional<VoterSet> VoterSet::without(const ReplicaKey& key) const {
  const auto found = voters_.find(key.id);
  if (found == voters_.end() || found->second.directory_id != key.directory_id || size() == 1) return std::nullopt;
  VoterSet next = *this;
  next.voters_.erase(key.id);
  return next;
}

std::optional<VoterSet> VoterSet::updated(NodeId id, Voter voter) const {
  if (!is_voter({id, voter.directory_id})) return std::nullopt;
  VoterSet next = *this;
  next.voters_.at(id) = std::move(voter);
  return next;
}

std::set<ReplicaKey> VoterSet::keys() const {
  std::set<ReplicaKey> keys;
  for (const auto& [id, voter] : voters_) keys.insert({id, voter.directory_id});
  return keys;
}

bool VoterSet::overlaps(const VoterSet& other) const {
  const std::set<ReplicaKey> mine = keys();
  const std::set<ReplicaKey> theirs = other.keys();
  std::vector<ReplicaKey> only_mine;
  std::vector<ReplicaKey> only_theirs;
  std::ranges::set_difference(mine, theirs, std::back_inserter(only_mine));
  std::ranges::set_difference(theirs, mine, std::back_inserter(only_theirs));
  return only_mine.size() <= 1 && only_theirs.size() <= 1;
}

}  // namespace kafkasim::raft
