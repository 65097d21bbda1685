// The quorum as a whole, under faults: the scenarios of Kafka's RaftEventSimulationTest and more. Cluster checks the
// invariants of Raft after every step of every test here.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/raft/cluster.hpp"

namespace kafkasim::raft_test {
namespace {

constexpr std::uint64_t seeds = 12;

// Everything works again: within 30 s there is a leader, it commits, and all have the same log.
void must_converge(Cluster& cluster, const std::string& last_word) {
  cluster.heal();
  cluster.link = Link{};
  cluster.crash_permille = 0;
  cluster.start_all();
  REQUIRE(cluster.exits().empty());
  REQUIRE(cluster.run_until([&] { return cluster.append(last_word).has_value(); }, seconds(30)));
  REQUIRE(cluster.run_until(
      [&] {
        return std::ranges::all_of(cluster.ids(), [&](NodeId id) {
          const auto& applied = cluster.applied(id);
          return std::ranges::find(applied, last_word) != applied.end();
        });
      },
      seconds(30)));
  for (const NodeId id : cluster.ids()) {
    CHECK(cluster.applied(id) == cluster.applied(NodeId{1}));
    CHECK(cluster.checker().log(id) == cluster.checker().log(NodeId{1}));
  }
}

bool commits(Cluster& cluster, const std::string& text, Duration limit) {
  if (!cluster.run_until([&] { return cluster.append(text).has_value(); }, limit)) return false;
  return cluster.run_until(
      [&] {
        const auto at = cluster.leader();
        return at && std::ranges::find(cluster.applied(*at), text) != cluster.applied(*at).end();
      },
      limit);
}

}  // namespace

TEST_CASE("A new quorum elects one leader that all follow") {
  for (const int size : {1, 3, 5}) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      Cluster cluster{size, 0, seed};
      cluster.start_all();
      REQUIRE(cluster.elect());
      cluster.run(seconds(5));
      for (const NodeId id : cluster.ids()) {
        CHECK(cluster.raft(id).leader_and_epoch().leader == cluster.leader());
        CHECK(cluster.raft(id).is_leader() == (id == cluster.leader()));
      }
    }
  }
}

}  // namespace kafkasim::raft_test
