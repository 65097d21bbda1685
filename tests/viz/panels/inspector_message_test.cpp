#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A message under way is taken apart into fields and bytes that stay when it has arrived") {
  Stage stage{draw_inspector, 330, 900};
  stage.go(milliseconds(1500));
  for (int i = 0; i < 500 && stage.app->frame().messages.empty(); ++i) {
    stage.app->want(StepBy{1});
    (void)stage.app->advance(0, 0);
  }
  REQUIRE_FALSE(stage.app->frame().messages.empty());
  const sim::FrameMessage m = stage.app->frame().messages.front();
  stage.app->choose(ChosenMessage{{m.connection, m.correlation_id, m.api, m.kind}});
  stage.settle();
  REQUIRE(stage.wrote("Bytes ("));
  REQUIRE(stage.wrote("0000"));
  REQUIRE(stage.shows("message.from"));
  stage.go(milliseconds(1800));
  REQUIRE(stage.wrote("not under way"));
  REQUIRE(stage.wrote("Bytes ("));
}
