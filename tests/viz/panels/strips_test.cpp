#include "viz/panels/panels.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "tests/viz/panels/strips_stage.hpp"

namespace kafkasim::viz::test {

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
