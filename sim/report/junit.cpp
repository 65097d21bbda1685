#include "sim/report/junit.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "sim/report/plot.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

struct InvariantGroup {
  std::string_view group;
  std::vector<std::string_view> ids;
};

const std::vector<InvariantGroup>& groups() {
  static const std::vector<InvariantGroup> table{
      {"clients",
       {"acked-record-lost", "offset-inconsistent", "record-duplicated", "order-broken", "poll-skipped", "poll-went-back"}},
      {"transactions",
       {"aborted-read", "precommitted-read", "transaction-torn", "zombie-not-fenced", "marker-invalid", "transaction-cycle",
        "exactly-once-broken", "transaction-hanging"}},
      {"groups", {"group-double-owner", "commit-regressed", "membership-lost"}},
      {"quorum", {"raft-safety"}},
      {"liveness", {"not-converged", "operation-unanswered", "churn"}}};
  return table;
}

std::string describe(const Finding& finding, Instant origin) {
  std::string text = fmt::format("at {} ms, {}: {}", (finding.at - origin).whole_ms(), finding.subject, finding.detail);
  for (const std::string& evidence : finding.evidence) text += "\n    " + evidence;
  return text;
}

bool is_demanded(const Scenario& scenario, const std::string& invariant) {
  return std::ranges::any_of(scenario.expect, [&invariant](const Expectation& e) {
    const auto* violates = std::get_if<ExpectViolates>(&e.what);
    return violates && violates->invariant == invariant;
  });
}

JUnitCase invariant_case(std::string_view group, const Simulation& run, const RunFacts& facts) {
  JUnitCase made{fmt::format("invariants: {}", group), "", "", false};
  if (facts.outcome != Outcome::fail) return made;  // what was found was demanded, or does not matter to this scenario
  for (const Finding& finding : run.findings().kept()) {
    if (invariant_group(finding.invariant) != group) continue;
    if ((finding.excuse && facts.strict == Strict::no) || is_demanded(run.scenario(), finding.invariant)) continue;
    if (made.failure.empty()) made.failure = fmt::format("{}: {}", finding.invariant, finding.detail);
    made.details += fmt::format("{} {}\n", finding.invariant, describe(finding, run.origin()));
  }
  return made;
}

std::string wall_text(std::int64_t us) { return fmt::format("{}.{:03}", us / 1'000'000, us / 1000 % 1000); }

// In element content a line break may stay.
std::string escape_lines(const std::string& text) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find('\n', from)) != std::string::npos; from = at + 1)
    out += escape_markup(std::string_view{text}.substr(from, at - from)) + "\n";
  return out + escape_markup(std::string_view{text}.substr(from));
}

std::string case_xml(const JUnitSuite& suite, const JUnitCase& one) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escape_markup(suite.name), escape_markup(one.name));
  if (one.skipped) return out + "><skipped/></testcase>\n";
  if (one.failure.empty()) return out + "/>\n";
  return out
         + fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", escape_markup(one.failure), escape_lines(one.details));
}

std::ptrdiff_t failures(const JUnitSuite& suite) {
  return std::ranges::count_if(suite.cases, [](const JUnitCase& one) { return !one.failure.empty(); });
}

}  // namespace

std::string_view invariant_group(std::string_view id) {
  for (const InvariantGroup& one : groups()) {
    if (std::ranges::find(one.ids, id) != one.ids.end()) return one.group;
  }
  return "partitions";
}

JUnitSuite junit_suite(const Simulation& run, const RunFacts& facts) {
  JUnitSuite suite{run_name(run.scenario().name, facts.variant), facts.wall_us, {}};
  for (const ExpectationResult& result : run.expectations()) {
    JUnitCase one{result.text, "", "", !result.checked};
    if (result.checked && !result.held) {
      one.failure = "not held: " + result.text;
      if (result.measured) one.details = "measured " + value_text(result.unit.value_or(MetricUnit::count), *result.measured);
    }
    suite.cases.push_back(std::move(one));
  }
  suite.cases.push_back(invariant_case("partitions", run, facts));
  for (const InvariantGroup& one : groups()) {
    const auto checked = [](std::string_view id) {
      const auto& table = invariant_table();
      return std::ranges::find(table, id, &InvariantInfo::id) != table.end();
    };
    if (std::ranges::any_of(one.ids, checked)) suite.cases.push_back(invariant_case(one.group, run, facts));
  }
  if (facts.outcome == Outcome::interrupted) suite.cases.push_back({"the run is complete", "interrupted", "", false});
  return suite;
}

std::string junit_xml(const std::vector<JUnitSuite>& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JUnitSuite& suite : suites) {
    const auto skipped = std::ranges::count_if(suite.cases, &JUnitCase::skipped);
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\">\n",
                       escape_markup(suite.name), suite.cases.size(), failures(suite), skipped, wall_text(suite.wall_us));
    for (const JUnitCase& one : suite.cases) out += case_xml(suite, one);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace kafkasim::sim
