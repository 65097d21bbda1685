#include "viz/panels/panels.hpp"

#include "tests/viz/panels/topology_stage.hpp"
#include "viz/panels/topology_plan.hpp"

namespace kafkasim::viz {
namespace {

using test::large_cluster;
using test::Stage;

void check_cards_apart(const TopologyPlan& plan) {
  for (std::size_t i = 0; i < plan.cards.size(); ++i) {
    const Area& a = plan.cards[i].area;
    CHECK(a.min.x >= plan.sheet.min.x - 1);
    CHECK(a.max.x <= plan.sheet.max.x + 1);
    CHECK(a.max.y <= plan.sheet.max.y + 1);
    for (std::size_t j = i + 1; j < plan.cards.size(); ++j) {
      const Area& b = plan.cards[j].area;
      INFO(plan.cards[i].node->name << " and " << plan.cards[j].node->name);
      CHECK((a.max.x <= b.min.x || b.max.x <= a.min.x || a.max.y <= b.min.y || b.max.y <= a.min.y));
    }
  }
}

struct Size {
  int width, height;
  float scale;
};

TEST_CASE("the topology writes nothing upon another and cuts nothing whatever the cluster's size and the display's") {
  const Size size = GENERATE(Size{370, 320, 1}, Size{500, 330, 1}, Size{625, 470, 1.25F}, Size{1500, 990, 3});
  const std::string scenario = GENERATE(std::string{test::small_cluster}, large_cluster(3, 3, 4, 3), large_cluster(5, 5, 2, 6), large_cluster(9, 5, 12, 12));
  Stage stage{draw_topology, size.width, size.height, size.scale, scenario};
  for (const Duration at : {milliseconds(500), milliseconds(2500)}) {
    stage.go(at);
    CHECK(stage.blemishes() == std::vector<std::string>{});
    const float unit = size.scale;
    const Area sheet{{0, 0}, {static_cast<float>(size.width) - 30 * unit, static_cast<float>(size.height) - 66 * unit}};
    check_cards_apart(plan_topology(stage.head.ui(), stage.app->frame(), sheet));
  }
}

TEST_CASE("a click on a broker chooses it and a click beside it chooses nothing") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(1500));
  stage.click("node.broker 2");
  CHECK(stage.app->chosen() == Chosen{ChosenNode{stage.app->frame().node(std::string_view{"broker 2"})->host}});
  stage.head.click(ImVec2{6, 40});
  CHECK(stage.app->chosen() == Chosen{});
}

TEST_CASE("a right click on a node offers what can be done to it") {
  Stage stage{draw_topology, 500, 500};
  stage.go(milliseconds(1500));
  const std::size_t before = stage.head.ui().probes().size();
  stage.head.right_click("node.broker 2");
  stage.settle();
  CHECK(stage.head.ui().probes().size() > before);
}

TEST_CASE("a click on the line between two nodes chooses what is between them and a right click offers what can be done to it") {
  Stage stage{draw_topology, 500, 500};
  stage.go(milliseconds(1500));
  const sim::Frame& frame = stage.app->frame();
  const HostId one = frame.node(std::string_view{"broker 1"})->host;
  const HostId two = frame.node(std::string_view{"broker 2"})->host;
  const Area* a = stage.head.ui().find("node.broker 1");
  const Area* b = stage.head.ui().find("node.broker 2");
  REQUIRE((a && b));
  // Somewhere on the straight line between the two, or near it, is one of their lanes.
  const ImVec2 middle{(a->centre().x + b->centre().x) / 2, (a->centre().y + b->centre().y) / 2};
  bool found = false;
  for (float y = -20; y <= 20 && !found; y += 2) {
    stage.head.click(ImVec2{middle.x, middle.y + y});
    stage.settle();
    found = stage.app->chosen() == Chosen{ChosenLink{one, two}};
    if (!found) continue;
    stage.head.right_click(ImVec2{middle.x, middle.y + y});
    stage.settle();
    CHECK(stage.head.ui().find("menu.cut-both") != nullptr);
  }
  CHECK(found);
}

}  // namespace
}  // namespace kafkasim::viz
