#include "sim/check/not_converged.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("each thing that is missing when the budget is spent breaks not-converged", "[check]") {
  Tale tale;
  tale.judge({seconds(20), {}, {}});
  CHECK(tale.findings(NotConverged::id) == 0);
  tale.judge({seconds(20), {{"orders-0", "it has no leader"}, {"g", "it is Empty"}}, {}});
  CHECK(tale.violations(NotConverged::id) == 2);
}

TEST_CASE("a state from which nothing could recover is no violation", "[check]") {
  Tale tale;
  tale.judge({seconds(20), {{"orders-0", "it has no leader"}}, {"all voters lost their logs"}});
  CHECK(tale.findings(NotConverged::id) == 0);
}
