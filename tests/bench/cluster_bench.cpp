// How many simulated seconds a second the cluster of cluster.hpp does, all checkers on.
// The counter `simulated_s_per_s` is virtual time over wall-clock time; forming the cluster is not counted.
#include <benchmark/benchmark.h>

#include "sim/cli/heap.hpp"
#include "sim/run/simulation.hpp"
#include "tests/bench/cluster.hpp"

namespace {

using namespace kafkasim;
using namespace kafkasim::sim;

[[maybe_unused]] const LargePages pages = use_large_pages();  // as the program

void simulate(benchmark::State& state, WireMode mode) {
  const std::shared_ptr<const Scenario> scenario = bench::cluster_scenario();
  double events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Simulation run{scenario, mode};
    const bool formed = run.form().has_value();
    state.ResumeTiming();
    if (!formed) state.SkipWithError("the cluster did not form");
    while (run.step()) {}
    events += static_cast<double>(run.events());
  }
  state.counters["simulated_s_per_s"] =
      benchmark::Counter(10.0 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["events_per_s"] = benchmark::Counter(events, benchmark::Counter::kIsRate);
}

void simulate_fast(benchmark::State& state) { simulate(state, WireMode::fast); }
void simulate_exact(benchmark::State& state) { simulate(state, WireMode::exact); }

BENCHMARK(simulate_fast)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate_exact)->Unit(benchmark::kMillisecond);

}  // namespace
