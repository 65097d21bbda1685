#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/strips_stage.hpp"

namespace kafkasim::viz::test {

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

}  // namespace kafkasim::viz::test
