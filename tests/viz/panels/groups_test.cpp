#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz::test {

namespace {

std::string with_consumers(int count) {
  std::string scenario = small_cluster;
  const std::string two = R"("topics": ["orders"], "count": 2)";
  scenario.replace(scenario.find(two), two.size(), R"("topics": ["orders"], "count": )" + std::to_string(count));
  return scenario;
}

std::string without_consumers() {
  std::string scenario = small_cluster;
  const std::size_t from = scenario.find(R"("consumers": [)");
  scenario.erase(from, scenario.find("\n", from) - from);
  return scenario;
}

}  // namespace

TEST_CASE("a group is shown with its members and what each reads", "[viz][groups]") {
  Stage stage{draw_groups, 500, 220};
  stage.go(seconds(7));
  for (const char* probe : {"group.analytics", "member.analytics/1", "member.analytics/2"}) CHECK(stage.shows(probe));
  const bool straight = stage.shows("assign.analytics/1.orders-0") && stage.shows("assign.analytics/2.orders-1");
  const bool crossed = stage.shows("assign.analytics/2.orders-0") && stage.shows("assign.analytics/1.orders-1");
  CHECK((straight || crossed));
  CHECK(stage.wrote("stable"));
  CHECK(stage.wrote("lag "));
}

TEST_CASE("a group member and a partition can be chosen in the table", "[viz][groups]") {
  Stage stage{draw_groups, 500, 220};
  stage.go(seconds(7));
  stage.click("member.analytics/2");
  const auto* node = std::get_if<ChosenNode>(&stage.app->chosen());
  REQUIRE(node != nullptr);
  CHECK(stage.app->frame().node(node->host)->name == "analytics/2");
  stage.click("group.analytics");
  CHECK(std::holds_alternative<ChosenGroup>(stage.app->chosen()));
  stage.click(stage.shows("assign.analytics/1.orders-0") ? "assign.analytics/1.orders-0" : "assign.analytics/2.orders-0");
  REQUIRE(std::holds_alternative<ChosenPartition>(stage.app->chosen()));
  CHECK(std::get<ChosenPartition>(stage.app->chosen()).partition == TopicPartition{"orders", PartitionIndex{0}});
}

TEST_CASE("a third member of a group for two partitions is idle and the table says why", "[viz][groups]") {
  Stage stage{draw_groups, 500, 240, 1, with_consumers(3)};
  stage.go(seconds(7));
  CHECK(stage.wrote("idle: more members than partitions"));
}

TEST_CASE("without a group a line says what one is", "[viz][groups]") {
  Stage stage{draw_groups, 500, 200, 1, without_consumers()};
  stage.go(milliseconds(500));
  CHECK(stage.wrote("No consumer group"));
  CHECK(stage.blemishes().empty());
}

TEST_CASE("no text of the groups stands upon another or is cut", "[viz][groups]") {
  struct Size {
    int width, height;
    float scale;
  };
  for (const Size size : {Size{380, 240, 1}, Size{700, 300, 1.25F}, Size{1500, 800, 3}}) {
    Stage stage{draw_groups, size.width, size.height, size.scale, with_consumers(3)};
    for (const int at : {0, 400, 1900, 3000, 5200, 7000}) {
      stage.go(milliseconds(at));
      CAPTURE(size.width, at);
      CHECK(stage.blemishes() == std::vector<std::string>{});
    }
  }
}

}  // namespace kafkasim::viz::test
