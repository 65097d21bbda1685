#include "sim/explore/failing.hpp"

#include "sim/run/simulation.hpp"
#include "sim/scenario/json_edit.hpp"
#include "tests/sim/explore/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::uint64_t hash_of(const std::shared_ptr<const Scenario>& scenario) {
  Simulation run{scenario, WireMode::fast};
  REQUIRE(run.form().has_value());
  while (run.step()) {}
  return run.world().trace_hash();
}

JsonValue tree(const std::string& text) { return *read_json(text).root; }

}  // namespace

TEST_CASE("the file of a run that failed gives the same run with its seed and without chaos") {
  const std::string text = tiny(chaos + R"(, "timeline": [{"at": "1s", "name": "n", "expect": {"metric": "lag", "is": 0}},
    {"after": "n", "crash": 1, "for": "1ms"}])");
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto scenario = parsed(text, seed);
    const std::string saved = write_json(failing_scenario(tree(text), *scenario, {BreachKind::invariant, "raft-safety", "d", ""}));
    const auto again = parse_scenario(saved);
    INFO(saved);
    REQUIRE(again.scenario.has_value());
    CHECK_FALSE(again.scenario->chaos);
    CHECK(again.scenario->seed == seed);
    CHECK(again.scenario->timeline.size() > 2);
    CHECK(std::holds_alternative<NoteText>(again.scenario->timeline[0].operation));
    REQUIRE(again.scenario->expect.size() == 1);
    CHECK(again.scenario->expect[0].text == "no raft-safety");
    CHECK(hash_of(std::make_shared<const Scenario>(*again.scenario)) == hash_of(scenario));
  }
}

TEST_CASE("an expectation of the scenario that did not hold is the one that is kept") {
  const std::string text = tiny(R"(, "expect": [{"metric": "lag", "is": 0}, {"metric": "records.acked", "is": -1}])");
  const JsonValue saved = failing_scenario(tree(text), *parsed(text), {BreachKind::expectation, "", "d", "/expect/1"});
  REQUIRE(saved.find("expect")->items.size() == 1);
  CHECK(saved.find("expect")->items[0].find("metric")->text == "records.acked");
}

TEST_CASE("a file that has gone has no text") { CHECK(file_text("/nowhere/at/all").empty()); }
