// What checking costs: the cluster of cluster_bench.cpp with all invariants, against the same run with none that looks at the history,
// and against one with nobody looking at what is told: no history, measures, story; in turn, in one process. And how many seeds of
// the library's leader-crash a core runs a minute: forming, 60 s, epilogue and all.
#include <fstream>
#include <sstream>
#include <string>

#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/bench/cluster.hpp"
#include "tests/bench/paired.hpp"

namespace {

using namespace kafkasim;
using namespace kafkasim::sim;

double processor_seconds_of(Simulation run, Watching watching) {
  run.watch(watching);
  const double before = bench::processor_seconds();
  while (run.step()) {}
  return bench::processor_seconds() - before;
}

void checks(benchmark::State& state) {
  Simulation formed{bench::cluster_scenario(), WireMode::fast};
  if (!formed.form()) return state.SkipWithError("the cluster did not form");
  std::vector<double> of_invariants;
  std::vector<double> of_watching;
  for (auto _ : state) {
    const double checked = processor_seconds_of(formed, Watching::all);
    of_invariants.push_back(checked / processor_seconds_of(formed, Watching::no_invariant));
    of_watching.push_back(checked / processor_seconds_of(formed, Watching::nothing));
  }
  state.counters["with_over_without"] = bench::median(of_invariants);
  state.counters["watched_over_alone"] = bench::median(of_watching);
}

void leader_crash_seeds(benchmark::State& state) {
  std::ifstream file{KAFKASIM_SCENARIOS "/leader-crash.json"};
  std::stringstream text;
  text << file.rdbuf();
  Parsed parsed = parse_scenario(text.str());
  if (!parsed.scenario) return state.SkipWithError("scenarios/leader-crash.json cannot be read");
  std::vector<double> seconds;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    Scenario scenario = *parsed.scenario;
    scenario.seed = ++seed;
    const double before = bench::processor_seconds();
    Simulation run{std::make_shared<const Scenario>(std::move(scenario)), WireMode::fast};
    if (!run.form()) return state.SkipWithError("the cluster did not form");
    while (run.step()) {}
    run.finish();
    seconds.push_back(bench::processor_seconds() - before);
  }
  state.counters["runs_per_core_minute"] = 60.0 / bench::median(seconds);
}

BENCHMARK(checks)->Unit(benchmark::kMillisecond)->Iterations(9);
BENCHMARK(leader_crash_seeds)->Unit(benchmark::kMillisecond)->Iterations(15);

}  // namespace
