// How many records of the metadata log are replayed a second: a cluster of 100,000 partitions (three replicas each) is made, and the
// leader of each changes. Each record is decoded from its bytes and applied to an image, as brokers and standby controllers do it;
// against decoding the same bytes alone.
#include <string>
#include <vector>

#include "core/controller/metadata_replay.hpp"
#include "core/wire/metadata_record_codec.hpp"
#include "tests/bench/paired.hpp"

namespace kafkasim::bench {
namespace {

constexpr std::int32_t topics_made = 100;
constexpr std::int32_t partitions_each = 1'000;
constexpr std::int32_t brokers_there = 100;

Uuid topic_id(std::int32_t topic) { return Uuid{7, static_cast<std::uint64_t>(topic) + 100}; }
NodeId broker_of(std::int32_t partition, std::int32_t replica) { return NodeId{1 + (partition + replica) % brokers_there}; }

std::vector<std::vector<std::byte>> metadata_log() {
  std::vector<std::vector<std::byte>> log;
  const auto write = [&log](const MetadataRecord& record) { log.push_back(encode_metadata_record(record)); };
  for (std::int32_t topic = 0; topic < topics_made; ++topic) {
    write(TopicRecord{"topic-" + std::to_string(topic), topic_id(topic)});
    for (std::int32_t i = 0; i < partitions_each; ++i) {
      PartitionRecord partition;
      partition.partition_id = PartitionIndex{i};
      partition.topic_id = topic_id(topic);
      for (std::int32_t r = 0; r < 3; ++r) partition.replicas.push_back(broker_of(i, r));
      partition.isr = partition.replicas;
      partition.leader = partition.replicas.front();
      write(partition);
    }
  }
  for (std::int32_t topic = 0; topic < topics_made; ++topic) {
    for (std::int32_t i = 0; i < partitions_each; ++i) {
      PartitionChangeRecord change;
      change.partition_id = PartitionIndex{i};
      change.topic_id = topic_id(topic);
      change.isr = std::vector<NodeId>{broker_of(i, 1), broker_of(i, 2)};
      change.leader = broker_of(i, 1);
      write(change);
    }
  }
  return log;
}

void replay_metadata(benchmark::State& state) {
  const std::vector<std::vector<std::byte>> log = metadata_log();
  std::size_t sum = 0;
  paired(
      state, static_cast<double>(log.size()),
      [&] {
        MetadataImage image;
        MetadataDelta delta;
        for (std::size_t i = 0; i < log.size(); ++i) {
          const Result<MetadataRecord> record = decode_metadata_record(log[i]);
          const bool done = record && replay(*record, static_cast<std::int64_t>(i), image, delta);
          if (!done) return state.SkipWithError("a record cannot be replayed");
        }
        sum += image.topics.size() + delta.partitions.size();
      },
      [&] {
        for (const std::vector<std::byte>& bytes : log) sum += decode_metadata_record(bytes).has_value() ? 1U : 0U;
      });
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(replay_metadata)->Iterations(9)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kafkasim::bench
