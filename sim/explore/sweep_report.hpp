#pragma once
// What a sweep has found: for people, as JSON (--report) and as JUnit's XML. All of it follows from scenarios and seeds,
// but for `runs_per_minute`, `wall_ms`, `version` and, of an interrupted sweep, how far it came.
#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/sweep.hpp"

namespace kafkasim::sim {

struct SweepFacts {  // what is not in the tally
  std::int64_t wall_ms{};
  bool interrupted{};
};

[[nodiscard]] std::string failure_line(const Failure& failure, const std::vector<SweptScenario>& scenarios);
[[nodiscard]] std::string sweep_text(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts);
[[nodiscard]] std::string sweep_json(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts);
// One testsuite a scenario; one testcase an invariant, and one for everything else that failed. An interrupted sweep has failed.
[[nodiscard]] std::string sweep_junit(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts);

// "1234/10000 runs, 56.3 a second, 2 failures, 155 s left"
struct SweepProgress {
  std::uint64_t done{};
  std::uint64_t all{};
  std::uint64_t failures{};
  std::int64_t wall_ms{};
  std::int64_t limit_ms{};  // 0: none
};
[[nodiscard]] std::string progress_text(const SweepProgress& progress);

}  // namespace kafkasim::sim
