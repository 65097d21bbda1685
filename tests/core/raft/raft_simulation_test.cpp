// The quorum as a whole, under faults: the scenarios of Kafka's RaftEventSimulationTest and more. Cluster checks the
// invariants of Raft after every step of every test here.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/raft/cluster.hpp"
#include "tests/support/sanitized.hpp"

namespace kafkasim::raft_test {
namespace {

constexpr std::uint64_t seeds = 12;

// Everything works again: within 30 s there is a leader that stays, and then all have the same log.
void must_converge(Cluster& cluster, const std::string& last_word) {
  cluster.heal();
  cluster.link = Link{};
  cluster.crash_permille = 0;
  cluster.start_all();
  cluster.run(seconds(30));
  REQUIRE(cluster.exits().empty());
  REQUIRE(cluster.append(last_word));
  cluster.run(seconds(1));
  for (const NodeId id : cluster.ids()) {
    CAPTURE(id.value);
    REQUIRE_FALSE(cluster.applied(id).empty());
    CHECK(cluster.applied(id).back() == last_word);
    CHECK(cluster.applied(id) == cluster.applied(NodeId{1}));
    CHECK((cluster.checker().log(id) == cluster.checker().log(NodeId{1})));
  }
}

// Appends the text, by each leader that comes up, until one of them has committed it.
bool commits(Cluster& cluster, const std::string& text, Duration limit) {
  std::optional<NodeId> asked;
  return cluster.run_until(
      [&] {
        const auto at = cluster.leader();
        if (at && at != asked && cluster.append(text)) asked = at;
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

TEST_CASE("A quorum elects a new leader after its leader died") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    const NodeId first = *cluster.leader();
    const int epoch = cluster.raft(first).leader_and_epoch().epoch;
    cluster.crash(first, Power::lost);
    REQUIRE(commits(cluster, "after", seconds(20)));
    CHECK(cluster.leader() != first);
    CHECK(cluster.raft(*cluster.leader()).leader_and_epoch().epoch > epoch);
    CHECK(cluster.applied(*cluster.leader()) == std::vector<std::string>{"before", "after"});
    must_converge(cluster, "last");
  }
}

TEST_CASE("A quorum recovers what it committed after all its nodes lost power") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{5, 1, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "kept", seconds(20)));
    for (const NodeId id : cluster.ids()) cluster.crash(id, Power::lost);
    cluster.run(seconds(1));
    must_converge(cluster, "last");
    CHECK(cluster.applied(NodeId{1}).front() == "kept");
  }
}

TEST_CASE("A leader that is cut off resigns and what it alone appended goes when it returns") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    const NodeId old = *cluster.leader();
    cluster.isolate(old);
    REQUIRE(cluster.append(old, "lost"));
    REQUIRE(cluster.run_until([&] { return !cluster.raft(old).is_leader(); }, milliseconds(3100)));
    REQUIRE(commits(cluster, "after", seconds(20)));
    CHECK(cluster.leader() != old);
    must_converge(cluster, "last");
    CHECK(cluster.applied(old) == std::vector<std::string>{"before", "after", "last"});
    const auto cut = std::ranges::count_if(cluster.notes(), [&](const std::pair<NodeId, trace::Event>& note) {
      return note.first == old && note.second.is<trace::RaftTruncated>();
    });
    CHECK(cut == 1);
  }
}

TEST_CASE("A voter that is cut off raises no epoch and deposes no live leader when it returns") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{seed % 2 == 0 ? 5 : 3, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    cluster.run(seconds(2));
    const NodeId leader = *cluster.leader();
    const int epoch = cluster.raft(leader).leader_and_epoch().epoch;
    const NodeId victim{leader.value % 3 + 1};
    cluster.isolate(victim);
    cluster.run(seconds(60));
    CHECK(cluster.raft(victim).leader_and_epoch().epoch == epoch);
    REQUIRE(cluster.append("meanwhile"));
    cluster.heal();
    must_converge(cluster, "last");
    CHECK(cluster.leader() == leader);
    CHECK(cluster.raft(leader).leader_and_epoch().epoch == epoch);
    CHECK(cluster.applied(victim) == std::vector<std::string>{"before", "meanwhile", "last"});
  }
}

TEST_CASE("Observers find the leader though they reach a voter that is cut off from the others") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 2, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    cluster.run(seconds(2));
    const NodeId leader = *cluster.leader();
    const NodeId victim{leader.value % 3 + 1};
    for (const NodeId other : cluster.voters()) {
      if (other != victim) cluster.cut(victim, other);
    }
    cluster.run(seconds(20));
    cluster.crash(leader);  // the observers look for another, and ask the voter that knows nothing too
    cluster.run(seconds(5));
    cluster.start(leader);
    REQUIRE(commits(cluster, "after", seconds(20)));
    const auto told = [&] { return cluster.applied(NodeId{4}).size() == 2 && cluster.applied(NodeId{5}).size() == 2; };
    CHECK(cluster.run_until(told, seconds(10)));
    must_converge(cluster, "last");
  }
}

TEST_CASE("A quorum makes progress while a majority of its voters is reachable and not otherwise") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{5, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "five", seconds(20)));
    cluster.isolate(NodeId{1});
    cluster.isolate(NodeId{2});
    REQUIRE(commits(cluster, "three", seconds(30)));
    cluster.isolate(NodeId{3});
    CHECK_FALSE(commits(cluster, "two", seconds(15)));
    CHECK_FALSE(cluster.leader());
    must_converge(cluster, "last");
  }
}

TEST_CASE("A quorum makes progress after one leader after the other has failed") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{5, 0, seed};
    cluster.start_all();
    for (int i = 0; i < 2; ++i) {
      REQUIRE(commits(cluster, std::to_string(i), seconds(30)));
      cluster.crash(*cluster.leader(), Power::lost);
    }
    REQUIRE(commits(cluster, "two dead", seconds(30)));
    must_converge(cluster, "last");
  }
}

TEST_CASE("Observers follow what is committed and find each new leader") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 2, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    cluster.crash(*cluster.leader());
    REQUIRE(commits(cluster, "after", seconds(20)));
    const auto told = [&] { return cluster.applied(NodeId{4}).size() == 2 && cluster.applied(NodeId{5}).size() == 2; };
    REQUIRE(cluster.run_until(told, seconds(5)));
    CHECK(cluster.raft(NodeId{5}).leader_and_epoch().leader == cluster.leader());
    must_converge(cluster, "last");
  }
}

TEST_CASE("What is committed reaches an observer without waiting for the next record") {
  Cluster cluster{3, 1, 1};
  cluster.start_all();
  REQUIRE(commits(cluster, "first", seconds(20)));
  cluster.run(seconds(2));
  REQUIRE(cluster.append("second"));
  cluster.run(milliseconds(20));  // pending fetches wait for 500 ms
  CHECK(cluster.applied(NodeId{4}) == std::vector<std::string>{"first", "second"});
}

TEST_CASE("A leader that shuts down hands over faster than its followers time out") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "before", seconds(20)));
    cluster.run(seconds(2));
    const NodeId old = *cluster.leader();
    cluster.resign(old);
    REQUIRE(cluster.run_until([&] { return cluster.leader() && cluster.leader() != old; }, milliseconds(500)));
    REQUIRE(cluster.run_until([&] { return cluster.raft(old).may_stop(); }, milliseconds(500)));
    cluster.crash(old);
    must_converge(cluster, "last");
  }
}

TEST_CASE("A minority of voters that lost its disk is healed from the others") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Cluster cluster{3, 0, seed};
    cluster.start_all();
    REQUIRE(commits(cluster, "kept", seconds(20)));
    cluster.run(seconds(2));
    const NodeId leader = *cluster.leader();
    const NodeId victim{leader.value % 3 + 1};
    cluster.crash(victim);
    cluster.wipe(victim);
    must_converge(cluster, "last");
    CHECK(cluster.applied(victim) == std::vector<std::string>{"kept", "last"});
  }
}

TEST_CASE("Nothing that was committed is lost whatever fails") {
  for (std::uint64_t seed = 1; seed <= (test::sanitized ? 6 : 60); ++seed) {
    CAPTURE(seed);
    NodeConfig config;
    config.metadata_log_segment_bytes = 600;
    config.metadata_retention_bytes = 1500;
    Cluster cluster{seed % 3 == 0 ? 5 : 3, static_cast<int>(seed % 2), seed, config};
    cluster.snapshot_every = seed % 4 < 2 ? 0 : 12;
    cluster.start_all();
    cluster.link.lost_permille = seed % 4 == 0 ? 0 : 10;
    cluster.link.latency_most = milliseconds(seed % 5 == 0 ? 300 : 5);
    cluster.crash_permille = seed % 3;
    Random chaos = cluster.random().fork("chaos");
    for (int step = 0; step < 300; ++step) {
      cluster.run(chaos.between(milliseconds(1), milliseconds(300)));
      const std::vector<NodeId> ids = cluster.ids();
      const NodeId one = ids[chaos.below(ids.size())];
      const NodeId other = ids[chaos.below(ids.size())];
      const std::uint64_t fault = chaos.below(20);
      if (fault == 0) cluster.crash(one, Power::lost);
      if (fault == 1) cluster.crash(one);
      if (fault <= 5) cluster.start(other);
      if (fault == 6 && one != other) cluster.cut(one, other);
      if (fault == 7) cluster.isolate(one);
      if (fault == 8 || fault == 9) cluster.heal();
      // Whoever thinks that it leads may append: also one that was replaced long ago.
      for (const NodeId id : ids) {
        if (cluster.is_up(id) && cluster.raft(id).is_leader()) cluster.append(id, "r" + std::to_string(step));
      }
    }
    must_converge(cluster, "last");
    CHECK(cluster.checker().committed().size() > 1);
  }
}

}  // namespace kafkasim::raft_test
