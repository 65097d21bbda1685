#include <filesystem>

#include "tests/sim/scenario/support.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string rated(const std::string& rate, const std::string& more = "") {
  return head + R"("cluster": {"brokers": 1}, "topics": [{"name": "t"}],
    "producers": [{"id": "p", "topic": "t", )" + more + R"("rate": )" + rate + "}]}";
}

using Changes = std::vector<RateStep>;

}  // namespace

TEST_CASE("a rate in steps begins with the step that holds at the beginning") {
  const ProducerSpec p = good(rated(R"({"steps": [["0s", "100/s"], ["10s", "5000/s"], ["20s", "0/s"]]})")).producers[0];
  CHECK(p.rate == RecordRate{100'000});
  CHECK(p.changes == Changes{{seconds(10), {5'000'000}}, {seconds(20), {0}}});
  const ProducerSpec late = good(rated(R"({"steps": [["5s", "1/s"], ["9s", "1/s"], ["10s", "2/s"]]})")).producers[0];
  CHECK(late.rate == RecordRate{0});
  CHECK(late.changes == Changes{{seconds(5), {1'000}}, {seconds(10), {2'000}}});
  const ProducerSpec from =
      good(rated(R"({"steps": [["0s", "1/s"], ["10s", "2/s"], ["20s", "3/s"]]})", R"("from": "10s", )")).producers[0];
  CHECK(from.rate == RecordRate{2'000});
  CHECK(from.changes == Changes{{seconds(20), {3'000}}});
}

TEST_CASE("faults of steps stand at their place") {
  check_error(rated(R"({"steps": @[]})"), "/producers/0/rate/steps", "'steps' needs between 1 and 100000 steps");
  check_error(rated(R"({"steps": [@["0s"]]})"), "/producers/0/rate/steps/0",
              "a step is a moment and a rate, like [\"10s\", \"5000/s\"]");
  check_error(rated(R"({"steps": [["0s", @"x"]]})"), "/producers/0/rate/steps/0/1",
              "'x' is not a rate like \"1000/s\"");
  check_error(rated(R"({"steps": [["5s", "1/s"], [@"5s", "2/s"]]})"), "/producers/0/rate/steps/1/0",
              "this step does not come after the one before it");
  check_error(rated(R"({"steps": [["5s", "1/s"]], "peak": @"1/s"})"), "/producers/0/rate/peak",
              "'peak' stands only with 'trace'");
  check_error(rated(R"(@{})"), "/producers/0/rate",
              "a rate is a string like \"1000/s\", or has either 'steps' or a 'trace'");
  check_warning(rated(R"({"steps": [["0s", "1/s"], [@"61s", "2/s"]]})"), "/producers/0/rate/steps/1/0",
                "61s is after the end of the run at 60s");
}

TEST_CASE("a recorded rate is read from a file beside the scenario and plays once") {
  const test::TemporaryDirectory folder;
  std::filesystem::create_directory(folder.path() + "/traces");
  std::ofstream{folder.path() + "/traces/t.csv"} << "when,load\n1,50\n2,100\n3,100\n4,0\n";
  const std::string file = folder.path() + "/s.json";
  const auto load = [&](const std::string& rate) {
    std::ofstream{file} << rated(rate, R"("from": "1s", )");
    return load_scenario(file);
  };
  const Parsed parsed = load(R"({"trace": "traces/t.csv", "column": 2, "row_lasts": "2s", "peak": "10/s"})");
  REQUIRE(parsed.scenario.has_value());
  const ProducerSpec& p = parsed.scenario->producers[0];
  CHECK(p.rate == RecordRate{5'000});
  CHECK(p.changes == Changes{{seconds(3), {10'000}}, {seconds(7), {0}}});
  const auto message = [&](const std::string& rate) { return load(rate).diagnostics.at(0).message; };
  CHECK(message(R"({"trace": "traces/t.csv", "column": 3, "row_lasts": "2s", "peak": "10/s"})")
        == "trace 'traces/t.csv': line 1: there is no column 3, only 2");
  CHECK(message(R"({"trace": "nowhere.csv", "row_lasts": "2s", "peak": "10/s"})")
        == "trace 'nowhere.csv': there is no such file");
  CHECK(message(R"({"trace": "traces/t.csv", "peak": "10/s"})") == "'row_lasts' is missing");
  CHECK(message(R"({"trace": "traces/t.csv", "row_lasts": "0s", "peak": "10/s"})") == "a row must last some time");
}
