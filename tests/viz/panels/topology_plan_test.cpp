#include "viz/panels/topology_plan.hpp"

#include "tests/viz/panels/topology_stage.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

TEST_CASE("many nodes are told by short names and the tip says the rest") {
  Stage stage{draw_topology, 500, 330, 1, test::large_cluster(9, 5, 12, 12)};
  stage.go(milliseconds(500));
  CHECK(stage.wrote("b9"));
  CHECK(stage.wrote("c3004"));
  stage.head.move_to("node.broker 9");
  CHECK(stage.app->tip.value_or("").find("broker 9: running") != std::string::npos);
}

TEST_CASE("a small cluster is told by its names and figures") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(1500));
  CHECK(stage.wrote("broker 1"));
  CHECK(stage.wrote("leads 1"));
  CHECK(stage.wrote("active, epoch"));
}

TEST_CASE("both directions have lanes of their own and bend around a card between") {
  Headless head{500, 330};
  const sim::Frame frame = test::three_brokers();
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  const Lane there = lane_between(plan, plan.cards[0], plan.cards[2], 1);
  const Lane back = lane_between(plan, plan.cards[2], plan.cards[0], 1);
  for (int i = 1; i < 20; ++i) {
    const float t = static_cast<float>(i) / 20;
    CHECK_FALSE(plan.cards[1].area.contains(there.at(t)));
    CHECK_FALSE(plan.cards[1].area.contains(back.at(t)));
  }
  CHECK(there.at(0.5F).y < plan.cards[1].area.min.y);
  CHECK(back.at(0.5F).y > plan.cards[1].area.max.y);
}

}  // namespace
}  // namespace kafkasim::viz
