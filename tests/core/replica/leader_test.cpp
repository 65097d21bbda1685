#include "core/replica/leader.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Instant start{seconds(100).ns};
constexpr NodeId self{1};

struct LeaderRig {
  BrokerMap brokers;
  Partition partition;
  Offset log_end{10};
  Offset high_watermark{4};
  Instant now{start};

  explicit LeaderRig(std::vector<NodeId> isr = {NodeId{1}, NodeId{2}, NodeId{3}}, std::int64_t min_isr = 1) {
    for (const NodeId id : {NodeId{1}, NodeId{2}, NodeId{3}}) {
      brokers[id].id = id;
      brokers[id].epoch = BrokerEpoch{100 + id.value};
      brokers[id].fenced = false;
    }
    partition.replicas = {NodeId{1}, NodeId{2}, NodeId{3}};
    partition.min_insync_replicas = min_isr;
    partition.role = LeaderRole{Offset{6}, IsrState{std::move(isr)}, {}};
    set_remote_replicas(leader(), self, partition.replicas);
    reset_remote_replicas(leader(), Reign::first, log_end, now);
  }
  LeaderRole& leader() { return *partition.leader(); }
  RemoteReplica& remote(int id) { return leader().remote.at(NodeId{id}); }
  [[nodiscard]] LeaderView view() const { return {log_end, high_watermark, now, seconds(30), brokers}; }
  ErrorCode fetch(int id, std::int64_t offset, std::optional<std::int64_t> epoch = std::nullopt) {
    return record_fetch(leader(), {NodeId{id}, BrokerEpoch{epoch.value_or(100 + id)}, Offset{offset}, Offset{0}},
                        view());
  }
  [[nodiscard]] std::optional<Offset> candidate() const { return high_watermark_candidate(partition, view()); }
};

}  // namespace

TEST_CASE("the high watermark goes as far as every member of the ISR has replicated", "[replica]") {
  LeaderRig f;
  CHECK(f.fetch(2, 9) == ErrorCode::none);
  CHECK(f.candidate() == std::nullopt);  // nothing is known of broker 3
  CHECK(f.fetch(3, 7) == ErrorCode::none);
  CHECK(f.candidate() == Offset{7});
}

TEST_CASE("the high watermark waits for a replica whose joining the controller has not confirmed", "[replica]") {
  LeaderRig f{{NodeId{1}, NodeId{2}}};
  (void)f.fetch(2, 10);
  (void)f.fetch(3, 7);
  f.now = f.now + seconds(60);  // so that broker 3 does not count as caught up
  CHECK(f.candidate() == Offset{10});
  f.leader().isr.expand(NodeId{3}, 1);
  CHECK(f.candidate() == Offset{7});
}

TEST_CASE("the high watermark waits for a replica outside the ISR that is caught up and may join", "[replica]") {
  LeaderRig f{{NodeId{1}, NodeId{2}}};
  (void)f.fetch(2, 10);
  (void)f.fetch(3, 10);
  f.log_end = Offset{12};
  (void)f.fetch(2, 12);
  CHECK(f.candidate() == Offset{10});
  SECTION("but not when it is fenced") {
    f.brokers[NodeId{3}].fenced = true;
    CHECK(f.candidate() == Offset{12});
  }
  SECTION("but not when it has been caught up too long ago") {
    f.now = f.now + seconds(31);
    CHECK(f.candidate() == Offset{12});
  }
}

TEST_CASE("the high watermark stands still while the ISR is under min insync replicas", "[replica]") {
  LeaderRig f{{NodeId{1}}, 2};
  CHECK(f.candidate() == std::nullopt);
  f.leader().isr.expand(NodeId{2}, 1);  // what is only asked for does not count
  (void)f.fetch(2, 10);
  CHECK(f.candidate() == std::nullopt);
  f.leader().isr.commit({NodeId{1}, NodeId{2}});
  CHECK(f.candidate() == Offset{10});
}

TEST_CASE("min insync replicas never asks for more replicas than there are", "[replica]") {
  LeaderRig f{{NodeId{1}}, 5};
  CHECK(f.partition.effective_min_isr() == 3);
  f.partition.replicas = {self};
  CHECK(f.partition.effective_min_isr() == 1);
}

TEST_CASE("a follower that reads to the end is caught up at the time of that fetch", "[replica]") {
  LeaderRig f;
  f.now = start + seconds(5);
  (void)f.fetch(2, 10);
  CHECK(f.remote(2).last_caught_up == f.now);
}

TEST_CASE("a follower that always has what there was at its previous fetch keeps up", "[replica]") {
  LeaderRig f;
  f.now = start + seconds(5);
  (void)f.fetch(2, 8);  // behind
  CHECK(f.remote(2).last_caught_up == start);
  f.log_end = Offset{20};
  f.now = start + seconds(7);
  (void)f.fetch(2, 10);  // has all that there was 2 s ago
  CHECK(f.remote(2).last_caught_up == start + seconds(5));
  (void)f.fetch(2, 15);
  CHECK(f.remote(2).last_caught_up == start + seconds(5));
}

TEST_CASE("a replica falls out of the ISR when it was not caught up for the lag time", "[replica]") {
  LeaderRig f;
  (void)f.fetch(2, 10);
  (void)f.fetch(3, 9);
  f.now = start + seconds(30);
  CHECK(out_of_sync(f.leader(), self, f.view()).empty());
  f.now = start + seconds(31);
  CHECK(out_of_sync(f.leader(), self, f.view()) == std::vector{NodeId{3}});  // broker 2 is silent but misses nothing
  f.leader().isr.shrink({NodeId{3}}, 1);
  CHECK(out_of_sync(f.leader(), self, f.view()).empty());  // one change at a time
}

TEST_CASE("a replica may join the ISR only with all below the high watermark and the start of the leader epoch",
          "[replica]") {
  LeaderRig f{{NodeId{1}}};
  f.high_watermark = Offset{4};
  (void)f.fetch(2, 5);
  CHECK_FALSE(may_join_isr(f.leader(), NodeId{2}, f.view()));  // the epoch starts at 6
  (void)f.fetch(2, 6);
  CHECK(may_join_isr(f.leader(), NodeId{2}, f.view()));
  f.high_watermark = Offset{8};
  CHECK_FALSE(may_join_isr(f.leader(), NodeId{2}, f.view()));
}

TEST_CASE("a fenced or leaving or restarted broker may not join the ISR", "[replica]") {
  LeaderRig f{{NodeId{1}}};
  (void)f.fetch(2, 10);
  REQUIRE(may_join_isr(f.leader(), NodeId{2}, f.view()));
  SECTION("fenced") { f.brokers[NodeId{2}].fenced = true; }
  SECTION("in controlled shutdown") { f.brokers[NodeId{2}].in_controlled_shutdown = true; }
  SECTION("registered anew since it fetched") { f.brokers[NodeId{2}].epoch = BrokerEpoch{500}; }
  SECTION("another change is under way") { f.leader().isr.expand(NodeId{3}, 1); }
  CHECK_FALSE(may_join_isr(f.leader(), NodeId{2}, f.view()));
}

TEST_CASE("a fetch of a broker process that is gone changes nothing", "[replica]") {
  LeaderRig f;
  (void)f.fetch(2, 7);
  CHECK(f.fetch(2, 9, 50) == ErrorCode::not_leader_or_follower);
  CHECK(f.remote(2).log_end == Offset{7});
  CHECK(f.fetch(2, 9, 900) == ErrorCode::none);  // newer than this broker's metadata
}

TEST_CASE("a new leader knows of no follower but gives the ISR time to show what it has", "[replica]") {
  LeaderRig f{{NodeId{1}, NodeId{2}}};
  (void)f.fetch(2, 9);
  f.now = start + seconds(60);
  SECTION("leader for the first time") {
    reset_remote_replicas(f.leader(), Reign::first, f.log_end, f.now);
    CHECK(f.remote(2).log_end == std::nullopt);
  }
  SECTION("leader again") {
    reset_remote_replicas(f.leader(), Reign::again, f.log_end, f.now);
    CHECK(f.remote(2).log_end == Offset{9});
  }
  CHECK(f.remote(2).last_caught_up == f.now);
  CHECK(f.remote(3).last_caught_up == std::nullopt);
}
