#include "sim/check/acked_record_lost.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("an acknowledged record that the new leader lacks breaks acked-record-lost once", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.acked(first);
  tale.acked(second);
  tale.decide(2, 1, {2, 3});
  CHECK(tale.violations(AckedRecordLost::id) == 1);
  CHECK(tale.checks().history().records_lost() == 5);
  tale.decide(3, 2, {3});
  CHECK(tale.violations(AckedRecordLost::id) == 1);
}

TEST_CASE("a new leader that has all that was acknowledged breaks nothing", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.acked(first);
  tale.acked(second);
  tale.decide(2, 1, {2, 3});
  CHECK(tale.findings(AckedRecordLost::id) == 0);
}

TEST_CASE("the loss of what acks=1 acknowledged is excused by acks", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.acked(first, 1);
  tale.decide(2, 1, {2, 3});
  CHECK(tale.violations(AckedRecordLost::id) == 0);
  CHECK(tale.excuse() == Excuse::acks);
}

TEST_CASE("an acknowledgement that arrives when its record is gone counts from then on", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.decide(2, 1, {2, 3});
  CHECK(tale.findings(AckedRecordLost::id) == 0);
  tale.acked(first);
  CHECK(tale.violations(AckedRecordLost::id) == 1);
}

TEST_CASE("a loss after an unclean election is excused by it", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.acked(first);
  tale.decide(2, 1, {2}, true);
  CHECK(tale.violations(AckedRecordLost::id) == 0);
  CHECK(tale.excuse() == Excuse::unclean_election);
}

TEST_CASE("a loss is excused when as many replicas as min.insync.replicas lost what they had not synced", "[check]") {
  Tale tale{{"shop", true, true, true}, 2};
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  for (const std::int32_t host : {0, 1, 2}) tale.tell(host, KernelEvent{PowerLost{}});
  tale.load(1, 0, {});
  SECTION("one replica that came back empty excuses nothing") {
    tale.decide(1, 1, {1, 2, 3});
    CHECK(tale.violations(AckedRecordLost::id) == 1);
  }
  SECTION("two do") {
    tale.load(2, 0, {});
    tale.decide(1, 1, {1, 2, 3});
    CHECK(tale.violations(AckedRecordLost::id) == 0);
    CHECK(tale.excuse() == Excuse::power_loss);
  }
}

TEST_CASE("the last replica standing that comes back without its tail is the excuse without eligible leader replicas",
          "[check]") {
  Tale tale{{"shop", true, true, true}, 2};
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  tale.decide(3, 1, {3});
  tale.tell(2, KernelEvent{PowerLost{}});
  tale.load(3, 0, {});
  tale.decide(3, 2, {3});
  CHECK(tale.violations(AckedRecordLost::id) == 0);
  CHECK(tale.excuse() == Excuse::last_replica_standing);
}

TEST_CASE("what compaction took out or rewrote is not lost but another epoch at its offset is", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 0, 0, 11, 0});
  tale.append_everywhere({1, 1, 0, 12, 1});
  tale.append_everywhere({2, 2, 0, 13, 2});
  tale.commit(1, 0, 3);
  tale.acked({0, 0, 0, 11, 0});
  tale.acked({1, 1, 0, 12, 1});
  tale.acked({2, 2, 0, 13, 2});
  tale.tell(1, trace::LogCleaningBegan{tp, Offset{2}});
  tale.load(2, 3, {{1, 1, 0, 99, 1}, {2, 2, 0, 13, 2}});
  tale.decide(2, 1, {2});
  CHECK(tale.findings(AckedRecordLost::id) == 0);
  tale.load(3, 3, {{1, 1, 1, 99, 1}, {2, 2, 0, 13, 2}});
  tale.decide(3, 2, {3});
  CHECK(tale.findings(AckedRecordLost::id) == 1);
}

TEST_CASE("what is acknowledged when compaction has taken it out already is not lost", "[check]") {
  Tale tale;
  tale.decide(1, 1, {1, 2, 3});
  tale.append_everywhere({0, 0, 1, 11, 0});
  tale.commit(1, 0, 1, trace::ReplicaRole::leader, 1);
  tale.tell(1, trace::LogCleaningBegan{tp, Offset{1}});
  for (const std::int32_t id : {1, 2, 3}) tale.load(id, 1, {{0, 0, 1, 99}});  // an empty batch, for its sequence number
  tale.decide(2, 2, {2, 3});
  tale.lead(2, 2);
  tale.acked({0, 0, 1, 11, 0});
  tale.decide(3, 3, {3});
  CHECK(tale.findings(AckedRecordLost::id) == 0);
}

TEST_CASE("a record that was sent again to a new leader is not lost though the old one holds it at the same offset",
          "[check]") {
  Tale tale;
  tale.append(3, {0, 0, 0, 0, 0});  // nobody copies it, and its leader freezes
  tale.decide(1, 1, {1, 2});
  tale.append(1, {0, 0, 1, 0, 0});
  tale.append(2, {0, 0, 1, 0, 0});
  tale.commit(1, 0, 1);
  tale.acked({0, 0, 1, 0, 0});
  tale.decide(2, 2, {1, 2});
  CHECK(tale.findings(AckedRecordLost::id) == 0);
}
