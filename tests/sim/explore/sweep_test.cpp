#include "sim/explore/sweep.hpp"

#include <set>

#include "sim/explore/failing.hpp"
#include "tests/sim/explore/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::vector<std::uint64_t> seeds_of(SeedRange range, Shard shard) {
  Seeds seeds{range, shard, 1};
  std::vector<std::uint64_t> all;
  while (const auto job = seeds.next()) all.push_back(job->seed);
  CHECK(all.size() == seeds.count());
  return all;
}

Tally swept(const SweepPlan& plan) {
  const Result<Tally> found = sweep(plan, {[](const Tally&) { return GoOn::yes; }, [](const Failure&) {}});
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("seeds are a range with both ends or one number") {
  CHECK(parse_seeds("1..10")->last == 10);
  CHECK(parse_seeds("7")->first == 7);
  CHECK(parse_seeds("7")->last == 7);
  CHECK(parse_seeds("0..18446744073709551615")->last == UINT64_MAX);
  for (const char* bad : {"", "..", "1..", "..2", "2..1", "-1..2", "1..2..3", "1.5", "a", "1..18446744073709551616"})
    CHECK_FALSE(parse_seeds(bad).has_value());
}

TEST_CASE("shards share the seeds out without a seed twice or left out") {
  CHECK(parse_shard("2/8")->number == 2);
  for (const char* bad : {"", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"}) CHECK_FALSE(parse_shard(bad).has_value());
  std::multiset<std::uint64_t> all;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    for (const std::uint64_t seed : seeds_of({5, 21}, {i, 4})) all.insert(seed);
  }
  CHECK(all.size() == 17);
  CHECK(std::set<std::uint64_t>(all.begin(), all.end()).size() == 17);
  CHECK(seeds_of({1, 2}, {3, 4}).empty());
}

TEST_CASE("the largest seeds come to an end") {
  CHECK(seeds_of({UINT64_MAX - 1, UINT64_MAX}, {1, 1}) == std::vector<std::uint64_t>{UINT64_MAX - 1, UINT64_MAX});
  CHECK(seeds_of({UINT64_MAX - 1, UINT64_MAX}, {2, 2}) == std::vector<std::uint64_t>{UINT64_MAX});
  CHECK((Seeds{{0, UINT64_MAX}, {1, 1}, 1}.count()) == UINT64_MAX);
}

TEST_CASE("a sweep finds the same with any number of processes and saves each failure") {
  const Folder folder{"sweep"};
  // Some seeds crash a broker often enough that not all is acknowledged in time.
  const std::string text = tiny(chaos + R"(, "expect": [{"metric": "elections", "at_most": 0}])");
  SweepPlan plan;
  plan.scenarios = {{folder.file("tiny.json", text), parsed(text)}};
  plan.seeds = {1, 8};
  plan.failures = folder.path("found");
  plan.jobs = 1;
  const Tally one = swept(plan);
  plan.jobs = 3;
  CHECK(to_bytes(swept(plan)) == to_bytes(one));
  CHECK(one.seeds() == 8);
  REQUIRE_FALSE(one.failures.empty());
  for (const Failure& failure : one.failures) {
    const auto saved = parse_scenario(content(failure.file));
    REQUIRE(saved.scenario.has_value());
    CHECK(saved.scenario->seed == failure.seed);
    plan.scenarios = {{failure.file, std::make_shared<const Scenario>(*saved.scenario)}};
    plan.seeds = {failure.seed, failure.seed};
    plan.failures = folder.path("again");
    CHECK(swept(plan).failures.size() == 1);
    break;  // one will do
  }
}

TEST_CASE("a sweep that may begin no more runs ends with those that it has") {
  const Folder folder{"sweep-limit"};
  SweepPlan plan;
  plan.scenarios = {{folder.file("tiny.json", tiny("")), parsed(tiny(""))}};
  plan.seeds = {1, UINT64_MAX};
  plan.failures = folder.path("found");
  const Result<Tally> found =
      sweep(plan, {[](const Tally& t) { return t.all_runs() < 2 ? GoOn::yes : GoOn::no_more_jobs; }, [](const Failure&) {}});
  REQUIRE(found.has_value());
  CHECK(found->all_runs() == 2);
}
