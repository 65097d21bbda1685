#include "core/replica/replica_manager.hpp"

#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("what a leader appends is fetched by its followers and then committed", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.carry();
  const int request = c.produce(1, "a");
  CHECK_FALSE(c.outcome(request));
  c.carry();
  CHECK(c.log_end(2) == 1);
  CHECK(c.log_end(3) == 1);
  CHECK(c.high_watermark(1) == 1);
  CHECK(c.outcome(request) == ErrorCode::none);
  CHECK(c.batches(2) == c.batches(1));
}

TEST_CASE("a follower learns of the high watermark with its next fetch", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  CHECK(c.high_watermark(1) == 1);
  CHECK(c.high_watermark(2)
        == 0);  // its fetch waits at the leader: that the high watermark moved does not end the wait
  c.run(milliseconds(499));
  CHECK(c.high_watermark(2) == 0);
  c.run(milliseconds(2));
  CHECK(c.high_watermark(2) == 1);
}

TEST_CASE("a follower that was elected keeps what was acknowledged though its high watermark lags", "[replica]") {
  // KIP-101, first schedule: truncation to the own high watermark would lose m1.
  Cluster c{3, [] {
              NodeConfig config;
              config.topic_defaults.min_insync_replicas = 2;
              return config;
            }()};
  c.add_topic({1, 2, 3});
  c.carry();
  const int m0 = c.produce(1, "m0");
  c.carry();
  const int m1 = c.produce(1, "m1");
  c.carry();
  REQUIRE(c.outcome(m0) == ErrorCode::none);
  REQUIRE(c.outcome(m1) == ErrorCode::none);
  REQUIRE(c.high_watermark(2) == 1);  // followers have heard of m0 only
  c.cut = {{3, 2}};                   // broker 3 applies the new epoch but cannot reach the new leader
  c.elect(2, {2, 3});
  c.run(milliseconds(600));
  CHECK(c.log_end(3) == 2);
  c.kill(1);
  c.kill(2);
  c.elect(3, {3});
  CHECK(values(c.batches(3)) == Values{"m0", "m1"});
  c.boot(1);
  c.cut.clear();
  c.publish();
  c.run(seconds(3));
  CHECK(values(c.batches(1)) == Values{"m0", "m1"});
  CHECK_FALSE(c.brokers.at(3).asked.empty());
  c.accept_isr(3);
  c.run(seconds(1));
  CHECK(c.high_watermark(3) == 2);
}

TEST_CASE("a follower cuts what the new leader never had and ends with the same log", "[replica]") {
  // KIP-101, second schedule: the same offset written in two epochs must not stay in both logs.
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "m0");
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  (void)c.produce(1, "lost", 1);
  (void)c.produce(1, "lost", 1);
  REQUIRE(c.log_end(1) == 3);
  c.elect(2, {2}, {2});
  (void)c.produce(2, "m1");
  REQUIRE(c.log_end(2) == 2);
  c.cut.clear();
  c.publish({1});
  c.run(seconds(3));
  CHECK(values(c.batches(1)) == Values{"m0", "m1"});
  CHECK(c.batches(1) == c.batches(2));
  const auto cuts = c.notes<trace::LogTruncated>(1);
  REQUIRE(cuts.size() == 1);
  CHECK(cuts[0].from == Offset{3});
  CHECK(cuts[0].to == Offset{1});
}

TEST_CASE("logs converge after elections in quick succession though epochs are known on one side only", "[replica]") {
  // KIP-279: broker 1 has epochs 0 and 1, broker 2 has epochs 0 and 2, broker 1 leads again and finds them parted.
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  for (int i = 0; i < 3; ++i) (void)c.produce(1, "common");
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  c.elect(1, {1}, {1});  // epoch 1
  (void)c.produce(1, "one", 1);
  (void)c.produce(1, "one", 1);
  c.elect(2, {2}, {2});  // epoch 2
  for (int i = 0; i < 4; ++i) (void)c.produce(2, "two", 1);
  c.elect(1, {1});  // epoch 3
  (void)c.produce(1, "three", 1);
  c.cut.clear();
  c.run(seconds(5));
  CHECK(values(c.batches(1)) == Values{"common", "common", "common", "one", "one", "three"});
  CHECK(c.batches(2) == c.batches(1));
  CHECK(c.at(2).log(orders)->epochs() == c.at(1).log(orders)->epochs());
}

TEST_CASE("the high watermark of an answer that tells of divergence is not taken before the cut", "[replica]") {
  // KAFKA-14704.
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  for (int i = 0; i < 3; ++i) (void)c.produce(1, "lost", 1);
  c.elect(2, {2}, {2});
  for (int i = 0; i < 3; ++i) (void)c.produce(2, "kept");
  REQUIRE(c.high_watermark(2) == 3);
  c.cut.clear();
  c.publish({1});
  c.run(seconds(3));
  CHECK(c.batches(1) == c.batches(2));
  bool cut = false;
  for (const trace::Event& event : c.brokers.at(1).notes) {
    cut = cut || event.is<trace::LogTruncated>();
    if (event.is<trace::HighWatermarkMoved>()) CHECK(cut);
  }
  CHECK(cut);
}

TEST_CASE("a duplicate is recognised by the replica that was elected after the first sending", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  const RecordBatch batch = make_batch({.value = "x", .producer = producer(9, 0, 0)});
  const int first = c.produce(1, batch);
  c.carry();
  REQUIRE(c.produced(first)->base_offset == Offset{0});
  c.elect(2, {2});
  const int again = c.produce(2, batch);
  REQUIRE(c.produced(again));
  CHECK(c.produced(again)->error_code == ErrorCode::none);
  CHECK(c.produced(again)->base_offset == Offset{0});
  CHECK(c.log_end(2) == 1);
  CHECK(c.notes<trace::ProduceAnswered>(2).back().duplicate);
}

TEST_CASE("a silent follower leaves the ISR after the lag time and joins again when it has caught up", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const int waiting = c.produce(1, "a", -1);
  c.run(seconds(29));
  CHECK(c.brokers.at(1).asked.empty());
  c.run(seconds(17));
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  CHECK(c.report(1).maximal_isr.size() == 2);  // not without the controller
  CHECK(c.high_watermark(1) == 0);
  c.accept_isr(1);
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  CHECK(c.high_watermark(1) == 1);
  CHECK(c.outcome(waiting) == ErrorCode::request_timed_out);
  c.cut.clear();
  c.run(seconds(5));
  REQUIRE_FALSE(c.brokers.at(1).asked.empty());
  c.accept_isr(1);
  CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
  const auto asked = c.notes<trace::IsrChangeRequested>(1);
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].to == Cluster::nodes({1}));
  CHECK(asked[1].to == Cluster::nodes({1, 2}));
}

TEST_CASE("a follower whose leader begins behind its own end drops everything and starts there", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  c.elect(1, {1}, {1});
  for (int i = 0; i < 4; ++i) (void)c.produce(1, "b");
  // The leader's log now begins at 3, as retention would have it.
  c.kill(2);
  c.kill(1);
  c.brokers.at(1).disk.set_text("log-start-offset-checkpoint", "0\n1\norders 0 3\n");
  c.boot(1);
  c.publish({1});
  c.elect(1, {1}, {1});
  REQUIRE(c.report(1).log_start == Offset{3});
  c.boot(2);
  c.cut.clear();
  c.publish({2});
  c.run(seconds(5));
  CHECK(c.report(2).log_start == Offset{3});
  CHECK(c.log_end(2) == 5);
  CHECK_FALSE(c.notes<trace::LogStartMoved>(2).empty());
}

TEST_CASE("a follower whose leader ends before its own log cuts to that end when epochs cannot tell", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  for (int i = 0; i < 3; ++i) (void)c.produce(1, "a");
  c.carry();
  c.run(milliseconds(600));
  // The leader loses its disk and leads again, uncleanly.
  c.kill(1);
  c.brokers.at(1).disk = MemoryDisk{};
  c.boot(1);
  c.elect(1, {1});
  c.run(seconds(5));
  CHECK(c.log_end(1) == 0);
  CHECK(c.log_end(2) == 0);
  CHECK(c.high_watermark(2) == 0);
}

TEST_CASE("a clean stop leaves logs that need no recovery and the marker tells the broker epoch", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  const auto epoch = c.image.brokers.at(NodeId{1}).epoch;
  c.call(1, [](ReplicaManager& manager, Env& env) { manager.shutdown(env); });
  CHECK(c.at(1).next_deadline() == std::nullopt);
  c.kill(1);
  c.boot(1);
  CHECK(c.at(1).previous_broker_epoch() == epoch);
  const auto loaded = c.notes<trace::LogLoaded>(1);
  REQUIRE(loaded.size() == 1);
  CHECK(loaded[0].clean);
  CHECK(loaded[0].log_end == Offset{1});
  CHECK(loaded[0].high_watermark == Offset{1});
  CHECK(loaded[0].batches.size() == 1);
}

TEST_CASE("after a crash the high watermark is the one of the last checkpoint", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  c.run(seconds(5));
  (void)c.produce(1, "b");
  c.kill(1);
  c.boot(1);
  const auto loaded = c.notes<trace::LogLoaded>(1);
  REQUIRE(loaded.size() == 1);
  CHECK_FALSE(loaded[0].clean);
  CHECK(loaded[0].log_end == Offset{2});
  CHECK(loaded[0].high_watermark == Offset{1});
}

TEST_CASE("a copy of a replica manager goes its own way", "[replica]") {
  Cluster a{2};
  a.add_topic({1, 2});
  a.carry();
  const int request = a.produce(1, "a");
  Cluster b = a;
  b.carry();
  CHECK(b.outcome(request) == ErrorCode::none);
  CHECK_FALSE(a.outcome(request));
  CHECK(a.log_end(2) == 0);
  a.carry();
  CHECK(a.outcome(request) == ErrorCode::none);
}

TEST_CASE("a woken replica manager with nothing due changes nothing", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  const auto before = c.at(2).next_deadline();
  c.call(2, [](ReplicaManager& manager, Env& env) {
    manager.step(Woken{}, env);
    CHECK(env.out.list().empty());
  });
  CHECK(c.at(2).next_deadline() == before);
}
