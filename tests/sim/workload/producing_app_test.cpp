#include "sim/workload/producing_app.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::test;

namespace {

ProducingPlan plan_of(std::int64_t records_per_1000_s) {
  ProducingPlan plan;
  plan.topic = "orders";
  plan.records_per_1000_s = records_per_1000_s;
  plan.from = Instant{2'000'000'000};
  return plan;
}

struct ProducingRig {
  explicit ProducingRig(ProducingPlan plan, ProducerConfig config = {})
      : bench{ProducingApp{identity("shop/1"), config, std::move(plan)}} {
    cluster.add_topic("orders", 2);
    bench.start();
  }
  void run_for(Duration time) { cluster.run_for(bench, time); }
  [[nodiscard]] std::int64_t produced() const { return bench.machine.produced(); }
  ModelCluster cluster;
  Bench<ProducingApp> bench;  // its clock begins at one second
};

}  // namespace

TEST_CASE("an application produces at its rate from its beginning to its end without drift") {
  ProducingPlan plan = plan_of(333'000);
  plan.to = Instant{12'000'000'000};
  ProducingRig rig{plan};
  rig.run_for(milliseconds(1'000));
  CHECK(rig.produced() == 0);
  rig.run_for(microseconds(3'004));
  CHECK(rig.produced() == 1);
  rig.run_for(seconds(5));
  CHECK(rig.produced() / 2 == 1666 / 2);
  rig.run_for(seconds(15));
  CHECK(rig.produced() == 3330);  // ten seconds at 333 a second
  CHECK(rig.bench.noted<trace::RecordSent>().size() == 3330);
  std::int64_t acked = 0;
  for (const auto& one : rig.bench.noted<trace::RecordsAcked>()) acked += one.count;
  CHECK(acked == 3330);
}

TEST_CASE("records come at drawn moments: one in each interval of the rate and not in step with it") {
  ProducingPlan plan = plan_of(100'000);
  ProducingRig rig{plan};
  rig.run_for(seconds(1));
  std::set<std::int64_t> phases;
  for (std::int64_t n = 0; n < 100; ++n) {
    CHECK(rig.produced() == n);
    const std::int64_t began = rig.bench.now.ns;
    while (rig.produced() == n && rig.bench.now.ns < began + 10'000'000) rig.run_for(microseconds(100));
    phases.insert((rig.bench.now.ns - began) / 1'000'000);
    rig.run_for(Duration{began + 10'000'000 - rig.bench.now.ns});
  }
  CHECK(phases.size() > 7);
}

TEST_CASE("values are unique text filled up to a size within the range and keys come from the distribution") {
  ProducingPlan plan = plan_of(1'000'000);
  plan.records = 50;
  plan.keys = KeySpec{KeyDistribution::uniform, 5};
  plan.value_bytes = {20, 30};
  ProducingRig rig{plan};
  rig.run_for(seconds(3));
  std::set<std::string> values;
  std::set<std::string> keys;
  for (int p = 0; p < 2; ++p) {
    for (const RecordBatch& batch : rig.cluster.at("orders", p).log) {
      const auto records = decode_records(batch);
      for (const Record& r : *records) {
        values.emplace(as_text(*r.value));
        keys.emplace(as_text(*r.key));
        CHECK(r.value->size() >= 20);
        CHECK(r.value->size() <= 30);
      }
    }
  }
  CHECK(values.size() == 50);
  CHECK(values.begin()->starts_with("shop/1 #0..."));
  CHECK(keys.size() == 5);
}

TEST_CASE("a changed rate counts from the moment it comes and nothing restores the first one") {
  ProducingRig rig{plan_of(100'000)};
  rig.run_for(seconds(2));
  CHECK(rig.produced() == 100);
  rig.bench.step(Command{SetRate{10'000, std::nullopt}});
  rig.run_for(seconds(1));
  CHECK(rig.produced() == 100 + 1000);
  rig.bench.step(Command{SetRate{std::nullopt, 0}});
  const std::int64_t before = rig.produced();
  rig.run_for(seconds(5));
  CHECK(rig.produced() == before);
  rig.bench.step(Command{SetRate{}});
  rig.run_for(seconds(1));
  CHECK(rig.produced() == before + 100);
}

TEST_CASE("after Finish no record is produced and what was sent is still delivered") {
  ProducingRig rig{plan_of(100'000)};
  rig.bench.run_for(milliseconds(1500));
  rig.bench.step(Command{Finish{}});
  rig.run_for(seconds(5));
  CHECK(rig.bench.machine.finished());
  CHECK(rig.bench.noted<trace::RecordSent>().size() == static_cast<std::size_t>(rig.produced()));
  CHECK(rig.bench.machine.producer().idle());
}

TEST_CASE("what came due while the producer was blocked follows at once when it is free again") {
  ProducerConfig config;
  config.batch_size = 200;
  config.buffer_memory = 2'000;
  ProducingRig rig{plan_of(100'000), config};
  rig.run_for(milliseconds(1'100));
  rig.bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  rig.bench.disconnect_all();
  rig.run_for(seconds(3));
  CHECK_FALSE(rig.bench.machine.producer().can_accept());
  CHECK(rig.produced() < 100);
  rig.bench.down.clear();
  rig.run_for(seconds(2));
  CHECK(rig.produced() > 500);
  CHECK(rig.bench.noted<trace::RecordsFailed>().empty());
}

TEST_CASE("a producer by hand sends exactly what it is told") {
  ModelCluster cluster;
  cluster.add_topic("orders", 2);
  Bench<HandProducerApp> bench{HandProducerApp{identity("hand"), ProducerConfig{}}};
  bench.start();
  ProduceCommand command;
  command.topic = "orders";
  command.value = "by hand";
  command.partition = PartitionIndex{1};
  command.headers = {{"trace", "1"}};
  bench.step(Command{command});
  cluster.run_for(bench, seconds(1));
  const auto records = decode_records(cluster.at("orders", 1).log.at(0));
  CHECK(as_text(*records->front().value) == "by hand");
  CHECK(records->front().headers.at(0).key == "trace");
  CHECK_FALSE(records->front().key);
}

TEST_CASE("a rate that changes is exact in each stretch of time and a lull is one") {
  ProducingPlan plan = plan_of(100'000);
  using Change = ProducingPlan::Change;
  plan.changes = std::make_shared<const std::vector<Change>>(std::vector<Change>{
      {Instant{4'000'000'000}, 0}, {Instant{7'000'000'000}, 500'000}, {Instant{8'000'000'000}, 10'000}});
  ProducingRig rig{plan};
  rig.run_for(seconds(3));  // the clock began at one second, the plan at two
  CHECK(rig.produced() == 200);
  rig.run_for(seconds(3));
  CHECK(rig.produced() == 200);
  rig.run_for(seconds(1));
  CHECK(rig.produced() == 700);
  rig.run_for(seconds(10));
  CHECK(rig.produced() == 800);
}

TEST_CASE("a factor holds for all rates of a plan and a rate until it is taken back") {
  ProducingPlan plan = plan_of(100'000);
  using Change = ProducingPlan::Change;
  plan.changes = std::make_shared<const std::vector<Change>>(
      std::vector<Change>{{Instant{4'000'000'000}, 200'000}, {Instant{6'000'000'000}, 50'000}});
  ProducingRig rig{plan};
  rig.run_for(seconds(2));
  rig.bench.step(Command{SetRate{2'000, std::nullopt}});
  rig.run_for(seconds(2));  // one second at 200, one at 400
  CHECK(rig.produced() / 2 == 700 / 2);
  rig.bench.step(Command{SetRate{std::nullopt, 10'000}});
  rig.run_for(seconds(2));
  CHECK(rig.produced() / 3 == 720 / 3);
  rig.bench.step(Command{SetRate{}});
  rig.run_for(seconds(2));
  CHECK(rig.produced() / 4 == 820 / 4);
}

TEST_CASE("rates below one in a stretch come out right over many stretches") {
  ProducingPlan plan = plan_of(500);
  std::vector<ProducingPlan::Change> changes;
  for (std::int64_t i = 1; i < 4'000; ++i) changes.push_back({plan.from + seconds(i), i % 2 == 0 ? 500 : 501});
  plan.changes = std::make_shared<const std::vector<ProducingPlan::Change>>(std::move(changes));
  ProducingRig rig{plan};
  rig.run_for(seconds(4'001));
  CHECK(rig.produced() > 1'850);
  CHECK(rig.produced() < 2'150);
}
