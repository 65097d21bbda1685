// Replicas as leader: followers and the ISR, with the controller played by the test.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// Broker 1 leads alone; broker 2 has just asked to be let in.
Cluster with_pending_expand() {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.elect(1, {1}, {1});
  c.publish({2});
  c.run(seconds(2));
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  return c;
}

}  // namespace

TEST_CASE("a follower that has caught up is asked into the ISR with its broker epoch", "[replica]") {
  Cluster c = with_pending_expand();
  const auto& asked = c.brokers.at(1).asked[0];
  CHECK(asked.broker_id == NodeId{1});
  const auto& partition = asked.topics[0].partitions[0];
  CHECK(partition.leader_epoch == LeaderEpoch{1});
  CHECK(partition.partition_epoch == PartitionEpoch{1});
  REQUIRE(partition.new_isr_with_epochs.size() == 2);
  CHECK(partition.new_isr_with_epochs[0].broker_epoch == c.image.brokers.at(NodeId{1}).epoch);
  CHECK(partition.new_isr_with_epochs[1].broker_epoch == c.image.brokers.at(NodeId{2}).epoch);
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2}));
  c.run(seconds(2));
  CHECK(c.brokers.at(1).asked.size() == 1);  // no second request meanwhile
}

TEST_CASE("records wait for the joining replica before the controller has confirmed it", "[replica]") {
  Cluster c = with_pending_expand();
  c.cut = {{2, 1}};
  const int request = c.produce(1, "a");
  CHECK_FALSE(c.outcome(request));
  c.accept_isr(1);
  CHECK_FALSE(c.outcome(request));
  c.cut.clear();
  c.carry();
  CHECK(c.outcome(request) == ErrorCode::none);
}

TEST_CASE("a controller that finds the replica ineligible leaves the ISR as it was", "[replica]") {
  Cluster c = with_pending_expand();
  c.refuse_isr(1, ErrorCode::ineligible_replica);
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1}));
  c.run(seconds(1));
  CHECK(c.brokers.at(1).asked.size() == 1);  // asked again with the next fetch
}

TEST_CASE("after an outdated request the leader stays pending until metadata come", "[replica]") {
  Cluster c = with_pending_expand();
  c.refuse_isr(1, ErrorCode::invalid_update_version);
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2}));
  c.run(seconds(3));
  CHECK(c.brokers.at(1).asked.empty());
  c.registration().partition_epoch = c.registration().partition_epoch.next();
  c.publish({1});
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1}));
}

TEST_CASE("after any other error or silence of the controller the same change is asked for again", "[replica]") {
  Cluster c = with_pending_expand();
  const AlterPartitionRequest first = c.brokers.at(1).asked[0];
  SECTION("an error of the partition") { c.refuse_isr(1, ErrorCode::unknown_server_error); }
  SECTION("no answer") {
    c.controller_is_silent(1);
    CHECK(c.brokers.at(1).asked.empty());
    c.run(milliseconds(50));
  }
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  CHECK(c.brokers.at(1).asked[0] == first);
}

TEST_CASE("a change that is asked for again does not speak of a process that was never in sync", "[replica]") {
  Cluster c = with_pending_expand();
  const AlterPartitionRequest first = c.brokers.at(1).asked[0];
  c.kill(2);
  c.boot(2);  // another broker epoch
  c.publish({1});
  (void)c.ask(1, c.follower_fetch(2, 0));
  c.refuse_isr(1, ErrorCode::unknown_server_error);
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  CHECK(c.brokers.at(1).asked[0] == first);
}

TEST_CASE("an answer of the controller that comes after newer metadata is ignored", "[replica]") {
  Cluster c = with_pending_expand();
  c.elect(1, {1}, {1});
  c.accept_isr(1);
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  CHECK(c.report(1).partition_epoch == PartitionEpoch{2});
}

TEST_CASE("a fenced follower is not asked into the ISR", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.image.brokers.at(NodeId{2}).fenced = true;
  c.elect(1, {1});
  c.run(seconds(3));
  CHECK(c.brokers.at(1).asked.empty());
  c.image.brokers.at(NodeId{2}).fenced = false;
  c.publish();
  c.run(seconds(1));
  CHECK(c.brokers.at(1).asked.size() == 1);
}

TEST_CASE("the high watermark of a leader never falls", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  REQUIRE(c.high_watermark(1) == 1);
  (void)c.ask(1, c.follower_fetch(2, 0));
  CHECK(c.high_watermark(1) == 1);
}

TEST_CASE("a leader notes each batch with who wrote it", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, make_batch({.records = 3, .producer = producer(9, 2, 0), .origin = Origin{4, 17}}));
  const auto notes = c.notes<trace::LogAppended>(1);
  REQUIRE(notes.size() == 1);
  REQUIRE(notes[0].batches.size() == 1);
  CHECK(notes[0].role == trace::ReplicaRole::leader);
  CHECK(notes[0].batches[0].last == Offset{2});
  CHECK(notes[0].batches[0].producer_id == 9);
  CHECK(notes[0].batches[0].producer_epoch == 2);
  CHECK(notes[0].batches[0].origin == Origin{4, 17});
  CHECK(notes[0].batches[0].crc == c.batches(1)[0].header.crc);
}
