#pragma once
// Test results as JUnit XML, the form that CI servers read (the schema of Apache Ant's junit task, as Maven Surefire and Jenkins
// have it): a testsuite a scenario, a testcase an expectation and a group of invariants.
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

struct JUnitCase {
  std::string name;
  std::string failure;  // empty: passed
  std::string details;  // of the failure
  bool skipped{false};
};
struct JUnitSuite {
  std::string name;
  std::int64_t wall_us{};
  std::vector<JUnitCase> cases;
};

[[nodiscard]] JUnitSuite junit_suite(const Simulation& run, const RunFacts& facts);
[[nodiscard]] std::string junit_xml(const std::vector<JUnitSuite>& suites);

// "partitions", "clients", "transactions", "groups", "quorum", "liveness": what an invariant is about.
[[nodiscard]] std::string_view invariant_group(std::string_view id);

}  // namespace kafkasim::sim
