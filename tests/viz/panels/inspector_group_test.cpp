#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("Of a group the inspector tells members and lag") {
  Stage stage{draw_inspector, 330, 900};
  stage.go(seconds(7));
  stage.app->choose(ChosenGroup{"analytics"});
  stage.settle();
  REQUIRE(stage.wrote("analytics/1 reads"));
  REQUIRE(stage.wrote("orders-1"));
  stage.click("why.lag");
  REQUIRE(stage.blemishes().empty());
  stage.click("act.add-consumer");
  REQUIRE(stage.acts().size() == 1);
}
