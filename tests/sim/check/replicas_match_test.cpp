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
