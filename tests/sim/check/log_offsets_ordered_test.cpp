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
