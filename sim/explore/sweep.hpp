#pragma once
// A sweep: scenarios run with many seeds, in as many processes as there are cores. Seed by seed, each scenario in turn;
// what is reported does not depend on how many processes there were or which was faster.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/explore/tally.hpp"
#include "sim/explore/workers.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

struct SeedRange {  // both ends included
  std::uint64_t first{};
  std::uint64_t last{};
};
[[nodiscard]] Result<SeedRange> parse_seeds(std::string_view text);  // "1..1000", "7"

// Every count-th seed, from the number-th on: shards of one count have no seed in common, and together have all.
struct Shard {
  std::uint64_t number{1};  // 1 to count
  std::uint64_t count{1};
};
[[nodiscard]] Result<Shard> parse_shard(std::string_view text);  // "2/8"

struct SweptScenario {
  std::string file;
  std::shared_ptr<const Scenario> scenario;
  std::string variant{};         // of the file; empty: it has none
  std::vector<Patch> patches{};  // what was done to the file's text to make the scenario
  [[nodiscard]] std::string name() const { return variant.empty() ? scenario->name : scenario->name + " [" + variant + "]"; }
};

class Seeds {  // the jobs of a sweep, one after the other
 public:
  Seeds(SeedRange range, Shard shard, std::uint64_t scenarios);
  std::optional<Job> next();
  [[nodiscard]] std::uint64_t count() const { return count_; }  // of all seeds of the shard; at most 2^64 - 1

 private:
  std::uint64_t scenarios_;
  std::uint64_t step_;
  std::uint64_t last_;
  std::uint64_t count_;
  Job next_;
  bool over_{false};
};

struct SweepPlan {
  std::vector<SweptScenario> scenarios;
  SeedRange seeds;
  Shard shard;
  std::size_t jobs{1};
  std::string failures;  // a folder, made when there is something to save
};
struct SweepWatch {
  std::function<GoOn(const Tally& so_far)> tick;
  std::function<void(const Failure&)> failed;  // as it is found
};
// Fails if nothing can be run, or a failure cannot be saved.
[[nodiscard]] Result<Tally> sweep(const SweepPlan& plan, const SweepWatch& watch);

}  // namespace kafkasim::sim
