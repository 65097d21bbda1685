#include "sim/check/poll_went_back.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a poll that returns what one before has returned breaks poll-went-back", "[check]") {
  Tale tale;
  tale.delivered({{0, 0}, {1, 1}});
  tale.delivered({{2, 2}});
  CHECK(tale.findings(PollWentBack::id) == 0);
  tale.delivered({{2, 2}});
  CHECK(tale.violations(PollWentBack::id) == 1);
}

TEST_CASE("offsets that fall within one poll break poll-went-back", "[check]") {
  Tale tale;
  tale.delivered({{4, 4}, {3, 3}});
  CHECK(tale.violations(PollWentBack::id) == 1);
}

TEST_CASE("another reader and a reset begin where they like", "[check]") {
  Tale tale;
  tale.delivered({{4, 4}});
  tale.delivered({{0, 0}}, other_reader);
  tale.tell(reader.value, trace::PositionReset{name, Offset{0}, "a seek"});
  tale.delivered({{0, 0}});
  CHECK(tale.findings(PollWentBack::id) == 0);
}
