#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/report/weak_points.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

WeakPoints weak_in(int brokers, const std::string& topic, const std::vector<Patch>& patches = {}) {
  const std::string rest = R"("topics": [)" + topic + R"(], "epilogue": false, )";
  return weak_points(run_to_end(scenario(small(brokers, "1s", rest), patches)));
}
using Sets = std::vector<std::vector<NodeId>>;
Sets sets_of(const WeakPoints& points) {
  Sets sets;
  for (const WeakPoint& point : points.sets) sets.push_back(point.brokers);
  return sets;
}
const NodeId n1{1};
const NodeId n2{2};
const NodeId n3{3};

}  // namespace

TEST_CASE("a topic with one replica is unavailable and lost with its broker") {
  const WeakPoints points = weak_in(2, R"({"name": "t", "assignment": [[2]], "replication_factor": 1})");
  REQUIRE(sets_of(points) == Sets{{n2}});
  CHECK(points.sets.front().unavailable.size() == 1);
  CHECK(points.sets.front().lost.size() == 1);
  CHECK(weak_lines(points).front() == "without broker 2 t-0 is unavailable, acknowledged records of t-0 gone");
}

TEST_CASE("with three replicas of which two must be in sync any two brokers are a weak point and no line is worth it") {
  const WeakPoints points = weak_in(
      3, R"({"name": "t", "replication_factor": 3, "assignment": [[1, 2, 3]], "config": {"min.insync.replicas": 2}})");
  CHECK(sets_of(points) == Sets{{n1, n2}, {n1, n3}, {n2, n3}});
  CHECK(points.sets.front().unavailable.size() == 1);
  CHECK(points.sets.front().lost.empty());
  CHECK(weak_lines(points).empty());
  CHECK(points.unavailable_now.empty());
}

TEST_CASE("a rack that holds a replica that cannot be spared is a weak point") {
  const std::string topic =
      R"({"name": "t", "replication_factor": 2, "assignment": [[1, 2], [2, 1]], "config": {"min.insync.replicas": 2}})";
  const WeakPoints points = weak_in(2, topic, {{"/cluster/racks", R"(["a", "b"])"}});
  REQUIRE(points.racks.size() == 2);
  CHECK(points.racks.front().rack == "a");
  CHECK(points.racks.front().unavailable.size() == 2);
  CHECK(points.racks.front().lost.empty());
  CHECK(weak_lines(points).front() == "without rack a 2 partitions are unavailable");
}

TEST_CASE("what is unavailable already is told and is nobody's weak point") {
  const std::string topic = R"({"name": "t", "replication_factor": 1, "assignment": [[1], [2]]})";
  const WeakPoints points = weak_in(
      2, topic, {{"/timeline", R"([{"at": "100ms", "power_off": 2}])"}, {"/duration", R"("20s")"}});
  REQUIRE(points.unavailable_now.size() == 1);
  CHECK(to_string(points.unavailable_now.front()) == "t-1");
  CHECK(sets_of(points) == Sets{{n1}});
}
