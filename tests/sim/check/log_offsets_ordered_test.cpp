#include "sim/check/log_offsets_ordered.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a high watermark beyond the log end breaks log-offsets-ordered", "[check]") {
  Tale tale;
  tale.append(1, {0, 4});
  tale.commit(1, 0, 5);
  CHECK(tale.violations(LogOffsetsOrdered::id) == 0);
  tale.commit(1, 5, 6);
  CHECK(tale.violations(LogOffsetsOrdered::id) == 1);
}

TEST_CASE("a batch appended at an offset that the log has passed breaks log-offsets-ordered and a gap does not",
          "[check]") {
  Tale tale;
  tale.append(1, {0, 4});
  tale.append(1, {7, 9});
  CHECK(tale.violations(LogOffsetsOrdered::id) == 0);
  tale.append(1, {8, 10});
  CHECK(tale.violations(LogOffsetsOrdered::id) >= 1);
}

TEST_CASE("a leader whose high watermark goes back breaks log-offsets-ordered and a follower's may", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4});
  tale.commit(1, 0, 5);
  tale.commit(2, 0, 5, trace::ReplicaRole::follower);
  tale.commit(2, 5, 3, trace::ReplicaRole::follower);
  CHECK(tale.violations(LogOffsetsOrdered::id) == 0);
  tale.commit(1, 5, 3);
  CHECK(tale.violations(LogOffsetsOrdered::id) == 1);
}

TEST_CASE("a log start that goes back or passes the high watermark breaks log-offsets-ordered on a leader", "[check]") {
  Tale tale;
  tale.append(1, {0, 9});
  tale.commit(1, 0, 8);
  tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{5}});
  CHECK(tale.violations(LogOffsetsOrdered::id) == 0);
  SECTION("back") { tale.tell(0, trace::LogStartMoved{tp, Offset{5}, Offset{3}}); }
  SECTION("beyond") { tale.tell(0, trace::LogStartMoved{tp, Offset{5}, Offset{9}}); }
  CHECK(tale.violations(LogOffsetsOrdered::id) == 1);
}

TEST_CASE("a log that is loaded with batches out of order breaks log-offsets-ordered", "[check]") {
  Tale tale;
  tale.load(2, 10, {{0, 4}, {6, 9}});
  CHECK(tale.violations(LogOffsetsOrdered::id) == 0);
  tale.load(3, 10, {{0, 4}, {4, 9}});
  CHECK(tale.violations(LogOffsetsOrdered::id) == 1);
  tale.load(2, 9, {{0, 4}, {6, 9}});
  CHECK(tale.violations(LogOffsetsOrdered::id) == 2);
}
