#include "sim/workload/pipeline_app.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::test;

namespace {

struct PipelineRig {
  explicit PipelineRig(Guarantee guarantee, Duration process_time = milliseconds(10)) : bench{make(guarantee, process_time)} {
    cluster.add_topic("orders", 1);
    cluster.add_topic("invoices", 1);
    bench.start();
  }
  static PipelineApp make(Guarantee guarantee, Duration process_time) {
    ConsumerConfig reads;
    reads.auto_offset_reset = "earliest";
    reads.enable_auto_commit = false;
    reads.max_poll_records = 10;
    return PipelineApp{identity("billing/1"), reads, ProducerConfig{}, "billing", {"billing", "orders", "invoices", guarantee, process_time}};
  }
  void write(int records) {
    ModelPartition& to = cluster.at("orders", 0);
    BatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.append(Timestamp{1}, as_bytes("k"), as_bytes("v" + std::to_string(i)));
    RecordBatch batch = builder.build(Origin{1, to.end()});
    batch.header.base_offset = to.end();
    to.log.push_back(batch);
  }
  void run_for(Duration time) { cluster.run_for(bench, time); }
  std::int64_t written() { return cluster.at("invoices", 0).end(); }
  std::int64_t committed() { return cluster.committed[{"orders", PartitionIndex{0}}]; }
  ModelCluster cluster;
  Bench<PipelineApp> bench;
};

// A real cluster under an exactly-once pipeline; `more` is its timeline.
Simulation exactly_once(const std::string& more, const std::string& legacy = "", const std::string& producers = "") {
  Simulation run = testing::formed(testing::scenario(R"j({
    "name": "p", "seed": 5, "duration": "20s",
    "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "legacy": [)j" + legacy + R"j(], "config": {"min.insync.replicas": 2,
      "transaction.state.log.num.partitions": 2, "offsets.topic.num.partitions": 2}},
    "topics": [{"name": "orders", "partitions": 2, "replication_factor": 3}, {"name": "invoices", "partitions": 2, "replication_factor": 3}],
    "producers": [{"id": "shop", "topic": "orders", "rate": "100/s", "from": "1s", "to": "15s"})j" + producers + R"j(],
    "pipelines": [{"id": "billing", "group": "billing", "from": "orders", "to": "invoices", "exactly_once": true, "process_time": "2ms",
                   "producer_config": {"transaction.timeout.ms": 4000}}],
    "timeline": [)j" + more + "]}"));
  while (run.step()) {}
  run.finish();
  return run;
}
std::int64_t of_billing(const Simulation& run, Metric metric) {
  return std::get<std::int64_t>(run.measure({metric, {}, ClientName{"billing", std::nullopt}, {}}).value_or(std::int64_t{-1}));
}

}  // namespace

TEST_CASE("an at-least-once pipeline commits what it has read when its output is acknowledged", "[workload]") {
  PipelineRig rig{Guarantee::at_least_once};
  rig.write(10);
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::not_enough_replicas, ErrorCode::not_enough_replicas};
  rig.run_for(milliseconds(120));
  CHECK(rig.written() == 0);
  CHECK(rig.committed() == 0);
  rig.run_for(seconds(2));
  CHECK(rig.written() == 10);
  CHECK(rig.committed() == 10);
}

TEST_CASE("an at-most-once pipeline commits before it works", "[workload]") {
  PipelineRig rig{Guarantee::at_most_once, milliseconds(100)};
  rig.write(10);
  rig.run_for(milliseconds(500));
  CHECK(rig.committed() == 10);
  CHECK(rig.written() < 10);
  rig.run_for(seconds(2));
  CHECK(rig.written() == 10);
}

TEST_CASE("an at-least-once pipeline writes what it has worked on and commits when all is written", "[workload]") {
  PipelineRig rig{Guarantee::at_least_once, milliseconds(100)};
  rig.write(10);
  rig.run_for(milliseconds(600));
  CHECK(rig.written() > 0);
  CHECK(rig.written() < 10);
  CHECK(rig.committed() == 0);
  rig.run_for(seconds(2));
  CHECK(rig.written() == 10);
  CHECK(rig.committed() == 10);
}

TEST_CASE("an at-most-once pipeline whose commit is refused reads again instead of working", "[workload]") {
  PipelineRig rig{Guarantee::at_most_once};
  rig.write(10);
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::illegal_generation};
  rig.run_for(milliseconds(90));
  CHECK(rig.written() == 0);
  rig.write(5);
  rig.run_for(seconds(8));
  CHECK(rig.written() == 15);
  CHECK(rig.committed() == 15);
}

TEST_CASE("an at-least-once pipeline writes again what failed", "[workload]") {
  PipelineRig rig{Guarantee::at_least_once};
  rig.write(10);
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::message_too_large, ErrorCode::invalid_record};
  rig.run_for(seconds(1));
  rig.write(5);
  rig.run_for(seconds(8));
  CHECK(rig.written() >= 15);
  CHECK(rig.committed() == 15);
}

TEST_CASE("a pipeline that is stopped finishes what is in hand", "[workload]") {
  PipelineRig rig{Guarantee::at_least_once, milliseconds(50)};
  rig.write(25);
  rig.run_for(milliseconds(100));
  rig.bench.step(StopRequested{});
  rig.run_for(seconds(3));
  REQUIRE(rig.bench.exit);
  CHECK(rig.bench.exit->orderly);
  CHECK(rig.written() == 10);
  CHECK(rig.committed() == 10);
}

TEST_CASE("an exactly-once pipeline that crashes makes one record of each all the same", "[workload]") {
  const Simulation run = exactly_once(R"({"at": "8s", "crash": "billing/1", "for": "1s"}, {"at": "12s", "crash": "billing", "for": "500ms"})");
  CHECK(run.checks().findings().violations() == 0);
  CHECK(of_billing(run, Metric::records_duplicated) == 0);
  CHECK(of_billing(run, Metric::records_lost) == 0);
  CHECK(of_billing(run, Metric::records_produced) >= 1400);
}

TEST_CASE("a pipeline that was fenced by another producer of its transactional id goes on with a new one", "[workload]") {
  const Simulation run = exactly_once("", "", R"(, {"id": "other", "from": "8s", "config": {"transactional.id": "billing"}})");
  CHECK(run.checks().findings().violations() == 0);
  CHECK(of_billing(run, Metric::records_duplicated) == 0);
  CHECK(of_billing(run, Metric::records_lost) == 0);
  const auto* app = run.world().machine<PipelineApp>(run.cluster().client("billing/1")->host);
  REQUIRE(app != nullptr);
  CHECK(app->fenced() >= 1);
}
