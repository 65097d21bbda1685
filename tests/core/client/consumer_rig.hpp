#pragma once
// A consumer on a bench with a model cluster behind it.
#include <string>
#include <vector>

#include "core/client/consumer.hpp"
#include "tests/core/client/model_cluster.hpp"

namespace kafkasim::test {

inline ConsumerConfig from_earliest() {
  ConsumerConfig config;
  config.auto_offset_reset = "earliest";
  return config;
}

struct ConsumerRig {
  explicit ConsumerRig(ConsumerConfig config = from_earliest(), int partitions = 2)
      : bench{Consumer{identity("reader"), config, ConsumeGroup{"analytics", {"orders"}}}} {
    cluster.add_topic("orders", partitions);
    bench.start();
  }
  ConsumerRig(ConsumerConfig config, ConsumeWhat what, int partitions)
      : bench{Consumer{identity("reader"), config, std::move(what)}} {
    cluster.add_topic("orders", partitions);
    bench.start();
  }

  void write(int partition, const std::vector<std::string>& values, std::int32_t client = 5) {
    ModelPartition& to = cluster.at("orders", partition);
    BatchBuilder builder;
    for (const std::string& value : values) builder.append(Timestamp{1'000}, std::nullopt, as_bytes(value));
    RecordBatch batch = builder.build(Origin{client, to.end()});
    batch.header.base_offset = to.end();
    batch.header.partition_leader_epoch = to.epoch.value;
    to.log.push_back(batch);
  }
  ConsumerRecords poll() {
    ConsumerRecords records;
    bench.with_env([&](Env& env) { records = bench.machine.poll(env); });
    for (const PartitionRecords& part : records.partitions) {
      for (const ConsumerRecord& record : part.records) got.emplace_back(as_text(*record.value));
    }
    return records;
  }
  // An application that polls all the time.
  void poll_for(Duration time) {
    const Instant until = bench.now + time;
    bench.run_until(until, [&] {
      for (int i = 0; i < 50; ++i) {
        cluster.serve(bench);
        cluster.serve_held(bench);
        if (poll().count() == 0 && bench.requests.empty()) break;
      }
    });
  }
  // Polls until there are records: after that the application is away.
  void poll_once() {
    for (int i = 0; i < 200; ++i) {
      if (poll().count() > 0) return;
      cluster.run_for(bench, milliseconds(100));
    }
  }
  ModelCluster cluster;
  Bench<Consumer> bench;
  std::vector<std::string> got;
};

}  // namespace kafkasim::test
