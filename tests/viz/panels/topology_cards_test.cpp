#include "viz/panels/topology_parts.hpp"

#include "tests/viz/panels/topology_stage.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

TEST_CASE("a broker that crashed says so") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(2500));
  CHECK(stage.wrote("down"));
  stage.head.move_to("node.broker 1");
  CHECK(stage.app->tip.value_or("").find("broker 1: down") != std::string::npos);
}

TEST_CASE("a cut link has a wall in each direction and a node cut from everyone one around it") {
  const std::string scenario = R"({"name": "cut", "seed": 3, "duration": "5s", "cluster": {"brokers": 3, "controllers": 1, "profile": "fast"},
    "topics": [{"name": "orders", "partitions": 3, "replication_factor": 3}],
    "timeline": [{"at": "1s", "partition": [[1], [2]], "for": "1s"}, {"at": "3s", "partition": [3]}]})";
  Stage stage{draw_topology, 500, 330, 1, scenario};
  stage.go(milliseconds(500));
  CHECK_FALSE(stage.shows("link.broker 1.broker 2"));
  stage.go(milliseconds(1500));
  CHECK(stage.shows("link.broker 1.broker 2"));
  CHECK(stage.shows("link.broker 2.broker 1"));
  CHECK_FALSE(stage.shows("wall.broker 1"));
  stage.go(milliseconds(3500));
  CHECK(stage.shows("wall.broker 3"));
  CHECK_FALSE(stage.shows("link.broker 1.broker 2"));
}

}  // namespace
}  // namespace kafkasim::viz
