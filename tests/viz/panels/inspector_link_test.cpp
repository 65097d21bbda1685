#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

TEST_CASE("what is between two brokers is told each way and a cut of one direction shows in that alone") {
  Stage stage{draw_inspector, 380, 900};
  stage.go(milliseconds(1500));
  const auto host = [&](std::string_view name) { return stage.app->frame().node(name)->host; };
  stage.app->choose(ChosenLink{host("broker 1"), host("broker 2")});
  stage.settle();
  CHECK(stage.wrote("broker 1 and broker 2"));
  CHECK(stage.wrote("From broker 2 to broker 1"));
  CHECK(stage.wrote("As it should be."));
  CHECK_FALSE(stage.wrote("Cut: no packet passes."));
  stage.app->want(ActBy{R"({"partition": [[1], [2]], "one_way": true})", "cut one way"});
  (void)stage.app->advance(0, 0);
  stage.settle();
  CHECK(stage.wrote("Cut: no packet passes."));
  CHECK(stage.wrote("As it should be."));
}

TEST_CASE("a link whose end is gone says so") {
  Stage stage{draw_inspector, 380, 900};
  stage.go(milliseconds(1500));
  stage.app->choose(ChosenLink{HostId{0}, HostId{9999}});
  stage.settle();
  CHECK(stage.wrote("not there at this moment"));
}

}  // namespace
}  // namespace kafkasim::viz
