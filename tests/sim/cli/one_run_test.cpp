#include <nlohmann/json.hpp>

#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::content;
using kafkasim::test::has;

namespace {

std::string with(const std::string& rest) {
  return R"({"name": "o", "duration": "2s", "epilogue": false, "cluster": {"brokers": 1, "controllers": 1, "profile": "fast"},
"topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 5}])" + rest + "}";
}

}  // namespace

TEST_CASE("a run writes test results and a page and a trace where it is asked to") {
  const TemporaryFile file{"or.json", with("")};
  const TemporaryFile junit{"or.xml", ""};
  const TemporaryFile html{"or.html", ""};
  const TemporaryFile perfetto{"or-perfetto.json", ""};
  CHECK(call({"run", file.path(), "--quiet", "--junit", junit.path(), "--html", html.path(), "--perfetto", perfetto.path()}).code == 0);
  CHECK(has(content(junit.path()), "<testsuite name=\"o\""));
  CHECK(has(content(html.path()), "</html>"));
  CHECK(nlohmann::json::parse(content(perfetto.path())).at("traceEvents").size() > 100);
}

TEST_CASE("variants are the runs of a file and stand in one table and one report") {
  const TemporaryFile file{"ov.json", with(R"(, "variants": [{"name": "five", "set": {}}, {"name": "seven", "set": {"/producers/0/records": 7}}])")};
  const TemporaryFile report{"ov-report.json", ""};
  const testing::Outcome done = call({"run", file.path(), "--quiet", "--report", report.path()});
  CHECK(done.code == 0);
  CHECK(has(done.out, "outcome                      pass          pass\n"));
  const auto runs = nlohmann::json::parse(content(report.path())).at("runs");
  REQUIRE(runs.size() == 2);
  CHECK(runs[1].at("variant") == "seven");
  CHECK(runs[1].at("metrics").at("records.acked") == 7);
  CHECK(call({"run", file.path(), "--perfetto", report.path()}).code == exit_code::bad_input);
}

TEST_CASE("one variant alone can be run and recorded and one that is not there is told") {
  const TemporaryFile file{"oneof.json", with(R"(, "variants": [{"name": "five", "set": {}}, {"name": "seven", "set": {"/producers/0/records": 7}}])")};
  const TemporaryFile report{"oneof-report.json", ""};
  CHECK(call({"run", file.path(), "--quiet", "--variant", "seven", "--report", report.path(), "--perfetto", "/dev/null"}).code == 0);
  const auto run = nlohmann::json::parse(content(report.path()));
  CHECK(run.at("variant") == "seven");
  CHECK(run.at("metrics").at("records.acked") == 7);
  const testing::Outcome none = call({"run", file.path(), "--variant", "eight"});
  CHECK(none.code == exit_code::bad_input);
  CHECK(has(none.err, "it has no variant 'eight'; it has 'five', 'seven'"));
}

TEST_CASE("the page of a file with variants begins with their table") {
  const TemporaryFile file{"ovhtml.json", with(R"(, "variants": [{"name": "five", "set": {}}, {"name": "a < b", "set": {"/producers/0/records": 7}}])")};
  const TemporaryFile html{"ov.html", ""};
  CHECK(call({"run", file.path(), "--quiet", "--html", html.path()}).code == 0);
  const std::string page = content(html.path());
  CHECK(has(page, "2 variants side by side"));
  CHECK(has(page, "<th class=\"n\">a &lt; b</th>"));
  CHECK(page.find("side by side") < page.find("Expectations"));
}

TEST_CASE("the record to follow is told after the verdict") {
  const TemporaryFile file{"of.json", with("")};
  const testing::Outcome done = call({"run", file.path(), "--quiet", "--follow", "t-0@2"});
  CHECK(done.code == 0);
  CHECK(has(done.out, "The life of t-0@2"));
  CHECK(call({"run", file.path(), "--follow", "t-0"}).code == exit_code::bad_input);
}
