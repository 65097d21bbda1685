#include "sim/check/finding.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("findings are counted in full and kept up to a limit", "[check]") {
  Findings findings;
  for (int i = 0; i < 100; ++i) findings.add({"acked-record-lost", Instant{i}, "orders-0", "gone", {}, {}});
  findings.add({"acked-record-lost", Instant{100}, "orders-0", "gone", {}, Excuse::acks});
  CHECK(findings.violations() == 100);
  CHECK(findings.excused() == 1);
  CHECK(findings.kept().size() == 33);
  CHECK(findings.findings_of("acked-record-lost") == 101);
  CHECK(findings.violations_of("order-broken") == 0);
}

TEST_CASE("what is found after the epilogue began says so", "[check]") {
  Findings findings;
  findings.enter_epilogue();
  findings.add({"acked-record-lost", Instant{1}, "orders-0", "gone", {}, {}});
  CHECK(findings.kept().front().in_epilogue);
}
