// The metadata of a large cluster: how many records of its log are replayed a second, by records and from a snapshot; and how
// long, in virtual time, it is without an active controller when that crashes (counter `virtual_ms`).
#include <benchmark/benchmark.h>

#include "core/controller/metadata_replay.hpp"
#include "core/controller/metadata_snapshot.hpp"
#include "core/wire/metadata_record_codec.hpp"
#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::bench {
namespace {

constexpr std::int32_t partitions_a_topic = 100;

// Topics of 100 partitions of three replicas each, and a change of every partition's leader.
std::vector<std::vector<std::byte>> metadata_values(std::int32_t partitions) {
  std::vector<std::vector<std::byte>> values;
  for (std::int32_t i = 0; i < partitions; ++i) {
    const Uuid topic{1, static_cast<std::uint64_t>(i / partitions_a_topic) + 1};
    if (i % partitions_a_topic == 0)
      values.push_back(encode_metadata_record(TopicRecord{"topic-" + std::to_string(topic.low), topic}));
    PartitionRecord record{.partition_id = PartitionIndex{i % partitions_a_topic}, .topic_id = topic};
    record.replicas = {NodeId{i % 10}, NodeId{i % 10 + 1}, NodeId{i % 10 + 2}};
    record.isr = record.replicas;
    record.leader = record.replicas.front();
    values.push_back(encode_metadata_record(record));
  }
  for (std::int32_t i = 0; i < partitions; ++i) {
    const Uuid topic{1, static_cast<std::uint64_t>(i / partitions_a_topic) + 1};
    PartitionChangeRecord change{.partition_id = PartitionIndex{i % partitions_a_topic}, .topic_id = topic};
    change.isr = {NodeId{i % 10 + 1}, NodeId{i % 10 + 2}};
    change.leader = NodeId{i % 10 + 1};
    values.push_back(encode_metadata_record(change));
  }
  return values;
}

MetadataImage replayed(const std::vector<std::vector<std::byte>>& values) {
  MetadataImage image;
  MetadataDelta delta;
  std::int64_t offset = 0;
  for (const std::vector<std::byte>& value : values) {
    const Result<MetadataRecord> record = decode_metadata_record(value);
    (void)replay(*record, offset++, image, delta);
  }
  return image;
}

void replay_log(benchmark::State& state) {
  const auto values = metadata_values(static_cast<std::int32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(replayed(values));
  state.SetItemsProcessed(state.iterations() * std::ssize(values));
}
BENCHMARK(replay_log)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void replay_snapshot(benchmark::State& state) {
  const MetadataImage image = replayed(metadata_values(static_cast<std::int32_t>(state.range(0))));
  CommittedBatch snapshot;
  for (const MetadataRecord& record : records_of(image)) snapshot.records.push_back(encode_metadata_record(record));
  for (auto _ : state) benchmark::DoNotOptimize(image_of(snapshot));
  state.SetItemsProcessed(state.iterations() * std::ssize(snapshot.records));
}
BENCHMARK(replay_snapshot)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

std::shared_ptr<const sim::Scenario> large_cluster(std::int64_t partitions) {
  const std::string text = R"({"name": "failover", "duration": "30s", "epilogue": false,
    "cluster": {"brokers": 10, "controllers": 3}, "topics": [{"name": "t", "partitions": )" + std::to_string(partitions)
                           + R"(, "replication_factor": 1}], "timeline": [{"at": "5s", "crash": "controller"}]})";
  return std::make_shared<const sim::Scenario>(std::move(*sim::parse_scenario(text).scenario));
}

void controller_failover(benchmark::State& state) {
  for (auto _ : state) {
    sim::Simulation run{large_cluster(state.range(0)), sim::WireMode::fast};
    if (!run.form()) return state.SkipWithError("the cluster does not form");
    const auto run_to = [&](const auto& holds) {
      while (!holds() && run.step()) {}
    };
    run_to([&] { return !run.measures().controller(); });
    const Duration lost = run.now();
    run_to([&] { return run.measures().controller().has_value(); });
    state.counters["virtual_ms"] = static_cast<double>((run.now() - lost).whole_ms());
  }
}
BENCHMARK(controller_failover)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kafkasim::bench
