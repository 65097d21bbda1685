// The historical behaviours that replicas can bring back: each is shown doing what it did, beside what is done today.
#include "core/replica/leader.hpp"
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr NodeId leading{1};
constexpr NodeId following{2};

LegacyBehaviours only(Legacy behaviour) {
  LegacyBehaviours legacy;
  legacy.bring_back(behaviour);
  return legacy;
}

// Broker 1 leads with a log of 10 records and a high watermark of 4; its epoch starts at 6.
struct Leading {
  BrokerMap brokers;
  Partition partition;
  explicit Leading(std::vector<NodeId> isr, std::int64_t min_isr = 1) {
    for (const NodeId id : {leading, following}) {
      brokers[id].id = id;
      brokers[id].epoch = BrokerEpoch{100 + id.value};
      brokers[id].fenced = false;
    }
    partition.replicas = {leading, following};
    partition.min_insync_replicas = min_isr;
    partition.role = LeaderRole{Offset{6}, IsrState{std::move(isr)}, {}};
    set_remote_replicas(leader(), leading, partition.replicas);
    reset_remote_replicas(leader(), Reign::first, Offset{10}, now);
  }
  LeaderRole& leader() { return *partition.leader(); }
  [[nodiscard]] LeaderView view(LegacyBehaviours legacy = {}) const {
    return {Offset{10}, Offset{4}, now, seconds(30), brokers, legacy};
  }
  void fetches(std::int64_t offset) {
    (void)record_fetch(leader(), {following, BrokerEpoch{102}, Offset{offset}, Offset{0}}, view());
  }
  Instant now{seconds(100).ns};
};

// Both brokers have "common"; then, cut off from each other, broker 1 writes in epoch 0 and broker 2, elected, in epoch 1.
void grow_apart(Cluster& c, const std::string& in_epoch_0, const std::string& in_epoch_1) {
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "common");
  c.run(seconds(1));
  c.cut = {{1, 2}, {2, 1}};
  (void)c.produce(1, in_epoch_0, 1);
  c.elect(2, {2}, {2});
  (void)c.produce(2, in_epoch_1, 1);
}

NodeConfig two_in_sync() {
  NodeConfig config;
  config.topic_defaults.min_insync_replicas = 2;
  return config;
}

}  // namespace

TEST_CASE("isr-join-by-hw lets a follower join that lacks what was before the leader epoch", "[replica]") {
  Leading f{{leading}};
  f.fetches(5);
  CHECK_FALSE(may_join_isr(f.leader(), following, f.view()));
  CHECK(may_join_isr(f.leader(), following, f.view(only(Legacy::isr_join_by_hw))));
}

TEST_CASE("committed-isr-for-hw does not wait for a replica whose joining is only asked for", "[replica]") {
  Leading f{{leading}};
  f.fetches(7);
  f.leader().isr.expand(following, 1);
  CHECK(high_watermark_candidate(f.partition, f.view()) == Offset{7});
  CHECK(high_watermark_candidate(f.partition, f.view(only(Legacy::committed_isr_for_hw))) == Offset{10});
}

TEST_CASE("last-replica-standing moves the high watermark under min insync replicas", "[replica]") {
  Leading f{{leading}, 2};
  f.now = f.now + seconds(60);
  CHECK(high_watermark_candidate(f.partition, f.view()) == std::nullopt);
  CHECK(high_watermark_candidate(f.partition, f.view(only(Legacy::last_replica_standing))) == Offset{10});
}

TEST_CASE("fenced-joins-isr takes a fenced broker into the ISR", "[replica]") {
  Leading f{{leading}};
  f.fetches(10);
  f.brokers[following].fenced = true;
  CHECK_FALSE(may_join_isr(f.leader(), following, f.view()));
  CHECK(may_join_isr(f.leader(), following, f.view(only(Legacy::fenced_joins_isr))));
}

TEST_CASE("stale-broker-epoch-joins-isr does not ask which process caught up", "[replica]") {
  Leading f{{leading}};
  f.fetches(10);
  f.brokers[following].epoch = BrokerEpoch{500};
  const LeaderView then = f.view(only(Legacy::stale_broker_epoch_joins_isr));
  CHECK_FALSE(may_join_isr(f.leader(), following, f.view()));
  CHECK(may_join_isr(f.leader(), following, then));
  CHECK(record_fetch(f.leader(), {following, BrokerEpoch{102}, Offset{10}, Offset{0}}, then) == ErrorCode::none);
}

TEST_CASE("hw-truncate-loss makes a follower cut what was acknowledged when the leader changes", "[replica]") {
  Cluster c{3, two_in_sync(), only(Legacy::hw_truncate_loss)};
  c.add_topic({1, 2, 3});
  c.carry();
  (void)c.produce(1, "m0");
  c.carry();
  const int m1 = c.produce(1, "m1");
  c.carry();
  REQUIRE(c.outcome(m1) == ErrorCode::none);
  REQUIRE(c.high_watermark(3) == 1);
  c.cut = {{3, 2}};
  c.elect(2, {2, 3});
  c.run(milliseconds(600));
  CHECK(c.log_end(3) == 1);  // m1 is gone, and only the new leader could give it back
}

TEST_CASE("single-epoch-lookup leaves records in a log that the leader never had", "[replica]") {
  Cluster c{2, {}, only(Legacy::single_epoch_lookup)};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "common");
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  (void)c.produce(1, "one", 1);
  (void)c.produce(1, "one", 1);
  c.elect(2, {2}, {2});  // epoch 1
  (void)c.produce(2, "two", 1);
  (void)c.produce(2, "two", 1);
  c.elect(1, {1, 2});  // epoch 2
  (void)c.produce(1, "three", 1);
  c.cut.clear();
  c.run(seconds(5));
  CHECK(values(c.batches(1)) == Values{"common", "one", "one", "three"});
  CHECK(values(c.batches(2)) == Values{"common", "two", "two", "three"});
}

TEST_CASE("double-hw-read gives a consumer records that are not committed", "[replica]") {
  Cluster c{2, {}, only(Legacy::double_hw_read)};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  (void)c.produce(1, "a", 1);
  const int consumer = c.ask(1, Cluster::fetch_request(0));
  REQUIRE(c.fetched(consumer));
  CHECK(c.fetched(consumer)->high_watermark == Offset{0});
  CHECK(c.fetched(consumer)->records.batches.size() == 1);
}

TEST_CASE("no-fetch-fencing serves who asks in another leader epoch", "[replica]") {
  Cluster c{2, {}, only(Legacy::no_fetch_fencing)};
  c.add_topic({1, 2});
  c.elect(1, {1, 2});  // epoch 1
  for (const int epoch : {0, 1, 2}) {
    FetchRequest request = Cluster::fetch_request(0);
    request.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{epoch};
    CHECK(c.fetched(c.ask(1, request))->error_code == ErrorCode::none);
  }
}

TEST_CASE("local-isr-shrink acknowledges without a follower that the controller still counts on", "[replica]") {
  Cluster c{2, {}, only(Legacy::local_isr_shrink)};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  (void)c.produce(1, "a", 1);
  c.run(seconds(50));
  CHECK(c.brokers.at(1).asked.size() == 1);  // the controller has not answered
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  CHECK(c.high_watermark(1) == 1);
}

TEST_CASE("hw-waits-for-ineligible waits for a replica that is fenced", "[replica]") {
  Leading f{{leading}};
  f.fetches(7);  // caught up a moment ago, and out of the ISR
  f.leader().remote.at(following).last_caught_up = f.now;
  f.brokers[following].fenced = true;
  CHECK(high_watermark_candidate(f.partition, f.view()) == Offset{10});
  CHECK(high_watermark_candidate(f.partition, f.view(only(Legacy::hw_waits_for_ineligible))) == Offset{7});
}

TEST_CASE("no-epoch-on-elect leaves a follower asking in vain until somebody writes", "[replica]") {
  for (const bool old : {false, true}) {
    Cluster c{2, {}, old ? only(Legacy::no_epoch_on_elect) : LegacyBehaviours{}};
    grow_apart(c, "one", "two");
    c.elect(1, {1});  // epoch 2: nothing is written in it
    c.cut.clear();
    for (int i = 0; i < 200; ++i) (void)c.carry_one();  // it asks again and again
    CHECK(values(c.batches(2)) == (old ? Values{"common", "two"} : Values{"common", "one"}));
  }
}

TEST_CASE("skip-missed-epoch-truncation leaves a follower without a leader when that is elected again", "[replica]") {
  for (const bool old : {false, true}) {
    Cluster c{2, {}, old ? only(Legacy::skip_missed_epoch_truncation) : LegacyBehaviours{}};
    c.add_topic({1, 2});
    c.carry();
    c.elect(1, {1, 2});
    (void)c.produce(1, "a", 1);
    c.run(seconds(5));
    CHECK(c.log_end(2) == (old ? 0 : 1));
  }
}

TEST_CASE("hw-before-truncate moves a high watermark over records that go", "[replica]") {
  for (const bool old : {false, true}) {
    Cluster c{2, {}, old ? only(Legacy::hw_before_truncate) : LegacyBehaviours{}};
    grow_apart(c, "lost", "new");
    (void)c.produce(2, "newer", 1);
    c.elect(2, {2});
    c.cut.clear();
    c.run(seconds(5));
    CHECK(values(c.batches(1)) == Values{"common", "new", "newer"});
    std::optional<Offset> highest_before_the_cut;
    for (const trace::Event& event : c.brokers.at(1).notes) {
      if (event.get_if<trace::LogTruncated>() != nullptr) break;
      if (const auto* moved = event.get_if<trace::HighWatermarkMoved>()) highest_before_the_cut = moved->to;
    }
    CHECK(highest_before_the_cut == Offset{old ? 2 : 1});
  }
}

TEST_CASE("full-truncate-keeps-hw leaves the high watermark before the log start", "[replica]") {
  for (const bool old : {false, true}) {
    Cluster c{2, {}, old ? only(Legacy::full_truncate_keeps_hw) : LegacyBehaviours{}};
    c.add_topic({1, 2});
    c.carry();
    c.kill(2);
    for (int i = 0; i < 5; ++i) (void)c.produce(1, "a", 1);
    c.elect(1, {1});
    DeleteRecordsRequest before_3;
    before_3.topics.push_back({.name = "orders", .partitions = {{.partition_index = PartitionIndex{0}, .offset = Offset{3}}}});
    (void)c.ask(1, before_3);
    c.boot(2);
    c.publish({2});
    c.run(seconds(5));
    CHECK(c.log_end(2) == 5);
    std::vector<Offset> after_the_restart;
    for (const trace::Event& event : c.brokers.at(2).notes) {
      if (event.get_if<trace::LogStartMoved>() != nullptr) after_the_restart.clear();
      if (const auto* moved = event.get_if<trace::HighWatermarkMoved>()) after_the_restart.push_back(moved->to);
    }
    REQUIRE_FALSE(after_the_restart.empty());
    CHECK(after_the_restart.front() == Offset{old ? 5 : 3});
  }
}

TEST_CASE("truncate-noop-keeps-epochs keeps an epoch in which nothing was written", "[replica]") {
  for (const bool old : {false, true}) {
    Cluster c{2, {}, old ? only(Legacy::truncate_noop_keeps_epochs) : LegacyBehaviours{}};
    c.add_topic({1, 2});
    c.carry();
    (void)c.produce(1, "common");
    c.run(seconds(1));
    c.elect(2, {1, 2}, {2});  // epoch 1, of which broker 1 does not hear
    c.elect(1, {1, 2});       // epoch 2
    for (int i = 0; i < 100; ++i) (void)c.carry_one();
    (void)c.produce(1, "next", 1);
    for (int i = 0; i < 100; ++i) (void)c.carry_one();
    CHECK(c.log_end(2) == (old ? 1 : 2));
  }
}
