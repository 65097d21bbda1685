#include "sim/explore/trial.hpp"

#include "tests/sim/explore/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a trial that holds counts what was checked and which situations came up") {
  const Tally tally = run_trial(parsed(tiny(R"(, "timeline": [{"at": "500ms", "crash": 2, "for": "100ms"}])")), 2);
  CHECK(tally.failures.empty());
  CHECK(tally.runs == std::vector<std::uint64_t>{0, 0, 1});
  CHECK(tally.evaluations.at("replicas-match") > 0);
  CHECK(tally.probes.at("log-recovered") > 0);
  CHECK(tally.probes.at("unclean-election") == 0);
}

TEST_CASE("an expectation that does not hold is a breach with its sentence") {
  const Tally tally = run_trial(parsed(tiny(R"(, "expect": [{"no": "violations"}, {"metric": "records.acked", "is": -1, "text": "none"}])"), 9), 0);
  REQUIRE(tally.failures.size() == 1);
  CHECK(tally.failures[0].seed == 9);
  CHECK(tally.failures[0].breach.kind == BreachKind::expectation);
  CHECK(tally.failures[0].breach.detail == "none");
  CHECK(tally.failures[0].breach.pointer == "/expect/1");
}

TEST_CASE("an expected violation that stays away is a breach") {
  const Tally none = run_trial(parsed(tiny(R"(, "expect": [{"violates": "raft-safety"}])")), 0);
  REQUIRE(none.failures.size() == 1);
  CHECK(none.failures[0].breach.kind == BreachKind::expectation);
}
