#include "sim/workload/consuming_app.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::test;

namespace {

struct ConsumingRig {
  explicit ConsumingRig(Duration process_time, ConsumerConfig config = {})
      : ConsumingRig{ConsumingPlan{process_time, {}, {}}, std::move(config)} {}
  explicit ConsumingRig(ConsumingPlan plan, ConsumerConfig config = {})
      : bench{make(std::move(plan), std::move(config))} {
    cluster.add_topic("orders", 1);
    bench.start();
  }
  static ConsumingApp make(ConsumingPlan plan, ConsumerConfig config) {
    config.auto_offset_reset = "earliest";
    return ConsumingApp{identity("reader"), config, ConsumeGroup{"analytics", {"orders"}}, std::move(plan)};
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

TEST_CASE("an application that commits by hand does so before or after it works on what a poll gave") {
  for (const CommitMoment moment : {CommitMoment::before_processing, CommitMoment::after_processing}) {
    ConsumerConfig config;
    config.enable_auto_commit = false;
    ConsumingRig rig{ConsumingPlan{milliseconds(10), moment, std::nullopt}, config};
    rig.write(20);
    rig.run_for(milliseconds(100));
    const TopicPartition tp{"orders", PartitionIndex{0}};
    CHECK(rig.cluster.committed.contains(tp) == (moment == CommitMoment::before_processing));
    rig.run_for(milliseconds(200));
    CHECK(rig.cluster.committed.at(tp) == 20);
  }
}

TEST_CASE("a poison record ends the process or keeps it from ever polling again") {
  const PoisonSpec poison{{"orders", PartitionIndex{0}}, Offset{5}, PoisonCure::die};
  ConsumingRig dies{ConsumingPlan{Duration{}, CommitMoment::by_itself, poison}};
  dies.write(10);
  dies.run_for(milliseconds(100));
  CHECK(dies.bench.exit);
  CHECK_FALSE(dies.bench.exit->orderly);
  ConsumerConfig config;
  config.max_poll_interval = seconds(2);
  ConsumingRig stays{ConsumingPlan{Duration{}, CommitMoment::by_itself, PoisonSpec{poison.partition, poison.offset, PoisonCure::retry}}, config};
  stays.write(10);
  stays.run_for(seconds(1));
  CHECK_FALSE(stays.bench.exit);
  CHECK(stays.cluster.handled[ApiKey::leave_group] == 0);
  stays.run_for(seconds(2));
  CHECK(stays.cluster.handled[ApiKey::leave_group] == 1);
  CHECK(stays.bench.machine.consumed() == 10);
}
