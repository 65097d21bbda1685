// How many simulated seconds a second: 3 brokers, 12 partitions, replication factor 3, 1,000 batches a second, acks=all, all checkers on.
// The counter `simulated_s_per_s` is virtual time over wall-clock time; forming the cluster is not counted.
#include <benchmark/benchmark.h>

#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"

namespace {

using namespace kafkasim;
using namespace kafkasim::sim;

constexpr const char* cluster = R"({
  "name": "bench", "duration": "10s", "epilogue": false,
  "cluster": {"brokers": 3, "controllers": 3},
  "topics": [{"name": "t", "partitions": 12, "replication_factor": 3}],
  "producers": [{"id": "p", "topic": "t", "rate": "1000/s", "keys": {"distribution": "uniform", "cardinality": 10000}, "config": {"linger.ms": 0}}]
})";

void simulate(benchmark::State& state, WireMode mode) {
  Parsed parsed = parse_scenario(cluster);
  const auto scenario = std::make_shared<const Scenario>(std::move(*parsed.scenario));
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
