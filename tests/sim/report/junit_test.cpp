#include "sim/report/junit.hpp"

#include "tests/sim/run/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

namespace {

std::string xml(const std::string& expect, Strict strict = Strict::no) {
  const Simulation run = run_to_end(scenario(
      small(1, "3s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10}],
      "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "100ms"}], "epilogue": false, "expect": )"
                         + expect + ", ")));
  const RunFacts facts{"f.json", outcome_of(run, strict), 1'234'567, "", strict};
  return junit_xml({junit_suite(run, facts)});
}

}  // namespace

TEST_CASE("a scenario is a testsuite with a testcase for each expectation and each group of invariants") {
  const std::string text = xml(R"([{"metric": "records.acked", "at_least": 1}, {"metric": "records.acked", "at_least": 11}])");
  CHECK(has(text, "<testsuite name=\"small\""));
  CHECK(has(text, "failures=\"1\""));
  CHECK(has(text, "time=\"1.234\""));
  CHECK(has(text, "message=\"not held: "));
  CHECK(has(text, "name=\"invariants: partitions\"/>"));
  CHECK(has(text, "name=\"invariants: clients\"/>"));
}

TEST_CASE("what is excused fails a testcase only when the run is strict") {
  CHECK(has(xml("[]"), "failures=\"0\""));
  const std::string strict = xml("[]", Strict::yes);
  CHECK(has(strict, "name=\"invariants: clients\"><failure message=\"acked-record-lost: "));
}

TEST_CASE("a loss that the scenario demands is no failure") {
  CHECK(has(xml(R"([{"violates": "acked-record-lost"}])"), "failures=\"0\""));
}

TEST_CASE("every invariant belongs to a group") {
  CHECK(invariant_group("acked-record-lost") == "clients");
  CHECK(invariant_group("raft-safety") == "quorum");
  CHECK(invariant_group("replicas-match") == "partitions");
  CHECK(invariant_group("churn") == "liveness");
}
