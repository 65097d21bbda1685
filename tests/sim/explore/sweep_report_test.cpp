#include "sim/explore/sweep_report.hpp"

#include <nlohmann/json.hpp>

#include "tests/sim/explore/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using Json = nlohmann::json;

namespace {

SweepPlan plan() {
  SweepPlan p;
  p.scenarios = {{"a/tiny.json", parsed(tiny(""))}};
  return p;
}

Tally found() {
  Tally t;
  t.runs = {10};
  t.failures = {{7, 0, {BreachKind::invariant, "raft-safety", "two <leaders> & \"one\" epoch", ""}, "f/tiny-seed-7.json"},
                {8, 0, {BreachKind::expectation, "", "lag is 0", "/expect/0"}, ""}};
  t.evaluations = {{"raft-safety", 5}, {"order-broken", 6}};
  t.probes = {{"isr-shrank", 3}, {"log-torn", 0}};
  return t;
}

bool has(const std::string& all, const std::string& part) { return all.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the report of a sweep has seeds and failures and evaluations and probes") {
  const Json report = Json::parse(sweep_json(found(), plan(), {60'000, false}));
  CHECK(report.at("seeds") == 10);
  CHECK(report.at("runs_per_minute") == 10);
  CHECK(report.at("outcome") == "fail");
  CHECK(report.at("failures").at(0).at("seed") == 7);
  CHECK(report.at("failures").at(0).at("invariant") == "raft-safety");
  CHECK(report.at("failures").at(0).at("file") == "f/tiny-seed-7.json");
  CHECK(report.at("failures").at(1).at("invariant").is_null());
  CHECK(report.at("evaluations") == Json{{"raft-safety", 5}, {"order-broken", 6}});
  CHECK(report.at("probes").at("isr-shrank") == 3);
  CHECK(report.at("probes").at("log-torn") == 0);
  CHECK(Json::parse(sweep_json(found(), plan(), {60'000, true})).at("outcome") == "interrupted");
}

TEST_CASE("the text of a sweep tells failures and what was reached and what never was") {
  const std::string text = sweep_text(found(), plan(), {60'000, false});
  CHECK(has(text, "seed 7: raft-safety: two <leaders>"));
  CHECK(has(text, "saved as f/tiny-seed-7.json"));
  CHECK(has(text, "10 runs of 1 scenario in 60.0 s, 10 runs a minute; 11 evaluations of 2 invariants"));
  CHECK(has(text, "3  isr-shrank"));
  CHECK(has(text.substr(text.find("never reached:")), "log-torn"));
  CHECK_FALSE(has(text.substr(text.find("never reached:")), "isr-shrank"));
  CHECK(has(text, "FAIL: 2 runs failed"));
  CHECK(has(sweep_text({}, plan(), {1, false}), "PASS: 0 runs failed"));
}

TEST_CASE("in JUnit a scenario is a testsuite and an invariant a testcase") {
  const std::string xml = sweep_junit(found(), plan(), {60'000, false});
  CHECK(has(xml, R"(<testsuite name="tiny" tests="3" failures="2">)"));
  CHECK(has(xml, R"(<testcase classname="tiny" name="order-broken"/>)"));
  CHECK(has(xml, R"(<failure message="seed 7: two &lt;leaders&gt; &amp; &quot;one&quot; epoch">f/tiny-seed-7.json</failure>)"));
}

TEST_CASE("a sweep that was interrupted is not green in JUnit") {
  CHECK_FALSE(has(sweep_junit({}, plan(), {60'000, false}), "<failure"));
  CHECK(has(sweep_junit({}, plan(), {60'000, true}), R"(<failure message="interrupted">after 0 runs</failure>)"));
}

TEST_CASE("the line of progress guesses how long it takes") {
  CHECK(progress_text({0, 100, 0, 0, 0}) == "0/100 runs, 0.0 a second, 0 failures");
  CHECK(progress_text({50, 100, 1, 10'000, 0}) == "50/100 runs, 5.0 a second, 1 failure, 10 s left");
  CHECK(progress_text({50, 100, 0, 10'000, 12'000}) == "50/100 runs, 5.0 a second, 0 failures, 2 s left");
  CHECK(has(progress_text({1, UINT64_MAX, 0, 1000, 0}), "1/18446744073709551615 runs"));
}
