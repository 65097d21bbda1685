#include "sim/fault/targets.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Three brokers, two of them in rack a; a group and two producers. At 1 s broker 1 is down and t-0 is led by 2.
Simulation& ready() {
  static Simulation run = [] {
    Simulation made = formed(scenario(R"({"name": "s", "duration": "5s",
      "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "racks": ["a", "b", "a"], "config": {"offsets.topic.num.partitions": 2}},
      "topics": [{"name": "t", "assignment": [[1, 2, 3]]}],
      "producers": [{"id": "p", "topic": "t", "rate": "1/s", "count": 2}],
      "consumers": [{"group": "g", "topics": ["t"], "count": 2}, {"id": "r", "assign": ["t-0"]}],
      "timeline": [{"at": "1s", "crash": 1}], "epilogue": false})"));
    run_until(made, seconds(4));
    return made;
  }();
  return run;
}

std::vector<std::string> names(const Target& target, std::uint64_t seed = 1) {
  Simulation& run = ready();
  Random random{seed};
  std::vector<std::string> found;
  for (const HostId host :
       resolve(target, {run.world(), run.cluster(), run.checks().history(), run.measures()}, random))
    found.push_back(spoken_name(host, run.cluster()));
  return found;
}
using Names = std::vector<std::string>;
const TopicPartition nothing{"t", PartitionIndex{9}};

}  // namespace

TEST_CASE("a node is found by its id whether it runs or not") {
  CHECK(names({NodeTarget{NodeId{1}}, ""}) == Names{"broker 1"});
  CHECK(names({NodeTarget{NodeId{3002}}, ""}) == Names{"controller 3002"});
  CHECK(names({NodeTarget{NodeId{9}}, ""}).empty());
}

TEST_CASE("the leader and the followers of a partition are those of this moment") {
  CHECK(names({LeaderTarget{t0}, ""}) == Names{"broker 2"});
  CHECK(names({FollowerTarget{t0}, ""}) == Names{"broker 3"});  // in the ISR: broker 1 is not
  CHECK(names({FollowersTarget{t0}, ""}) == Names{"broker 1", "broker 3"});
  CHECK(names({LeaderTarget{nothing}, ""}).empty());
  CHECK(names({FollowerTarget{nothing}, ""}).empty());
  CHECK(names({FollowersTarget{nothing}, ""}).empty());
}

TEST_CASE("the controller is the active one and all are all") {
  const auto active = ready().measures().controller();
  REQUIRE(active.has_value());
  CHECK(names({ClusterTarget::active_controller, ""}) == Names{"controller " + std::to_string(active->first.value)});
  CHECK(names({ClusterTarget::all_controllers, ""}).size() == 3);
  CHECK(names({ClusterTarget::all_brokers, ""}) == Names{"broker 1", "broker 2", "broker 3"});
}

TEST_CASE("any broker is one of those that run") {
  std::set<std::string> drawn;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Names one = names({ClusterTarget::any_broker, ""}, seed);
    REQUIRE(one.size() == 1);
    drawn.insert(one[0]);
  }
  CHECK(drawn == std::set<std::string>{"broker 2", "broker 3"});
  CHECK(names({ClusterTarget::any_controller, ""}).size() == 1);
}

TEST_CASE("racks and clients are all that the name covers") {
  CHECK(names({RackTarget{"a"}, ""}) == Names{"broker 1", "broker 3"});
  CHECK(names({RackTarget{"z"}, ""}).empty());
  CHECK(names({ClientTarget{ClientKind::producer, "p", std::nullopt}, ""}) == Names{"p/1", "p/2"});
  CHECK(names({ClientTarget{ClientKind::producer, "p", 2}, ""}) == Names{"p/2"});
  CHECK(names({ClientTarget{ClientKind::group_member, "g", std::nullopt}, ""}) == Names{"g/1", "g/2"});
  CHECK(names({ClientTarget{ClientKind::assigned_consumer, "r", std::nullopt}, ""}) == Names{"r"});
  CHECK(names({ClientTarget{ClientKind::producer, "g", std::nullopt}, ""}).empty());
}

TEST_CASE("the coordinator of a group leads its partition of the offsets topic") {
  Simulation& run = ready();
  const Surroundings at{run.world(), run.cluster(), run.checks().history(), run.measures()};
  const auto coordinator = coordinator_of("g", at);
  REQUIRE(coordinator.has_value());
  CHECK(*coordinator != NodeId{1});  // it is down: its partitions moved
  CHECK(names({CoordinatorTarget{"g"}, ""}) == Names{"broker " + std::to_string(coordinator->value)});
}

TEST_CASE("several targets are resolved together without repetition and in order") {
  Simulation& run = ready();
  Random random{1};
  const std::vector<Target> targets{{NodeTarget{NodeId{3}}, ""}, {RackTarget{"a"}, ""}, {LeaderTarget{t0}, ""}};
  const auto hosts = resolve(targets, {run.world(), run.cluster(), run.checks().history(), run.measures()}, random);
  CHECK(hosts == std::vector{host_of(run, 1), host_of(run, 2), host_of(run, 3)});
}
