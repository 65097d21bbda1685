#include "sim/check/replicas_match.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("two replicas that differ below both high watermarks break replicas-match", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.append(2, {0, 4, 0, 12});
  tale.commit(1, 0, 5);
  CHECK(tale.violations(ReplicasMatch::id) == 0);  // broker 2 knows nothing as committed yet
  tale.commit(2, 0, 5, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 1);
}

TEST_CASE("replicas may differ above the lower of their high watermarks", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.append(2, {0, 4, 0, 11});
  tale.append(1, {5, 9, 0, 1});
  tale.append(2, {5, 9, 0, 2});
  tale.commit(1, 0, 10);
  tale.commit(2, 0, 5, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 0);
}

TEST_CASE("replicas may differ where one of them was compacted and nowhere else", "[check]") {
  Tale tale;
  for (const std::int32_t broker : {1, 2}) {
    tale.append(broker, {0, 4, 0, 11});
    tale.append(broker, {5, 9, 0, 12});
  }
  tale.commit(1, 0, 10);
  tale.tell(1, trace::LogCleaningBegan{tp, Offset{5}});
  tale.load(2, 10, {{0, 4, 0, 99}, {5, 9, 0, 12}});
  tale.commit(2, 0, 10, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 0);
  tale.load(2, 10, {{0, 4, 0, 99}, {5, 9, 0, 98}});
  tale.commit(2, 0, 10, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 1);
}

TEST_CASE("where replicas were compacted the offsets and epochs that both still hold must be the same", "[check]") {
  Tale tale;
  for (const std::int32_t broker : {1, 2}) {
    tale.append(broker, {0, 4, 0, 11});
    tale.append(broker, {5, 9, 0, 12});
    tale.append(broker, {10, 14, 0, 13});
  }
  tale.commit(1, 0, 15);
  tale.tell(1, trace::LogCleaningBegan{tp, Offset{10}});
  tale.load(2, 15, {{5, 9, 0, 99}, {10, 14, 0, 13}});  // the first is gone, the second rewritten
  tale.commit(2, 0, 15, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 0);
  SECTION("another epoch") { tale.load(2, 15, {{5, 9, 1, 99}, {10, 14, 1, 13}}); }
  SECTION("other offsets") { tale.load(2, 15, {{4, 9, 0, 99}, {10, 14, 0, 13}}); }
  tale.commit(2, 0, 10, trace::ReplicaRole::follower);
  CHECK(tale.violations(ReplicasMatch::id) == 1);
}

TEST_CASE("after an unclean election the high watermark of the old leader speaks of a log that is no more", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11});
  tale.append(1, {5, 9, 0, 12});
  tale.isr(1, 0, {1});
  tale.commit(1, 0, 10);
  tale.isr(2, 1, {2});  // broker 1 is cut off and hears of nothing
  tale.lead(2, 1);
  tale.append(2, {5, 9, 1, 77}, trace::ReplicaRole::leader);
  tale.commit(2, 0, 10, trace::ReplicaRole::leader, 1);
  CHECK(tale.violations(ReplicasMatch::id) == 0);
  tale.tell(0, trace::BecameFollower{tp, LeaderEpoch{1}, NodeId{2}});
  tale.commit(1, 9, 10, trace::ReplicaRole::follower, 1);  // it follows, and has cut nothing
  CHECK(tale.violations(ReplicasMatch::id) > 0);
}

TEST_CASE("what the leader has deleted is not compared on followers that have not heard of it", "[check]") {
  for (const bool deleted : {false, true}) {
    Tale tale;
    for (const std::int32_t broker : {1, 2, 3}) {
      tale.append(broker, {0, 4, 0, broker == 3 ? 99U : 11U});
      tale.append(broker, {5, 9, 0, 12});
    }
    if (deleted) tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{5}});
    tale.commit(1, 0, 10);
    tale.commit(2, 0, 10, trace::ReplicaRole::follower);
    tale.commit(3, 0, 10, trace::ReplicaRole::follower);
    CHECK((tale.violations(ReplicasMatch::id) == 0) == deleted);
  }
}
