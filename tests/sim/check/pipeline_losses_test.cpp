#include "sim/check/pipeline_losses.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/pipeline_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a pipeline has passed over what lies below its committed offset and has no output", "[check]") {
  PipelineTale tale{false};
  const auto missing = [&](std::size_t most) {
    return passed_over(tale.history(), "copy", *tale.history().partition(name), Offset{0}, most);
  };
  CHECK(missing(9).empty());  // nothing is committed
  tale.commit_offsets(4, "copy/1-a");
  CHECK(missing(9) == std::vector{Offset{0}, Offset{1}, Offset{2}, Offset{3}});
  CHECK(missing(2).size() == 2);
  tale.write({0, 2, 3}, false);
  CHECK(missing(9) == std::vector{Offset{1}});
}

TEST_CASE("the faults of the logs that a pipeline rests on excuse it", "[check]") {
  PipelineTale tale;
  const PipelineFacts facts = tale.history().pipelines().pipelines().at("copy");
  CHECK_FALSE(excuse_of_pipeline(tale.history(), facts).has_value());
  tale.decide(2, 1, {2}, true);
  CHECK(excuse_of_pipeline(tale.history(), facts) == Excuse::unclean_election);
}
