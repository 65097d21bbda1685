#include "sim/check/isr_valid.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a leader that is not in sync and a member that is no replica break isr-valid", "[check]") {
  Tale tale;
  tale.isr(1, 0, {1, 2});
  CHECK(tale.findings(IsrValid::id) == 0);
  SECTION("leader") { tale.isr(1, 0, {2, 3}); }
  SECTION("no replica") { tale.isr(1, 0, {1, 3}, {1, 2}); }
  SECTION("twice") {
    tale.isr(1, 0, {1, 2, 2});
    CHECK(tale.violations(IsrValid::id) == 2);
    return;
  }
  CHECK(tale.violations(IsrValid::id) == 1);
}

TEST_CASE("a fenced broker in the ISR breaks isr-valid and the last member that has no lead does not", "[check]") {
  Tale tale;
  for (const std::int32_t broker : {1, 2, 3}) {
    tale.registered(broker, broker);
    tale.unfenced(broker);
  }
  SECTION("fenced before it is taken out") {
    tale.fenced(2);
    CHECK(tale.violations(IsrValid::id) == 1);
  }
  SECTION("taken out and then fenced") {
    tale.isr(1, 0, {1, 3});
    tale.fenced(2);
    CHECK(tale.findings(IsrValid::id) == 0);
    tale.isr(1, 0, {1, 3, 2});
    CHECK(tale.violations(IsrValid::id) == 1);
  }
  SECTION("the last of them") {
    trace::PartitionChanged e;
    e.metadata_offset = 1000;
    e.partition = tp;
    e.partition_epoch = PartitionEpoch{1000};
    e.leader_epoch = LeaderEpoch{1};
    e.replicas = {NodeId{1}, NodeId{2}, NodeId{3}};
    e.isr = {NodeId{2}};
    tale.tell(20, e);
    tale.fenced(2);
    CHECK(tale.findings(IsrValid::id) == 0);
  }
}

TEST_CASE("who is shutting down does not join the ISR", "[check]") {
  Tale tale;
  for (const std::int32_t broker : {1, 2, 3}) {
    tale.registered(broker, broker);
    tale.unfenced(broker);
  }
  tale.isr(1, 0, {1, 2});
  tale.isr(1, 0, {1, 2, 3});
  tale.isr(1, 0, {1, 2});
  CHECK(tale.findings(IsrValid::id) == 0);
  tale.shutting_down(3);
  tale.isr(1, 0, {1, 2, 3});
  CHECK(tale.violations(IsrValid::id) == 1);
}

TEST_CASE("an eligible leader that is no replica or is in sync as well breaks isr-valid", "[check][elr]") {
  Tale tale;
  tale.isr(1, 0, {1}, {1, 2, 3}, {2, 3});
  CHECK(tale.findings(IsrValid::id) == 0);
  SECTION("no replica") { tale.isr(1, 0, {1}, {1, 2}, {3}); }
  SECTION("in sync") { tale.isr(1, 0, {1, 2}, {1, 2, 3}, {2}); }
  CHECK(tale.violations(IsrValid::id) == 1);
}
