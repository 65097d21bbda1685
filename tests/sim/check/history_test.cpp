#include "sim/check/history.hpp"

#include <catch2/catch.hpp>

#include "sim/check/chunked.hpp"
#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a chunked list is cut and copied without disturbing its copies", "[check]") {
  Chunked<int, 4> a;
  for (int i = 0; i < 10; ++i) a.push_back(i);
  Chunked<int, 4> b = a;
  b.truncate(5);
  b.push_back(77);
  CHECK(a.size() == 10);
  CHECK(a[5] == 5);
  CHECK(b.size() == 6);
  CHECK(b.back() == 77);
  CHECK(a.partition_point([](int x) { return x < 7; }) == 7);
}

TEST_CASE("a decision that a second controller tells is taken once", "[check]") {
  Tale tale;
  trace::PartitionChanged old;
  old.metadata_offset = 1;  // below the one that made broker 1 leader
  old.partition = tp;
  old.leader = NodeId{3};
  old.leader_epoch = LeaderEpoch{9};
  tale.tell(21, old);
  CHECK(tale.checks().history().partition(tp)->leader == NodeId{1});
}

TEST_CASE("a replica that lost what was committed has caught up when it has as much again", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11});
  tale.commit(1, 0, 5);
  tale.power_off(2);
  tale.start(2);
  tale.load(2, 0, {});
  const auto losses = [&tale] { return tale.checks().history().partition(tp)->losses.size(); };
  CHECK(losses() == 1);
  CHECK(tale.checks().history().partition(tp)->ledger()
        == "lossy restarts 1 of 1 allowed, no unclean election, min.insync.replicas 2, ISR [1,2,3]");
  tale.append(2, {0, 4, 0, 11});
  CHECK(losses() == 0);
}

TEST_CASE("a disk that comes back empty counts as a loss of its replicas", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11});
  tale.commit(1, 0, 5);
  tale.power_off(2);
  tale.start(2);
  tale.ready(2);
  CHECK(tale.replica(2)->log.size() == 0);
  CHECK(tale.checks().history().partition(tp)->losses == std::set{NodeId{2}});
}

TEST_CASE("an acknowledgement of a topic that was made anew under its name is not of the new one", "[check]") {
  Tale tale;
  const TopicIdPartition anew{Uuid{8, 8}, PartitionIndex{0}};
  tale.tell(0, trace::TopicCreated{100, "orders", anew.topic_id});
  trace::PartitionChanged e;
  e.metadata_offset = 101;
  e.partition = anew;
  tale.tell(0, e);
  tale.tell(9, trace::RecordsAcked{name, Origin{0, 0}, 5, -1, Offset{0}, seconds(1)});
  CHECK(tale.checks().history().partition(anew)->acked.empty());
  tale.tell(9, trace::RecordsAcked{name, Origin{0, 5}, 5, -1, Offset{5}, nanoseconds(1)});
  CHECK(tale.checks().history().partition(anew)->acked.size() == 1);
}

TEST_CASE("a wiped broker has lost its replicas and copies them from the beginning", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 9, 0, 1, 0});
  tale.commit(1, 0, 10);
  tale.tell(1, KernelEvent{PowerLost{}});
  tale.tell(1, KernelEvent{DisksWiped{}});
  const ReplicaHistory* wiped = tale.checks().history().partition(tp)->replica(NodeId{2});
  REQUIRE(wiped != nullptr);
  CHECK(wiped->log_end == Offset{0});
  CHECK(wiped->log.size() == 0);
  CHECK(tale.checks().history().partition(tp)->losses == std::set<NodeId>{NodeId{2}});
  tale.append(2, {0, 9, 0, 1, 0});
  CHECK(tale.checks().history().partition(tp)->losses.empty());
  CHECK(tale.checks().findings().violations() == 0);
}

TEST_CASE("what is missing because bits had flipped is excused by that", "[check]") {
  Tale tale{{"shop", true, true, true}, 1};
  tale.append(1, {0, 9, 0, 1, 0}, trace::ReplicaRole::leader);
  tale.commit(1, 0, 10);
  CHECK_FALSE(tale.checks().history().partition(tp)->excuse());
  tale.tell(0, KernelEvent{DataCorrupted{"orders-0/00000000000000000000.log", 70, std::byte{1}}});
  CHECK(tale.checks().history().partition(tp)->excuse() == Excuse::corruption);
  CHECK(excuse_name(Excuse::corruption) == "corruption");
}

TEST_CASE("what follows when a leader has not heard of the leader between two of its epochs is excused", "[check]") {
  const auto excuse_after = [](std::int32_t between, bool heard) {
    Tale tale;
    trace::PartitionChanged e;
    e.metadata_offset = 1'000;
    e.partition = tp;
    e.leader = NodeId{between};
    e.leader_epoch = LeaderEpoch{1};
    e.replicas = e.isr = {NodeId{1}, NodeId{2}, NodeId{3}};
    tale.tell(0, e);
    if (heard) tale.tell(0, trace::BecameFollower{tp, LeaderEpoch{1}, NodeId{between}});
    e.metadata_offset = 1'001;
    e.leader = NodeId{1};
    e.leader_epoch = LeaderEpoch{2};
    tale.tell(0, e);
    tale.lead(1, 2);
    return tale.checks().history().partition(tp)->excuse();
  };
  CHECK(excuse_after(2, false) == Excuse::missed_epoch);
  CHECK(excuse_after(2, true) == std::nullopt);
  CHECK(excuse_after(1, false) == std::nullopt);
}

TEST_CASE("what excuses a partition tells an election of the last known leader apart from an unclean one", "[check]") {
  const auto ledger_after = [](std::int32_t elected) {
    Tale tale;
    trace::PartitionChanged e;
    e.metadata_offset = 1'000;
    e.partition = tp;
    e.leader_epoch = LeaderEpoch{1};
    e.replicas = {NodeId{1}, NodeId{2}, NodeId{3}};
    e.last_known_elr = {NodeId{1}};
    tale.tell(0, e);  // nobody leads
    e.metadata_offset = 1'001;
    e.leader = NodeId{elected};
    e.leader_epoch = LeaderEpoch{2};
    e.isr = {NodeId{elected}};
    e.last_known_elr = {};
    e.unclean = true;
    tale.tell(0, e);
    return tale.checks().history().partition(tp)->ledger();
  };
  CHECK(ledger_after(1) == "lossy restarts 0 of 1 allowed, an election of the last known leader, min.insync.replicas 2, ISR [1]");
  CHECK(ledger_after(2) == "lossy restarts 0 of 1 allowed, an unclean election, min.insync.replicas 2, ISR [2]");
}

TEST_CASE("what a disk has kept counts as a loss from the power loss on until the replica has caught up", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11});
  tale.append_everywhere({5, 9, 0, 12});
  tale.commit(1, 0, 5);
  const auto losses = [&tale] { return tale.checks().history().partition(tp)->losses; };
  tale.disk_kept(3, 5);  // all that is committed
  tale.power_off(3);
  CHECK(losses().empty());
  CHECK(tale.replica(3)->kept_to == Offset{5});
  tale.disk_kept(2, 0);
  tale.power_off(2);
  CHECK(losses() == std::set{NodeId{2}});
  CHECK(tale.replica(2)->kept_to == Offset{0});
  tale.start(2);
  tale.load(2, 0, {});
  CHECK_FALSE(tale.replica(2)->kept_to);
  CHECK(losses() == std::set{NodeId{2}});
  tale.append(2, {0, 4, 0, 11});
  CHECK(losses().empty());
}
