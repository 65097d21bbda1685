// Kafka's RaftEventSimulationTest over our RaftNode: its seven scenarios and its seven checks, with what the original has not:
// latencies between a fifth of a millisecond and 40 ms, messages that are lost, processes that die within a step, power losses
// that tear what was not synced, segments that roll and snapshots that retention acts on.
//
//   MonotonicHighWatermark, MonotonicEpoch, MajorityReachedHighWatermark, SingleLeader, SnapshotAtLogStart,
//   LeaderNeverLoadSnapshot, ConsistentCommittedData
// are looked at by Checker and Cluster after every step of every node. KAFKASIM_RAFT_SEEDS=1000 runs so many seeds of each
// scenario; README.md has the record of that.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/raft/cluster.hpp"
#include "tests/support/sanitized.hpp"

namespace kafkasim::raft_test {
namespace {

std::uint64_t seeds_of_each() {
  const char* wanted = std::getenv("KAFKASIM_RAFT_SEEDS");
  if (wanted != nullptr) return std::strtoull(wanted, nullptr, 10);
  return test::sanitized ? 1 : 4;
}

NodeConfig rolling_config() {
  NodeConfig config;
  config.metadata_log_segment_bytes = 600;
  config.metadata_retention_bytes = 1'500;
  return config;
}

enum class Size : std::uint8_t { any, at_least_three, five };

// A cluster of the seed's own size, with the seed's own faults of the network, and a writer that never stops.
class Event {
 public:
  Event(std::uint64_t seed, Size size, int most_observers, VoterSource source = VoterSource::configuration)
      : drawn_{Random{seed}.fork("shape")}, cluster{voters(size), observers(most_observers), seed, rolling_config(), source} {
    cluster.snapshot_every = drawn_.between(std::int64_t{5}, std::int64_t{40});
    cluster.link.latency_most = drawn_.between(milliseconds(1), milliseconds(40));
    cluster.link.lost_permille = drawn_.below(3) == 0 ? drawn_.below(15) : 0;
    cluster.start_all();
  }

  // Writes, and lets time pass, until it holds.
  void until(const std::string& what, const std::function<bool()>& holds, Duration limit = seconds(240)) {
    INFO(what);
    const Instant end = cluster.now() + limit;
    while (!holds()) {
      REQUIRE(cluster.now() < end);
      write();
      cluster.run(drawn_.between(milliseconds(2), milliseconds(60)));
      for (const NodeId id : revived_) cluster.start(id);
    }
    CHECK(cluster.exits().empty());
  }
  [[nodiscard]] bool consistent_leader() const {  // all that run follow the same one
    const std::optional<NodeId> leads = cluster.leader();
    return leads && std::ranges::all_of(cluster.ids(), [&](NodeId id) {
             return !cluster.is_up(id) || cluster.raft(id).leader_and_epoch() == cluster.raft(*leads).leader_and_epoch();
           });
  }
  [[nodiscard]] std::int64_t reached(NodeId id) const {
    return cluster.is_up(id) ? cluster.raft(id).high_watermark().value_or(Offset{0}).value : 0;
  }
  [[nodiscard]] std::int64_t most_reached(const std::vector<NodeId>& of) const {
    std::int64_t most = 0;
    for (const NodeId id : of) most = std::max(most, reached(id));
    return most;
  }
  [[nodiscard]] bool all_reached(std::int64_t end, const std::vector<NodeId>& of) const {
    return std::ranges::all_of(of, [&](NodeId id) { return !cluster.is_up(id) || reached(id) >= end; });
  }
  [[nodiscard]] std::vector<NodeId> all_but(NodeId one) const {
    std::vector<NodeId> rest = cluster.ids();
    std::erase(rest, one);
    return rest;
  }
  void seeded() {
    until("ten records are committed", [&] { return consistent_leader() && most_reached(cluster.ids()) >= 10; });
  }
  // From now on processes die within their steps, with their machine's power, and come back.
  void let_die() {
    cluster.crash_permille = drawn_.below(2);
    revived_ = cluster.ids();
  }
  void no_more_deaths() {
    cluster.crash_permille = 0;
    for (const NodeId id : revived_) cluster.start(id);
    revived_.clear();
  }
  [[nodiscard]] Random& draw() { return drawn_; }

 private:
  int voters(Size size) {
    if (size == Size::five) return 5;
    return static_cast<int>(drawn_.between(std::int64_t{size == Size::any ? 1 : 3}, std::int64_t{5}));
  }
  int observers(int most) { return static_cast<int>(drawn_.below(static_cast<std::uint64_t>(most) + 1)); }
  void write() {  // whoever thinks that it leads
    ++written_;
    for (const NodeId id : cluster.ids()) {
      if (cluster.is_up(id) && cluster.raft(id).is_leader()) cluster.append(id, std::to_string(written_));
    }
  }

  Random drawn_;
  std::uint64_t written_{0};
  std::vector<NodeId> revived_;

 public:
  Cluster cluster;
};

template <class Scenario>
void over_seeds(Size size, int most_observers, const Scenario& scenario, VoterSource source = VoterSource::configuration) {
  for (std::uint64_t seed = 1; seed <= seeds_of_each(); ++seed) {
    CAPTURE(seed);
    Event event{seed, size, most_observers, source};
    scenario(event, event.cluster);
  }
}

}  // namespace

TEST_CASE("An event simulation elects an initial leader") {
  over_seeds(Size::any, 5, [](Event& event, Cluster& cluster) {
    event.until("a leader that all follow", [&] { return event.consistent_leader(); });
    event.let_die();
    event.until("all reach 10", [&] { return event.all_reached(10, cluster.ids()); });
  });
}

TEST_CASE("An event simulation elects a new leader after the old one has failed") {
  over_seeds(Size::at_least_three, 5, [](Event& event, Cluster& cluster) {
    event.seeded();
    const NodeId leader = *cluster.leader();
    if (event.draw().below(2) == 0) {
      cluster.resign(leader);
      cluster.run(seconds(1));
    }
    cluster.crash(leader, event.draw().below(2) == 0 ? Power::lost : Power::kept);
    event.until("the others reach 20", [&] { return event.all_reached(20, event.all_but(leader)); });
    const std::int64_t reached = event.most_reached(cluster.ids());
    cluster.run(seconds(event.draw().below(4) == 0 ? 61 : 0));  // retention may act: it has to fetch a snapshot then
    cluster.start(leader);
    event.until("all go on", [&] { return cluster.is_up(leader) && event.all_reached(reached + 10, cluster.ids()); });
  });
}

TEST_CASE("An event simulation recovers after all nodes were killed") {
  over_seeds(Size::any, 5, [](Event& event, Cluster& cluster) {
    event.seeded();
    const std::int64_t reached = event.most_reached(cluster.ids());
    for (const NodeId id : cluster.ids()) cluster.crash(id, Power::lost);
    const std::size_t majority = cluster.voters().size() / 2 + 1;
    for (std::size_t i = 0; i < majority; ++i) cluster.start(cluster.voters()[i]);
    event.until("a majority goes on", [&] { return event.all_reached(reached + 10, cluster.voters()); });
  });
}

TEST_CASE("An event simulation elects a new leader after the old one was cut off") {
  over_seeds(Size::at_least_three, 5, [](Event& event, Cluster& cluster) {
    event.seeded();
    const NodeId leader = *cluster.leader();
    cluster.isolate(leader);
    event.until("the others reach 20", [&] { return event.all_reached(20, event.all_but(leader)); });
  });
}

TEST_CASE("An event simulation makes progress if a majority is reachable") {
  over_seeds(Size::five, 3, [](Event& event, Cluster& cluster) {
    event.seeded();
    const std::vector<NodeId> few{NodeId{1}, NodeId{2}};
    const std::vector<NodeId> many{NodeId{3}, NodeId{4}, NodeId{5}};
    for (const NodeId a : few) {
      for (const NodeId b : many) cluster.cut(a, b);
    }
    const std::int64_t before = event.most_reached(cluster.ids());
    event.until("the majority goes on", [&] { return event.most_reached(many) >= 2 * before; });
    CHECK(event.most_reached(many) > event.most_reached(few));
    cluster.heal();
    event.let_die();
    event.until("some go on", [&] { return event.most_reached(cluster.ids()) >= 4 * before; });
    event.no_more_deaths();
    event.until("all have caught up", [&] { return event.all_reached(4 * before, cluster.ids()); });
  });
}

TEST_CASE("An event simulation makes progress after one leader after the other has failed") {
  over_seeds(Size::at_least_three, 5, [](Event& event, Cluster& cluster) {
    event.seeded();
    const NodeId first = *cluster.leader();
    cluster.isolate(first);
    const auto another = [&] { return cluster.leader() && *cluster.leader() != first; };
    event.until("another leads", another);
    cluster.heal();
    cluster.isolate(*cluster.leader());
    const std::int64_t target = event.most_reached(cluster.ids()) + 10;
    event.until("some go on", [&] { return event.most_reached(cluster.ids()) >= target; });
  });
}

TEST_CASE("An event simulation recovers from the loss of one node's disk") {
  over_seeds(Size::at_least_three, 2, [](Event& event, Cluster& cluster) {
    event.seeded();
    const std::vector<NodeId> ids = cluster.ids();
    const NodeId victim = ids[event.draw().below(ids.size())];
    cluster.crash(victim, Power::lost);
    cluster.wipe(victim);
    event.until("the others have a leader", [&] { return event.consistent_leader() && cluster.leader() != victim; });
    const std::int64_t reached = event.most_reached(cluster.ids());
    cluster.run(seconds(event.draw().below(3) == 0 ? 61 : 0));
    cluster.start(victim);
    event.until("all go on", [&] { return cluster.is_up(victim) && event.all_reached(reached + 10, cluster.ids()); });
  });
}

// Which Kafka's own test has not: voters that are added and removed, the leader among them, while nodes die, are cut off and lose
// their disks. Who has a new disk has to be removed and added again.
TEST_CASE("An event simulation goes on while voters come and go under faults") {
  over_seeds(
      Size::at_least_three, 3,
      [](Event& event, Cluster& cluster) {
        event.seeded();
        event.let_die();
        std::vector<std::int32_t> asked;
        bool disk_lost = false;  // one in a run: two at a time may be a majority of what holds a record
        for (int round = 0; round < 12; ++round) {
          const std::int64_t before = event.most_reached(cluster.ids());
          if (const auto leads = cluster.leader()) {
            const std::vector<NodeId> ids = cluster.ids();
            NodeId one = ids[event.draw().below(ids.size())];
            // Who has lost its disk goes first.
            for (const NodeId id : ids) {
              if (cluster.raft(*leads).voter_set().contains(id) && !cluster.has_its_disk(*leads, id)) one = id;
            }
            const raft::VoterSet& voters = cluster.raft(*leads).voter_set();
            const bool votes = voters.contains(one);
            // A leader of two that dies before its own removal is committed leaves nobody who may lead: the other lacks what it has, and
            // it is no voter by its own log. So it is in Kafka, where only voters stand; Raft would let it.
            if (votes && one == *leads && voters.size() == 2) continue;
            asked.push_back(votes ? cluster.remove_voter(*leads, one) : cluster.add_voter(*leads, one));
            if (event.draw().below(4) == 0) cluster.isolate(*leads);
            const bool is_wiped = !disk_lost && votes && event.draw().below(4) == 0 && one != *leads && cluster.raft(*leads).voter_set().size() >= 4
                                  && cluster.all_have_their_disks(*leads);
            if (is_wiped && cluster.is_up(one)) {
              cluster.crash(one, Power::lost);
              cluster.wipe(one);
              disk_lost = true;
            }
          }
          cluster.run(event.draw().between(milliseconds(20), milliseconds(2'500)));
          cluster.heal();
          event.until("some go on", [&] { return event.most_reached(cluster.ids()) > before + 3; });
        }
        event.no_more_deaths();
        const std::int64_t reached = event.most_reached(cluster.ids());
        event.until("all go on and agree on who votes", [&] {
          const auto leads = cluster.leader();
          return leads && event.all_reached(reached + 5, cluster.ids()) && std::ranges::all_of(cluster.ids(), [&](NodeId id) {
                   return cluster.raft(id).voter_set() == cluster.raft(*leads).voter_set();
                 });
        });
        CHECK(std::ranges::any_of(asked, [&](std::int32_t request) { return cluster.answer_of(request).has_value(); }));
      },
      VoterSource::log);
}

}  // namespace kafkasim::raft_test
