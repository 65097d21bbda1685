#include <catch2/catch.hpp>

#include "core/raft/voter_set.hpp"

namespace kafkasim::raft {
namespace {

Voter voter_at(int id, std::uint64_t disk = 1) {
  return {Uuid{static_cast<std::uint64_t>(id), disk}, {{"CONTROLLER", "node" + std::to_string(id), 9093}}, known_kraft_versions};
}

ReplicaKey key_of(int id, std::uint64_t disk = 1) { return {NodeId{id}, Uuid{static_cast<std::uint64_t>(id), disk}}; }

VoterSet set_of(const std::vector<int>& ids) {
  std::map<NodeId, Voter> voters;
  for (const int id : ids) voters[NodeId{id}] = voter_at(id);
  return VoterSet{voters};
}

}  // namespace

TEST_CASE("A voter is known by its id and its directory unless the set comes from the configuration") {
  CHECK(set_of({1, 2}).is_voter(key_of(1)));
  CHECK_FALSE(set_of({1, 2}).is_voter(key_of(1, 2)));
  CHECK_FALSE(set_of({1, 2}).is_voter(key_of(3)));
  const VoterSet fixed = VoterSet::configured({{NodeId{1}, Endpoint{"node1", 9093}}});
  CHECK(fixed.is_voter(key_of(1)));
  CHECK(fixed.is_voter(key_of(1, 2)));
  CHECK(fixed.is_only_voter(key_of(1)));
  CHECK(fixed.endpoint(NodeId{1}) == Endpoint{"node1", 9093});
}

TEST_CASE("A voter is added under an id that does not vote yet") {
  CHECK(set_of({1, 2}).with(NodeId{3}, voter_at(3)) == set_of({1, 2, 3}));
  CHECK_FALSE(set_of({1, 2}).with(NodeId{2}, voter_at(2, 9)));
}

TEST_CASE("A voter is removed by id and directory and the last one stays") {
  CHECK(set_of({1, 2}).without(key_of(2)) == set_of({1}));
  CHECK_FALSE(set_of({1, 2}).without(key_of(2, 9)));
  CHECK_FALSE(set_of({1, 2}).without({NodeId{2}}));
  CHECK_FALSE(set_of({1, 2}).without(key_of(3)));
  CHECK_FALSE(set_of({1}).without(key_of(1)));
}

TEST_CASE("A voter is updated where the set has it otherwise than it is") {
  Voter moved = voter_at(2);
  moved.listeners[0].host = "elsewhere";
  const VoterSet before = set_of({1, 2});
  CHECK(before.needs_update(NodeId{2}, moved));
  CHECK_FALSE(before.needs_update(NodeId{2}, voter_at(2)));
  CHECK_FALSE(before.needs_update(NodeId{2}, voter_at(2, 9)));
  CHECK_FALSE(before.needs_update(NodeId{3}, voter_at(3)));
  CHECK(before.updated(NodeId{2}, moved)->endpoint(NodeId{2}) == Endpoint{"elsewhere", 9093});
  CHECK_FALSE(before.updated(NodeId{2}, voter_at(2, 9)));
}

TEST_CASE("Two voter sets overlap if they differ in one voter at most") {
  CHECK(set_of({1, 2, 3}).overlaps(set_of({1, 2, 3, 4})));
  CHECK(set_of({1, 2, 3}).overlaps(set_of({1, 2})));
  CHECK_FALSE(set_of({1, 2, 3}).overlaps(set_of({1})));
  CHECK_FALSE(set_of({1, 2, 3}).overlaps(set_of({1, 4, 5})));
  const VoterSet other_disk{{{NodeId{1}, voter_at(1)}, {NodeId{2}, voter_at(2, 9)}}};
  CHECK(set_of({1, 2}).overlaps(other_disk));
}

TEST_CASE("A voter set comes back from its record") {
  CHECK(VoterSet::of(set_of({1, 2, 3}).record()) == set_of({1, 2, 3}));
}

}  // namespace kafkasim::raft
