#include "sim/run/disk_use.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("what comes in is counted in stretches that grow with the time") {
  Inflow inflow;
  inflow.add(seconds(0), 10);
  inflow.add(milliseconds(999), 10);
  inflow.add(seconds(5), 30);
  CHECK(inflow.bytes() == 50);
  CHECK(inflow.busiest() == 30);
  CHECK(inflow.stretch() == seconds(1));
  inflow.add(seconds(300), 1);
  CHECK(inflow.stretch() == seconds(4));
  CHECK(inflow.busiest() == 30);
  inflow.add(seconds(1'000), 1);
  CHECK(inflow.stretch() == seconds(8));
  CHECK(inflow.busiest() == 50);
  inflow.add(seconds(3'000'000'000), 1);
  CHECK(inflow.bytes() == 53);
}

TEST_CASE("room lasts as long as what comes in takes to fill it") {
  CHECK(lasts(100, 50, seconds(10)) == seconds(20));
  CHECK_FALSE(lasts(100, 0, seconds(10)).has_value());
  CHECK(lasts(UINT64_MAX, 1, seconds(86'400)) == Duration{INT64_MAX});
}

TEST_CASE("the longest retention is that of the topics and for ever is none") {
  const auto of = [](const std::string& configs) {
    return longest_retention(*scenario(small(1, "1s", R"("topics": [)" + configs + "], ")));
  };
  CHECK(of(R"({"name": "a"}, {"name": "b", "config": {"retention.ms": 1000}})") == seconds(7 * 86'400));
  CHECK(of(R"({"name": "b", "config": {"retention.ms": 1000}})") == seconds(1));
  CHECK_FALSE(of(R"({"name": "b", "config": {"retention.ms": -1}})").has_value());
}

TEST_CASE("a disk that fills up takes the broker out and the run tells what retention would have fitted") {
  const std::string topics = R"("topics": [{"name": "t", "config": {"retention.ms": 3600000, "segment.bytes": 1048576}}],
    "producers": [{"id": "p", "topic": "t", "rate": "20/s", "value_size": "10000B"}], "epilogue": false, )";
  const Simulation run = run_to_end(scenario(small(1, "60s", topics), {{"/cluster/disk", R"({"capacity": "4MiB"})"}}));
  REQUIRE(run.disk_uses().disks().size() == 1);
  const DiskUse& use = run.disk_uses().disks().at(NodeId{1});
  REQUIRE(use.failed_at.has_value());
  CHECK(use.reason.find("no space left") != std::string::npos);
  CHECK(use.inflow.bytes() > 3'500'000);
  CHECK(use.free_at_start > 4'000'000);
  // 200 kB a second: it is full after some twenty seconds, and longer than that nothing can be kept.
  CHECK(*use.failed_at > seconds(15));
  CHECK(*use.failed_at < seconds(25));
  const Duration fits = *lasts(use.free_at_start, use.inflow.bytes(), *use.failed_at);
  CHECK(fits >= *use.failed_at);
  CHECK(fits < *use.failed_at + seconds(4));
  const std::string told = describe_failure(NodeId{1}, use, run.scenario());
  CHECK(told.find("no space left") != std::string::npos);
  CHECK(told.find("asked for: 60.0 min") != std::string::npos);
  REQUIRE(run.driver().faults().size() == 1);
  CHECK(run.driver().faults()[0].fault == "log directory offline");
  CHECK(run.driver().faults()[0].target == "broker 1");
  CHECK(lines_of(run.story(), "disk").size() == 1);
}
