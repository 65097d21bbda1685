#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::vector<Finding> of_the_epilogue(const Simulation& run) {
  std::vector<Finding> found;
  for (const Finding& finding : run.findings().kept()) {
    if (finding.in_epilogue) found.push_back(finding);
  }
  return found;
}

}  // namespace

TEST_CASE("a run that loses nothing has a clean epilogue") {
  const Simulation run = run_to_end(scenario(alone("")));
  CHECK(run.measure({Metric::records_acked, {}, {}, {}}) == MetricValue{std::int64_t{10}});
  CHECK(run.findings().kept().empty());
}

TEST_CASE("what the epilogue brings to light counts for the expectations and changes nothing else") {
  // The power goes off just before the end; only the restart in the epilogue shows what readers have lost.
  const std::string text = alone(R"("timeline": [{"at": "1900ms", "power_off": {"target": 1, "keep": "none"}}], )"
                                 R"("expect": [{"violates": "acked-record-lost"}], )");
  Simulation run = formed(scenario(text));
  while (run.step()) {}
  CHECK(run.findings().findings_of("acked-record-lost") == 0);
  const std::size_t told = run.story().lines().size();
  run.finish();
  const std::vector<Finding> found = of_the_epilogue(run);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].excuse == Excuse::power_loss);
  CHECK(run.expectations()[0].held);
  CHECK(run.story().lines().size() == told);
  CHECK(run.measure({Metric::records_lost, {}, {}, {}})
        == MetricValue{std::int64_t{0}});  // at the end it was not known
  CHECK_FALSE(run.world().is_up(run.cluster().brokers.at(NodeId{1})));
}

TEST_CASE("a cluster at which nothing happens is at rest at once") {
  const Simulation run = run_to_end(scenario(alone("")));
  REQUIRE(run.liveness().has_value());
  CHECK(run.liveness()->whole);
  REQUIRE(run.liveness()->after.has_value());
  CHECK(*run.liveness()->after < seconds(5));
  CHECK(run.liveness()->unmet.empty());
}

// The link between both brokers is so slow that no fetch comes through: no fault, and nothing that heals.
TEST_CASE("a follower that never catches up is found by not-converged") {
  const std::string text = small(2, "2s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2]]}],
    "producers": [{"id": "p", "topic": "t", "records": 5, "rate": "20/s", "config": {"acks": 1}}],
    "consumers": [],
  )");
  Simulation run = formed(scenario(text));
  const auto host = [&run](int id) { return run.cluster().brokers.at(NodeId{id}); };
  const LinkQuality slow{seconds(3600), seconds(3600), std::nullopt, 0};
  const_cast<World&>(run.world()).set_link(host(1), host(2), slow);
  while (run.step()) {}
  run.finish();
  const std::vector<Finding> found = of_the_epilogue(run);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].invariant == "not-converged");
  CHECK(found[0].subject == "t-0");
  CHECK_FALSE(run.liveness()->after.has_value());
  CHECK(run.liveness()->unrecoverable.empty());
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
}

TEST_CASE("a state that nothing can recover is no violation but is told") {
  const std::string text = R"({"name": "lost", "seed": 5, "duration": "2s",
    "cluster": {"brokers": 1, "controllers": 3, "profile": "fast", "config": {"offsets.topic.num.partitions": 1}},
    "topics": [{"name": "t"}]})";
  Simulation run = formed(scenario(text));
  while (run.step()) {}
  auto& world = const_cast<World&>(run.world());
  for (const auto& [id, host] : run.cluster().controllers) {
    world.crash(host);
    for (const FileInfo& file : run.world().disk(host).files()) REQUIRE(world.edit_disk(host).remove(file.path));
  }
  run.finish();
  CHECK(run.findings().violations_of("not-converged") == 0);
  REQUIRE(run.liveness().has_value());
  CHECK_FALSE(run.liveness()->after.has_value());
  CHECK_FALSE(run.liveness()->unmet.empty());
  CHECK_FALSE(run.liveness()->unrecoverable.empty());
}

TEST_CASE("a leader outside the core that has not noticed keeps no reader") {
  const std::string text = R"({"name": "cut", "duration": "3s",
    "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"offsets.topic.num.partitions": 1}},
    "topics": [{"name": "t", "assignment": [[1, 2, 3]]}],
    "producers": [{"id": "p", "topic": "t", "records": 20, "rate": "20/s"}],
    "timeline": [{"at": "2s", "partition": [[1], [2, 3, "all controllers"]]}]})";
  for (int seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    const Simulation run = run_to_end(scenario(text, {{"/seed", std::to_string(seed)}}));
    CHECK(run.findings().violations() == 0);
    CHECK(run.liveness()->after.has_value());
  }
}

TEST_CASE("what is outside the core stays broken and the core comes to rest without it") {
  const std::string text = R"_({"name": "part", "duration": "4s",
    "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"offsets.topic.num.partitions": 1}},
    "topics": [{"name": "t", "assignment": [[1, 2, 3]]}],
    "producers": [{"id": "p", "topic": "t", "records": 20, "rate": "20/s"}],
    "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest"}}],
    "timeline": [{"at": "2s", "pause": "leader(t-0)"}]})_";
  bool seen_part = false;
  for (int seed = 1; seed <= 8 && !seen_part; ++seed) {
    const Simulation run = run_to_end(scenario(text, {{"/seed", std::to_string(seed)}}));
    CHECK(run.findings().violations() == 0);
    CHECK(run.liveness()->after.has_value());
    seen_part = !run.liveness()->whole;
  }
  CHECK(seen_part);
}

TEST_CASE("a scenario may leave its epilogue out") {
  const std::string text =
      alone(R"("timeline": [{"at": "1900ms", "power_off": {"target": 1, "keep": "none"}}], "epilogue": false, )");
  CHECK(of_the_epilogue(run_to_end(scenario(text))).empty());
}

TEST_CASE("a run that is broken off has no epilogue") {
  Simulation run =
      formed(scenario(alone(R"("timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}}], )")));
  run_until(run, milliseconds(1100));
  run.finish();
  CHECK(of_the_epilogue(run).empty());
}

TEST_CASE("the epilogue heals what the scenario left broken before it reads") {
  // Both replicas are there, but cut off from each other, one is paused and the controller is down.
  const std::string text = small(2, "3s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2]]}],
    "producers": [{"id": "p", "topic": "t", "records": 20, "rate": "20/s"}],
    "timeline": [{"at": "500ms", "partition": [1]}, {"at": "1200ms", "pause": 2}, {"at": "1300ms", "crash": 3000}],
  )");
  const Simulation run = run_to_end(scenario(text));
  CHECK(run.findings().violations() == 0);
  CHECK(run.world().is_paused(run.cluster().brokers.at(NodeId{2})));  // the run itself stays as it was
}

TEST_CASE("a broker that is slow for good is heard and so belongs to the core") {
  const Simulation run = run_to_end(scenario(small(3, "8s", R"json(
    "topics": [{"name": "t", "partitions": 3, "replication_factor": 3}],
    "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "6s"}],
    "timeline": [{"at": "2s", "slow_cpu": {"target": "leader(t-0)", "times": 10}}], )json")));
  CHECK(run.findings().kept().empty());
  REQUIRE(run.liveness().has_value());
  CHECK(run.liveness()->after.has_value());
}

TEST_CASE("an intercept that nobody undoes keeps nothing from the final reader") {
  const std::string fate = GENERATE(R"("drop")", R"({"error": "UNKNOWN_SERVER_ERROR"})");
  const Simulation run = run_to_end(scenario(alone(R"("timeline": [{"at": "1500ms", "intercept": {"api": "Fetch", "then": )" + fate + "}}], ")));
  CHECK(run.findings().kept().empty());
}

TEST_CASE("members that need longer for a batch than they may stay away come to no rest and break nothing") {
  const auto run_with = [](const std::string& process_time) {
    return run_to_end(scenario(small(1, "8s", R"(
      "topics": [{"name": "t"}],
      "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "6s"}],
      "consumers": [{"group": "g", "topics": ["t"], "process_time": ")" + process_time + R"(",
                     "config": {"auto.offset.reset": "earliest", "max.poll.interval.ms": 2000}}], )")));
  };
  const Simulation slow = run_with("100ms");
  CHECK(slow.findings().kept().empty());
  REQUIRE(slow.liveness().has_value());
  CHECK_FALSE(slow.liveness()->after.has_value());
  REQUIRE(slow.liveness()->unrecoverable.size() == 1);
  CHECK(slow.liveness()->unrecoverable[0] == "members of g need longer for what a poll returns than max.poll.interval.ms");
  CHECK(run_with("1ms").liveness()->after.has_value());
}
