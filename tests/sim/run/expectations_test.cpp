#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Broker 1 leads t-0 and is down from 1 s to 2 s; v0 to v2 are written to u-0, which broker 2 alone holds.
const std::string story = small(2, "3s", R"(
  "topics": [{"name": "t", "assignment": [[1, 2]]}, {"name": "u", "assignment": [[2]]}],
  "producers": [{"id": "hand", "topic": "u", "config": {"linger.ms": 0}}],
  "timeline": [{"at": "100ms", "produce": {"topic": "u", "value": "v0", "as": "hand"}},
               {"at": "200ms", "produce": {"topic": "u", "value": "v1", "as": "hand"}},
               {"at": "300ms", "produce": {"topic": "u", "as": "hand"}},
               {"at": "1s", "crash": 1, "for": "1s"},
               {"at": "1900ms", "expect": {"metric": "isr.size", "of": "t-0", "is": 1, "text": "in the timeline"}},
               {"at": "1900ms", "expect": {"metric": "isr.size", "of": "t-0", "is": 2, "text": "not in the timeline"}}],
)");

// Each expectation, and whether it holds.
const std::vector<std::pair<std::string, bool>> cases{
    {R"("metric": "leader", "of": "t-0", "is": 2)", true},
    {R"("metric": "leader", "of": "t-0", "is": 1)", false},
    {R"("metric": "leader", "of": "t-0", "not": 1)", true},
    {R"("metric": "leader", "of": "t-0", "not": 2)", false},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 2)", true},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 3)", false},
    {R"("metric": "isr.size", "of": "t-0", "at_most": 2)", true},
    {R"("metric": "isr.size", "of": "t-0", "at_most": 1)", false},
    {R"("metric": "isr.size", "of": "t-0", "is": 2, "at": "900ms")", true},
    {R"("metric": "isr.size", "of": "t-0", "is": 2, "at": "1900ms")", false},
    {R"("metric": "isr.size", "of": "t-0", "is": 1, "at": "1900ms")", true},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 1, "always": true)", true},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 2, "always": true)", false},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 2, "always": true, "to": "900ms")", true},
    {R"("metric": "isr.size", "of": "t-0", "at_least": 2, "always": true, "from": "2900ms")", true},
    {R"("metric": "isr.size", "of": "t-0", "is": 1, "within": "900ms", "after": "1s")", true},
    {R"("metric": "isr.size", "of": "t-0", "is": 1, "within": "900ms")", false},
    {R"("metric": "isr.size", "of": "t-0", "is": 1, "within": "100ms", "after": "2900ms")", false},
    {R"("metric": "leader", "of": "t-0", "on": 1, "is": 1, "always": true, "to": "1900ms")",
     true},                                                                           // no value: skipped
    {R"("metric": "leader", "of": "t-0", "on": 1, "is": 1, "at": "1500ms")", false},  // no value: does not hold
    {R"("metric": "leader", "of": "t-0", "on": 1, "not": 1, "at": "1500ms")", false},
    {R"("records": "u-0", "are": ["v0", "v1", null])", true},
    {R"("records": "u-0", "are": ["v0", "v1"])", false},
    {R"("records": "u-0", "include": ["v1"])", true},
    {R"("records": "u-0", "include": ["v1", "v9"])", false},
    {R"("records": "u-0", "exclude": ["v9"])", true},
    {R"("records": "u-0", "exclude": ["v9", "v0"])", false},
    {R"("records": "u-0", "on": 2, "are": ["v0", "v1", null])", true},
    {R"("records": "u-0", "on": 1, "are": [])", true},  // it holds no replica, so no record
    {R"("no": "violations")", true},
    {R"("no": "acked-record-lost")", true},
    {R"("violates": "acked-record-lost")", false},
};

const ExpectationResult& result_of(const Simulation& run, const std::string& text) {
  const auto found = std::ranges::find(run.expectations(), text, &ExpectationResult::text);
  REQUIRE(found != run.expectations().end());
  return *found;
}

std::string all_cases() {
  std::string list;
  for (std::size_t i = 0; i < cases.size(); ++i)
    list += (i ? ", {" : "[{") + cases[i].first + R"(, "text": "case )" + std::to_string(i) + "\"}";
  return list + "]";
}

}  // namespace

TEST_CASE("each form of an expectation holds and fails as the run went") {
  const Simulation run = run_to_end(scenario(story, {{"/expect", all_cases()}}));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].first);
    const ExpectationResult& result = result_of(run, "case " + std::to_string(i));
    CHECK(result.held == cases[i].second);
    CHECK(result.checked);
  }
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
}

TEST_CASE("an expectation in the timeline is looked at in its moment and told") {
  const Simulation run = run_to_end(scenario(story));
  CHECK(result_of(run, "in the timeline").held);
  CHECK_FALSE(result_of(run, "not in the timeline").held);
  CHECK(result_of(run, "not in the timeline").measured == MetricValue{std::int64_t{1}});
  const auto told = lines_of(run.story(), "expectation");
  REQUIRE(told.size() == 2);
  CHECK(told[0].at == milliseconds(1900));
  CHECK(told[0].tone == Tone::good);
  CHECK(told[1].tone == Tone::violation);
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
}

TEST_CASE("an expectation whose time lies behind the end is not checked and fails nothing") {
  const Simulation run = run_to_end(
      scenario(story, {{"/timeline", "[]"},
                       {"/duration", "\"500ms\""},
                       {"/expect", R"([{"metric": "isr.size", "of": "t-0", "is": 9, "at": "2s", "text": "late"},
                    {"metric": "isr.size", "of": "t-0", "is": 9, "within": "1s", "text": "not over"},
                    {"metric": "isr.size", "of": "t-0", "is": 9, "always": true, "from": "2s", "text": "later"}])"}}));
  for (const char* text : {"late", "not over", "later"}) {
    CAPTURE(text);
    CHECK_FALSE(result_of(run, text).checked);
  }
  CHECK(outcome_of(run, Strict::no) == Outcome::pass);
}

TEST_CASE("an always that is broken tells the value that broke it") {
  const Simulation run = run_to_end(scenario(
      story,
      {{"/expect", R"([{"metric": "isr.size", "of": "t-0", "at_least": 2, "always": true, "text": "broken"}])"}}));
  CHECK(result_of(run, "broken").measured == MetricValue{std::int64_t{1}});
}

TEST_CASE("the values of records tell what was found instead") {
  const Simulation run =
      run_to_end(scenario(story, {{"/expect", R"([{"records": "u-0", "are": [], "text": "none"}])"}}));
  CHECK(result_of(run, "none").measured == MetricValue{std::string{"3 records: v0, v1, null"}});
}

TEST_CASE("a scenario that names no invariant expects no violation at all") {
  const Simulation run =
      run_to_end(scenario(story, {{"/expect", "[]"}, {"/timeline", "[]"}, {"/duration", "\"100ms\""}}));
  REQUIRE(run.expectations().size() == 1);
  CHECK(run.expectations()[0].held);
  CHECK(run.expectations()[0].measured == MetricValue{std::int64_t{0}});
}

TEST_CASE("a moment in which there was no value has measured none") {
  const Simulation run = run_to_end(scenario(
      story, {{"/expect", R"([{"metric": "log.end", "of": "t-0", "on": 1, "is": 0, "at": "1500ms", "text": "while it is down"},
                              {"metric": "group.members", "of": "nobody", "is": 0, "at": "1s", "text": "before there is a group"}])"},
              {"/consumers", R"([{"group": "nobody", "topics": ["t"], "from": "2s"}])"}}));
  CHECK_FALSE(result_of(run, "before there is a group").held);
  CHECK_FALSE(result_of(run, "before there is a group").measured.has_value());
}

TEST_CASE("long values of records are told by their beginning") {
  const std::string value(300, 'x');
  const Simulation run = run_to_end(scenario(
      story, {{"/timeline", R"([{"at": "100ms", "produce": {"topic": "u", "value": ")" + value + R"(", "as": "hand"}}])"},
              {"/expect", R"([{"records": "u-0", "are": [], "text": "none"}])"}}));
  CHECK(result_of(run, "none").measured == MetricValue{"1 records: " + value.substr(0, 100) + "... (300 bytes)"});
}
