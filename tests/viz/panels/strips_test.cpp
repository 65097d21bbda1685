#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/strip_geometry.hpp"

namespace kafkasim::viz::test {

namespace {

const TopicPartition orders_0{"orders", PartitionIndex{0}};

Offset high_watermark_of_leader(const App& app) {
  const sim::FramePartition* partition = app.frame().partition(orders_0);
  REQUIRE(partition != nullptr);
  for (const sim::FrameReplica& replica : partition->replicas) {
    if (replica.node == partition->leader) return replica.high_watermark;
  }
  return {};
}

std::string last_cell(const Stage& stage, const std::string& replica) {  // the probe of the last record that is shown
  const Offset last{high_watermark_of_leader(*stage.app).value - 1};
  return "cell.orders-0." + replica + "." + std::to_string(last.value);
}

}  // namespace

TEST_CASE("the strips show a log for each replica of each partition", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(seconds(1));
  for (const char* probe : {"strip.orders-0.b1", "strip.orders-0.b2", "strip.orders-0.b3", "strip.orders-1.b1", "chip.orders-1", "flag.analytics.orders-0"}) {
    CHECK(stage.shows(probe));
  }
  CHECK(stage.wrote("leader broker 1"));
  CHECK(stage.wrote("HW "));
  CHECK(stage.wrote("(lag "));
  CHECK_FALSE(stage.wrote("under-replicated"));
}

TEST_CASE("a crashed leader is shown as offline and its partition as under-replicated", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(milliseconds(4500));
  CHECK(stage.wrote("b1 offline"));
  CHECK(stage.wrote("under-replicated"));
  CHECK(health_of(*stage.app->frame().partition(orders_0)) == Health::under_replicated);
}

TEST_CASE("clicking a cell chooses its record", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(milliseconds(1500));
  const std::string cell = last_cell(stage, "b2");
  REQUIRE(stage.shows(cell));
  const Offset offset{high_watermark_of_leader(*stage.app).value - 1};
  stage.click(cell);
  const auto* chosen = std::get_if<ChosenRecord>(&stage.app->chosen());
  REQUIRE(chosen != nullptr);
  CHECK(chosen->node == NodeId{2});
  CHECK(chosen->partition == orders_0);
  CHECK(chosen->offset == offset);
}

TEST_CASE("the mouse over a cell asks who has the record", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(milliseconds(1500));
  stage.app->tip.reset();
  stage.head.move_to(last_cell(stage, "b1"));
  stage.settle();
  REQUIRE(stage.app->tip);
  CHECK(stage.app->tip->find("also on broker 2, broker 3") != std::string::npos);
}

TEST_CASE("a chip shows its log alone and gives all back when it is pressed again", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(seconds(1));
  stage.click("chip.orders-1");
  CHECK(stage.app->strips == std::set<TopicPartition>{{"orders", PartitionIndex{1}}});
  CHECK_FALSE(stage.shows("strip.orders-0.b1"));
  CHECK(stage.shows("strip.orders-1.b1"));
  stage.click("chip.orders-1");
  CHECK(stage.app->strips.empty());
  CHECK(stage.shows("strip.orders-0.b1"));
}

TEST_CASE("the wheel makes offsets larger and smaller", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(milliseconds(1900));
  REQUIRE(stage.shows(last_cell(stage, "b1")));
  const float before = stage.head.ui().find(last_cell(stage, "b1"))->width();
  stage.head.move_to(last_cell(stage, "b1"));
  stage.head.wheel(3);
  stage.settle();
  CHECK(stage.head.ui().find(last_cell(stage, "b1"))->width() > before * 1.5F);
  stage.head.wheel(-30);
  stage.settle();
  CHECK(stage.wrote("records"));  // bars with a count
}

TEST_CASE("dragging pins a strip in the past and a button leads back to the end", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(milliseconds(1900));
  const Area strip = *stage.head.ui().find("strip.orders-0.b1");
  stage.head.drag({strip.min.x + 100, strip.centre().y}, {strip.min.x + 330, strip.centre().y});
  stage.settle();
  CHECK(stage.app->look.strips.places[orders_0].pinned);
  CHECK(std::holds_alternative<std::monostate>(stage.app->chosen()));  // a drag is no click
  REQUIRE(stage.shows("btn.follow.orders-0"));
  stage.click("btn.follow.orders-0");
  CHECK_FALSE(stage.app->look.strips.places[orders_0].pinned);
  CHECK_FALSE(stage.shows("btn.follow.orders-0"));
}

TEST_CASE("what lies further back is captured when the view goes there", "[viz][strips]") {
  Stage stage{draw_strips, 560, 620};
  stage.go(seconds(7));
  stage.app->look.strips.places[orders_0].pinned = 0;
  stage.settle();
  stage.settle();
  CHECK(stage.shows("cell.orders-0.b1.0"));
  stage.app->look.strips.places[orders_0].pinned.reset();
  stage.settle();
  stage.settle();
  CHECK_FALSE(stage.app->look.strips.from);
}

TEST_CASE("two hundred partitions have a small square each and one that is pressed shows its log", "[viz][strips]") {
  std::string scenario = small_cluster;
  const std::string two = R"("partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]])";
  scenario.replace(scenario.find(two), two.size(), R"("partitions": 200, "replication_factor": 3)");
  scenario.replace(scenario.find(R"(, "crash": 1})"), 13, R"(, "crash": 2})");
  scenario.replace(scenario.find(R"("start": 1)"), 10, R"("start": 2)");
  Stage stage{draw_strips, 480, 320, 1, scenario};
  stage.go(milliseconds(300));
  CHECK(stage.shows("chip.orders-199"));
  CHECK(stage.head.ui().find("chip.orders-199")->width() < 20);
  stage.click("chip.orders-150");
  CHECK(stage.shows("strip.orders-150.b1"));
  CHECK(stage.blemishes().empty());
}

TEST_CASE("no text of the strips stands upon another or is cut", "[viz][strips]") {
  struct Size {
    int width, height;
    float scale;
  };
  for (const Size size : {Size{480, 300, 1}, Size{560, 620, 1}, Size{700, 900, 1.25F}, Size{1500, 1900, 3}}) {
    Stage stage{draw_strips, size.width, size.height, size.scale};
    for (const int at : {0, 300, 1500, 2050, 2600, 4000, 5200, 8000}) {
      stage.go(milliseconds(at));
      CAPTURE(size.width, at);
      CHECK(stage.blemishes() == std::vector<std::string>{});
    }
  }
}

}  // namespace kafkasim::viz::test
