#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/strips_stage.hpp"
#include "viz/panels/strip_geometry.hpp"

namespace kafkasim::viz::test {

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

}  // namespace kafkasim::viz::test
