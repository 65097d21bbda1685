#include "sim/report/investigation.hpp"

#include <algorithm>

#include "sim/scenario/parse.hpp"
#include "tests/sim/run/support.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("an investigation tells the cause before the symptom and how to see it again") {
  const auto s = scenario(
      small(1, "3s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10}],
      "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "100ms"}], "epilogue": false, )"));
  const Simulation run = run_to_end(s);
  const auto& found = run.findings().kept();
  const auto lost_for_good = std::ranges::find_if(found, [](const Finding& one) { return one.invariant == "acked-record-lost"; });
  REQUIRE(lost_for_good != found.end());  // that it is on no disk any more was found at the power loss
  const Finding& finding = *lost_for_good;
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

TEST_CASE("a batch that another replica lacks is marked in the logs that have it") {
  Parsed parsed = load_scenario(kafkasim::test::source_dir() + "/scenarios/truncation-to-the-high-watermark.json");
  REQUIRE(parsed.scenario.has_value());
  parsed.scenario->cluster.legacy = {"hw-truncate-loss"};
  const auto s = std::make_shared<const Scenario>(std::move(*parsed.scenario));
  const Simulation run = run_to_end(s);
  REQUIRE_FALSE(run.findings().kept().empty());
  std::string text;
  for (const std::string& line : investigate(run, s, WireMode::fast, run.findings().kept().front(), RunFacts{})) text += line + "\n";
  INFO(text);
  CHECK(text.find("[0-0 e0] [1-1 e0 -3]") != std::string::npos);
}
