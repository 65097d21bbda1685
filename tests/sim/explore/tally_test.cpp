#include "sim/explore/tally.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

namespace {

Tally tally(std::uint64_t seed, std::uint64_t scenario) {
  Tally one;
  one.runs.resize(scenario + 1);
  one.runs[scenario] = 1;
  one.failures = {{seed, scenario, {BreachKind::invariant, "raft-safety", "detail \xc3\xa9", "/expect/0"}, "a/b.json"}};
  one.evaluations = {{"raft-safety", seed}};
  one.probes = {{"isr-shrank", 2}};
  return one;
}

}  // namespace

TEST_CASE("tallies add up to the same in any order") {
  Tally a;
  for (const std::uint64_t seed : {3U, 1U, 2U}) {
    a.add(tally(seed, 1));
    a.add(tally(seed, 0));
  }
  Tally b;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    b.add(tally(seed, 0));
    b.add(tally(seed, 1));
  }
  a.sort();
  b.sort();
  CHECK(to_bytes(a) == to_bytes(b));
  CHECK(a.seeds() == 3);
  CHECK(a.all_runs() == 6);
  CHECK(a.evaluations.at("raft-safety") == 12);
  CHECK(a.probes.at("isr-shrank") == 12);
  CHECK(a.failures.front().seed == 1);
  CHECK(a.failures.back().scenario == 1);
}

TEST_CASE("a tally travels between processes unchanged and nonsense is no tally") {
  Tally all = tally(7, 0);
  all.failures.push_back({UINT64_MAX, 0, {BreachKind::internal_error, "", "x\ny", ""}, ""});
  const auto again = tally_from(to_bytes(all));
  REQUIRE(again.has_value());
  CHECK(to_bytes(*again) == to_bytes(all));
  CHECK(again->failures[1].seed == UINT64_MAX);
  CHECK(again->failures[0].breach.same_as(all.failures[0].breach));
  CHECK_FALSE(again->failures[0].breach.same_as(again->failures[1].breach));
  for (const char* bad : {"", "{}", "[1]", R"({"runs": [], "evaluations": {}, "probes": {}, "failures": [[1, 0, 99, "", "", "", ""]]})"})
    CHECK_FALSE(tally_from(bad).has_value());
}
