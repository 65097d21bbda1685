#include "sim/report/investigation.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("an investigation tells the cause before the symptom and how to see it again") {
  const auto s = scenario(
      small(1, "3s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10}],
      "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "100ms"}], "epilogue": false, )"));
  const Simulation run = run_to_end(s);
  REQUIRE_FALSE(run.findings().kept().empty());
  const Finding& finding = run.findings().kept().front();
  REQUIRE(finding.offset);
  std::string text;
  const RunFacts facts{"f.json", Outcome::fail, 0, "", Strict::no, {{"/name", "it's"}}};
  for (const std::string& line : investigate(run, s, WireMode::fast, finding, facts)) text += line + "\n";
  INFO(text);
  const std::size_t written = text.find("appends it");
  const std::size_t lost = text.find("loses power");
  const std::size_t loaded = text.find("loads offsets");
  REQUIRE(written != std::string::npos);
  REQUIRE(lost != std::string::npos);
  REQUIRE(loaded != std::string::npos);
  CHECK(written < lost);
  CHECK(lost < loaded);
  CHECK(text.find("the logs then") != std::string::npos);
  CHECK(text.find("again: kafkasim run f.json --seed 5 --set '/name=it'\\''s' --until ") != std::string::npos);
}
