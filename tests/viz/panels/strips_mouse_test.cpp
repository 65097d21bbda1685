#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/strips_stage.hpp"

namespace kafkasim::viz::test {

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

}  // namespace kafkasim::viz::test
