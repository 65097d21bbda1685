// How many simulated seconds a second the cluster of cluster.hpp does, all checkers on.
// How many records a second go from a producer to a consumer, in batches of 10 and of 160.
// And what it takes until a group of 1,000 members is stable, in either protocol: wall-clock time, and virtual time as a counter.
// The counter `simulated_s_per_s` is virtual time over wall-clock time; forming the cluster is not counted.
#include <algorithm>

#include <benchmark/benchmark.h>

#include "sim/cli/heap.hpp"
#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"
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

// Records from a producer through a log of three replicas to a consumer, in batches of so many; each counts once, when poll returns it.
std::shared_ptr<const Scenario> end_to_end_scenario(std::int64_t records_a_batch) {
  const std::int64_t batch_size = 61 + records_a_batch * 110;  // values of 100 bytes
  const std::string text = R"j({
    "name": "end-to-end", "seed": 1, "duration": "6s", "epilogue": false, "cluster": {"brokers": 3, "controllers": 1, "profile": "fast"},
    "topics": [{"name": "t", "partitions": 3, "replication_factor": 3}],
    "producers": [{"id": "p", "count": 3, "topic": "t", "rate": "20000/s", "from": "1s", "to": "5s", "value_size": "100B",
                   "config": {"linger.ms": 100, "batch.size": )j" + std::to_string(batch_size) + R"j(}}],
    "consumers": [{"id": "c", "assign": ["t-0", "t-1", "t-2"], "config": {"auto.offset.reset": "earliest"}}]})j";
  Parsed parsed = parse_scenario(text);
  return parsed.scenario ? std::make_shared<const Scenario>(std::move(*parsed.scenario)) : nullptr;
}

void end_to_end(benchmark::State& state) {
  const std::shared_ptr<const Scenario> scenario = end_to_end_scenario(state.range(0));
  if (!scenario) return state.SkipWithError("the scenario is wrong");
  std::int64_t consumed = 0;
  std::size_t batches = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Simulation run{scenario, WireMode::fast};
    if (!run.form()) state.SkipWithError("the cluster did not form");
    state.ResumeTiming();
    while (run.step()) {}
    consumed += run.measures().counts(std::nullopt, std::nullopt, std::nullopt).consumed;
    for (const auto& [id, partition] : run.checks().history().partitions()) batches += partition->committed->batches().size();
  }
  state.counters["records_per_s"] = benchmark::Counter(static_cast<double>(consumed), benchmark::Counter::kIsRate);
  state.counters["records_a_batch"] = static_cast<double>(consumed) / static_cast<double>(std::max<std::size_t>(1, batches));
}

// A thousand members come at once to a topic of as many partitions.
std::shared_ptr<const Scenario> large_group_scenario(const std::string& protocol) {
  const std::string text = R"j({
    "name": "large-group", "seed": 1, "duration": "300s", "epilogue": false, "cluster": {"brokers": 3, "controllers": 1},
    "topics": [{"name": "t", "partitions": 1000, "replication_factor": 1}],
    "consumers": [{"group": "g", "topics": ["t"], "count": 1000, "from": "1s", "config": {"group.protocol": ")j" + protocol + R"j("}}]})j";
  Parsed parsed = parse_scenario(text);
  return parsed.scenario ? std::make_shared<const Scenario>(std::move(*parsed.scenario)) : nullptr;
}

void large_group(benchmark::State& state, const std::string& protocol) {
  const std::shared_ptr<const Scenario> scenario = large_group_scenario(protocol);
  if (!scenario) return state.SkipWithError("the scenario is wrong");
  const auto stable = [](const Simulation& run) {
    const auto group = run.measures().groups().find("g");
    return group != run.measures().groups().end() && group->second.state == "Stable" && group->second.members.size() == 1000;
  };
  double virtual_seconds = 0;
  double events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Simulation run{scenario, WireMode::fast};
    if (!run.form()) state.SkipWithError("the cluster did not form");
    state.ResumeTiming();
    while (!stable(run) && run.step()) {}
    if (!stable(run)) state.SkipWithError("the group is not stable after 300 s");
    virtual_seconds += static_cast<double>(run.now().whole_ms()) / 1000 - 1;
    events += static_cast<double>(run.events());
  }
  state.counters["virtual_s"] = benchmark::Counter(virtual_seconds, benchmark::Counter::kAvgIterations);
  state.counters["events"] = benchmark::Counter(events, benchmark::Counter::kAvgIterations);
}
void large_group_classic(benchmark::State& state) { large_group(state, "classic"); }
void large_group_consumer(benchmark::State& state) { large_group(state, "consumer"); }

BENCHMARK(large_group_classic)->Unit(benchmark::kMillisecond);
BENCHMARK(large_group_consumer)->Unit(benchmark::kMillisecond);
BENCHMARK(end_to_end)->Arg(10)->Arg(160)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate_fast)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate_exact)->Unit(benchmark::kMillisecond);

}  // namespace
