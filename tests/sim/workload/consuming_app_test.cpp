#include "sim/workload/consuming_app.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::test;

namespace {

struct ConsumingRig {
  explicit ConsumingRig(Duration process_time, ConsumerConfig config = {})
      : bench{make(process_time, std::move(config))} {
    cluster.add_topic("orders", 1);
    bench.start();
  }
  static ConsumingApp make(Duration process_time, ConsumerConfig config) {
    config.auto_offset_reset = "earliest";
    return ConsumingApp{identity("reader"), config, ConsumeGroup{"analytics", {"orders"}}, process_time};
  }
  void write(int records) {
    ModelPartition& to = cluster.at("orders", 0);
    BatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.append(Timestamp{1}, std::nullopt, as_bytes("v"));
    RecordBatch batch = builder.build(Origin{1, to.end()});
    batch.header.base_offset = to.end();
    to.log.push_back(batch);
  }
  void run_for(Duration time) { cluster.run_for(bench, time); }
  ModelCluster cluster;
  Bench<ConsumingApp> bench;
};

}  // namespace

TEST_CASE("an application without process time takes all there is at once") {
  ConsumingRig rig{Duration{}};
  rig.write(700);
  rig.run_for(milliseconds(500));
  CHECK(rig.bench.machine.consumed() == 700);
}

TEST_CASE("an application polls again only when it has worked on every record") {
  ConsumerConfig config;
  config.max_poll_records = 10;
  ConsumingRig rig{milliseconds(10), config};
  rig.write(25);
  rig.run_for(milliseconds(50));
  CHECK(rig.bench.machine.consumed() == 10);
  rig.run_for(milliseconds(49));
  CHECK(rig.bench.machine.consumed() == 10);
  rig.run_for(milliseconds(10));
  CHECK(rig.bench.machine.consumed() == 20);
  rig.run_for(milliseconds(200));
  CHECK(rig.bench.machine.consumed() == 25);
}

TEST_CASE("an application that is stopped finishes its work before it commits and leaves") {
  ConsumingRig rig{milliseconds(10)};
  rig.write(20);
  rig.run_for(milliseconds(50));
  REQUIRE(rig.bench.machine.consumed() == 20);
  rig.bench.step(StopRequested{});
  rig.run_for(milliseconds(100));
  CHECK_FALSE(rig.bench.exit);
  rig.run_for(milliseconds(200));
  REQUIRE(rig.bench.exit);
  CHECK(rig.bench.exit->orderly);
  CHECK(rig.cluster.committed.at({"orders", PartitionIndex{0}}) == 20);
}
