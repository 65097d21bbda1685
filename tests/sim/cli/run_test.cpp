#include "sim/cli/run.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

struct Parsing {
  std::optional<RunOptions> options;
  std::string error;
};

Parsing parse(const std::vector<std::string>& arguments) {
  Parsing parsing;
  CLI::App app;
  int code = 0;
  add_run(app, code, [&](const RunOptions& options) {
    parsing.options = options;
    return exit_code::failed;
  });
  std::vector<std::string> all{"run"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  try {
    app.parse(std::vector<std::string>{all.rbegin(), all.rend()});
    CHECK(code == exit_code::failed);
  } catch (const CLI::ParseError& error) { parsing.error = error.what(); }
  return parsing;
}

}  // namespace

TEST_CASE("the options of a run arrive as they were given") {
  const Parsing parsing = parse({"a.json", "--seed", "18446744073709551615", "--until", "20s", "--set", "/a=1", "--set",
                                 "/b=x y", "--wire", "exact", "--check-determinism", "--report", "r.json", "--timeline",
                                 "t.ndjson", "--strict", "--quiet", "b.json"});
  INFO(parsing.error);
  REQUIRE(parsing.options);
  CHECK(parsing.options->files == std::vector<std::string>{"a.json", "b.json"});
  CHECK(parsing.options->seed == UINT64_MAX);
  CHECK(parsing.options->until == seconds(20));
  REQUIRE(parsing.options->patches.size() == 2);
  CHECK(parsing.options->patches[0].pointer == "/a");
  CHECK(parsing.options->patches[1].value == "x y");
  CHECK(parsing.options->wire == WireMode::exact);
  CHECK(parsing.options->check_determinism);
  CHECK(parsing.options->report == "r.json");
  CHECK(parsing.options->timeline == "t.ndjson");
  CHECK(parsing.options->strict);
  CHECK(parsing.options->quiet);
}

TEST_CASE("a run without options takes what the scenario says") {
  const Parsing parsing = parse({"a.json"});
  REQUIRE(parsing.options);
  CHECK_FALSE(parsing.options->seed.has_value());
  CHECK_FALSE(parsing.options->until.has_value());
  CHECK(parsing.options->wire == WireMode::fast);
  CHECK_FALSE(parsing.options->strict);
}

TEST_CASE("a set value may be JSON with brackets and an equals sign") {
  const Parsing parsing = parse({"a.json", "--set", R"(/expect=[{"no": "churn"}, "a=b"])"});
  INFO(parsing.error);
  REQUIRE(parsing.options);
  REQUIRE(parsing.options->patches.size() == 1);
  CHECK(parsing.options->patches[0].value == R"([{"no": "churn"}, "a=b"])");
}

TEST_CASE("bad values of options are refused") {
  CHECK_FALSE(parse({}).options);
  CHECK_FALSE(parse({"a.json", "--seed", "-1"}).options);
  CHECK_FALSE(parse({"a.json", "--seed", "x"}).options);
  CHECK_FALSE(parse({"a.json", "--until", "20"}).options);
  CHECK_FALSE(parse({"a.json", "--until", "0s"}).options);
  CHECK_FALSE(parse({"a.json", "--set", "x"}).options);
  CHECK_FALSE(parse({"a.json", "--wire", "slow"}).options);
}

TEST_CASE("a run brings back the historical behaviours that are named and no others") {
  const Parsing parsing = parse({"a.json", "--legacy", "hw-truncate-loss", "--legacy", "fenced-joins-isr"});
  REQUIRE(parsing.options);
  CHECK(parsing.options->legacy == std::vector<std::string>{"hw-truncate-loss", "fenced-joins-isr"});
  CHECK_FALSE(parse({"a.json", "--legacy", "hw"}).options);
}

TEST_CASE("a run is recorded where --record says") {
  const Parsing parsing = parse({"a.json", "--record", "r.ksrec"});
  REQUIRE(parsing.options);
  CHECK(parsing.options->record == "r.ksrec");
}
