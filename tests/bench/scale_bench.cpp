// Large clusters: how long the quorum is without an active controller when that crashes, with up to 100,000 partitions; what it costs
// to fetch ten active partitions of ten thousand, against ten of ten; and clusters of many brokers, with what a replica takes there.
// Partitions are in topics of at most 1,000. Virtual times and bytes follow from the seed; wall and processor times are the machine's.
#include <algorithm>
#include <fstream>
#include <string>

#include "core/controller/controller.hpp"
#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/bench/paired.hpp"

namespace {

using namespace kafkasim;
using namespace kafkasim::sim;

struct Size {
  std::int32_t brokers{};
  std::int32_t partitions{};
  std::int16_t replicas{};
};

// A scenario file takes at most 500 brokers and 200,000 replicas: what is larger is put into its data here.
Scenario cluster_of(const Size& size, const std::string& rest) {
  Parsed parsed = parse_scenario(R"j({"name": "scale", "seed": 1, "duration": "60s", "epilogue": false,
    "cluster": {"brokers": 3, "controllers": 3}, "topics": [{"name": "t", "partitions": 10, "replication_factor": 1}])j" + rest + "}");
  Scenario scenario = std::move(*parsed.scenario);
  const NodeSpec broker = scenario.cluster.brokers.front();
  scenario.cluster.brokers.clear();
  for (std::int32_t id = 1; id <= size.brokers; ++id) {
    scenario.cluster.brokers.push_back(broker);
    scenario.cluster.brokers.back().id = NodeId{id};
  }
  TopicSpec topic = scenario.topics.front();
  topic.replication_factor = size.replicas;
  scenario.topics.clear();
  for (std::int32_t left = size.partitions; left > 0; left -= topic.partitions) {
    topic.name = scenario.topics.empty() ? "t" : "t" + std::to_string(scenario.topics.size());
    topic.partitions = std::min(left, 1'000);
    scenario.topics.push_back(topic);
  }
  return scenario;
}

std::optional<Simulation> formed(Scenario scenario) {
  Simulation run{std::make_shared<const Scenario>(std::move(scenario)), WireMode::fast};
  if (!run.form()) return std::nullopt;
  run.watch(Watching::nothing);
  return run;
}

std::optional<NodeId> active_controller(const Simulation& run) {
  for (const auto& [id, host] : run.cluster().controllers) {
    const Controller* controller = run.world().machine<Controller>(host);
    if (controller != nullptr && run.world().is_up(host) && controller->raft().is_active()) return id;
  }
  return std::nullopt;
}

std::int64_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

void controller_failover(benchmark::State& state) {
  const Size size{10, static_cast<std::int32_t>(state.range(0)), 1};
  double virtual_ms = 0;
  double processor = 0;
  double forming = 0;
  for (auto _ : state) {
    const double before = bench::processor_seconds();
    std::optional<Simulation> run = formed(cluster_of(size, R"j(, "timeline": [{"at": "5s", "crash": "controller"}])j"));
    if (!run) return state.SkipWithError("the cluster did not form");
    forming = bench::processor_seconds() - before;
    while (run->now() < seconds(5) && run->step()) {}
    const double from = bench::processor_seconds();
    while (!active_controller(*run) && run->step()) {}
    processor = bench::processor_seconds() - from;
    virtual_ms = static_cast<double>((run->now() - seconds(5)).ns) / 1e6;
  }
  state.counters["virtual_ms"] = virtual_ms;
  state.counters["processor_s"] = processor;
  state.counters["forming_s"] = forming;
}

// Ten partitions of topic t get a record each tenth of a second; the rest is idle.
void fetch_cost(benchmark::State& state) {
  const Size size{2, static_cast<std::int32_t>(state.range(0)), 2};
  std::string producers;
  for (int i = 0; i < 10; ++i) {
    producers += (i > 0 ? "," : "") + (R"j({"id": "p)j" + std::to_string(i)) + R"j(", "topic": "t", "partition": )j" + std::to_string(i)
                 + R"j(, "rate": "10/s", "value_size": "100B"})j";
  }
  std::optional<Simulation> run = formed(cluster_of(size, R"j(, "producers": [)j" + producers + "]"));
  if (!run) return state.SkipWithError("the cluster did not form");
  while (run->now() < seconds(5) && run->step()) {}
  double bytes = 0;
  double fetches = 0;
  double processor = 0;
  for (auto _ : state) {
    Simulation counted = *run;
    counted.observe_details();
    bytes = fetches = 0;
    while (counted.now() < seconds(15) && counted.step()) {
      for (const Observation& seen : counted.world().observations()) {
        const auto* left = seen.get_if<MessageLeft>();
        if (left == nullptr || left->message.api != ApiKey::fetch) continue;
        bytes += static_cast<double>(left->bytes);
        fetches += left->message.kind == MessageKind::request ? 1 : 0;
      }
    }
    Simulation timed = *run;
    const double from = bench::processor_seconds();
    while (timed.now() < seconds(15) && timed.step()) {}
    processor = bench::processor_seconds() - from;
  }
  state.counters["bytes_a_fetch"] = bytes / std::max(1.0, fetches);
  state.counters["fetches"] = fetches;
  state.counters["processor_ms"] = processor * 1e3;
}

// Replicas that idle but for one batch a second to each ten partitions, in the first topic: ten producers.
void large_cluster(benchmark::State& state) {
  const Size size{static_cast<std::int32_t>(state.range(0)), static_cast<std::int32_t>(state.range(1)), 3};
  for (auto _ : state) {
    const std::int64_t before = resident_bytes();
    std::optional<Simulation> run = formed(cluster_of(
        size, R"j(, "producers": [{"id": "p", "topic": "t", "count": 10, "rate": ")j" + std::to_string(std::max(1, size.partitions / 100))
                  + R"j(/s", "from": "0s", "config": {"linger.ms": 0}}])j"));
    if (!run) return state.SkipWithError("the cluster did not form");
    state.counters["bytes_a_replica"] = static_cast<double>(resident_bytes() - before) / (3.0 * size.partitions);
    while (run->now() < seconds(1) && run->step()) {}
    const std::uint64_t events = run->events();
    const Duration began = run->now();
    const double wall = bench::seconds_of([&] {
      while (run->now() < seconds(4) && run->step()) {}
    });
    state.counters["simulated_s_per_s"] = static_cast<double>((run->now() - began).ns) / 1e9 / wall;
    state.counters["events_per_s"] = static_cast<double>(run->events() - events) / wall;
  }
}

BENCHMARK(controller_failover)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(fetch_cost)->Arg(10)->Arg(10'000)->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(large_cluster)->Args({10, 1'000})->Args({100, 10'000})->Args({250, 25'000})->Args({1'000, 100'000})->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
