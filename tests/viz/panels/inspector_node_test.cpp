#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A node that is down is asked why") {
  Stage stage{draw_inspector};
  stage.go(seconds(3));
  stage.app->choose(ChosenNode{stage.app->frame().node(NodeId{1})->host});
  stage.settle();
  REQUIRE(stage.wrote("broker 1 down"));
  stage.click("why.down");
  REQUIRE(stage.shows("why.down.0"));
  REQUIRE(stage.blemishes().empty());
  stage.click("inspector.back");
  REQUIRE(std::holds_alternative<std::monostate>(stage.app->chosen()));
}
