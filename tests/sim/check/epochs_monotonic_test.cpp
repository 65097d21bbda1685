#include "sim/check/epochs_monotonic.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("an epoch that falls within a log breaks epochs-monotonic", "[check]") {
  Tale tale;
  tale.append(2, {0, 4, 3});
  tale.append(2, {5, 9, 3});
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.append(2, {10, 14, 2});
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}

TEST_CASE("a leader that appends in an epoch that is not its own breaks epochs-monotonic", "[check]") {
  Tale tale;
  const auto role = trace::ReplicaRole::leader;
  tale.tell(0, trace::LogAppended{tp, role, LeaderEpoch{1}, {appended({0, 4, 1})}});
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.tell(0, trace::LogAppended{tp, role, LeaderEpoch{2}, {appended({5, 9, 1})}});
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}

TEST_CASE("a follower may fetch batches of older epochs but none of an epoch that it does not know", "[check]") {
  Tale tale;
  const auto role = trace::ReplicaRole::follower;
  tale.tell(1, trace::LogAppended{tp, role, LeaderEpoch{4}, {appended({0, 4, 1}), appended({5, 9, 4})}});
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.tell(1, trace::LogAppended{tp, role, LeaderEpoch{4}, {appended({10, 14, 5})}});
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}

TEST_CASE("a log that is loaded with falling epochs breaks epochs-monotonic", "[check]") {
  Tale tale;
  tale.load(2, 10, {{0, 4, 1}, {5, 9, 2}});
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.load(3, 10, {{0, 4, 2}, {5, 9, 1}});
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}

TEST_CASE("a replica goes back to an older leader epoch only with a new process", "[check]") {
  Tale tale;
  tale.lead(1, 5);
  tale.start(1);
  tale.lead(1, 4);
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.lead(1, 3);
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}

TEST_CASE("a leader epoch that the controller takes back breaks epochs-monotonic", "[check]") {
  Tale tale;
  tale.isr(1, 6, {1, 2});
  tale.isr(1, 6, {1, 2, 3});
  CHECK(tale.violations(EpochsMonotonic::id) == 0);
  tale.isr(1, 5, {1, 2});
  CHECK(tale.violations(EpochsMonotonic::id) == 1);
}
