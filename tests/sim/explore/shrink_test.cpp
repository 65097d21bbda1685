#include "sim/explore/shrink.hpp"

#include "tests/sim/explore/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
const ShrinkWatch quiet{[](const std::string&, std::uint64_t) {}};
// Broker 1 alone leads t-0: only its crash brings about an election.
const std::string to_shrink =
    tiny(chaos + R"x(, "timeline": [{"at": "900ms", "crash": "leader(t-0)", "for": "800ms"}, {"at": "1s", "note": "x"}],
  "expect": [{"metric": "unavailable.ms", "of": "t-0", "at_most": "500ms"}])x");
}  // namespace

TEST_CASE("what is shrunk fails by itself with less") {
  const auto shrunk = shrink(to_shrink, *parsed(to_shrink, 3), {60, [] { return false; }}, quiet);
  REQUIRE(shrunk.has_value());
  INFO(shrunk->text);
  CHECK(shrunk->runs <= 60);
  CHECK(shrunk->breach.kind == BreachKind::expectation);
  const Parsed least = parse_scenario(shrunk->text);
  REQUIRE(least.scenario.has_value());
  CHECK(least.scenario->seed == 3);
  CHECK(least.scenario->timeline.size() == 1);
  CHECK(least.scenario->producers.empty());
  const auto again = shrink(shrunk->text, *least.scenario, {1, [] { return false; }}, quiet);
  REQUIRE(again.has_value());
  CHECK(again->breach.kind == BreachKind::expectation);
}

TEST_CASE("a run that breaks nothing cannot be shrunk") {
  const auto none = shrink(tiny(""), *parsed(tiny("")), {200, [] { return false; }}, quiet);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "seed 1 breaks nothing that the scenario expects: there is nothing to shrink");
}

TEST_CASE("shrinking ends where its limit is met and has a file that fails") {
  const auto shrunk = shrink(to_shrink, *parsed(to_shrink, 3), {4, [] { return false; }}, quiet);
  REQUIRE(shrunk.has_value());
  CHECK(shrunk->runs <= 4);
  CHECK_FALSE(shrunk->complete);
  CHECK(parse_scenario(shrunk->text).scenario.has_value());
}
