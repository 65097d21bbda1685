#include "viz/panels/panels.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz::test {

namespace {

// A second branch begins at one second, where broker 2 crashes, and stands beside the first.
void fork_and_compare(Stage& stage, Duration at) {
  stage.go(seconds(3));
  stage.go(seconds(1));
  stage.app->want(ActBy{R"({"crash": 2})", "crash broker 2"});
  stage.settle();
  REQUIRE(stage.app->branch() == 1);
  stage.app->want(CompareWith{std::size_t{0}});
  stage.go(at);
  REQUIRE(stage.app->other_frame() != nullptr);
}

}  // namespace

TEST_CASE("with one branch the panel says how another is made", "[viz][compare]") {
  Stage stage{draw_compare, 900, 560};
  stage.settle();
  CHECK(stage.wrote("There is one branch so far."));
  CHECK(stage.blemishes().empty());
}

TEST_CASE("with two branches one can be chosen to stand beside the other", "[viz][compare]") {
  Stage stage{draw_compare, 900, 560};
  fork_and_compare(stage, seconds(2));
  stage.app->want(CompareWith{});
  stage.settle();
  CHECK(stage.shows("btn.compare.A"));
  stage.click("btn.compare.A");
  CHECK(stage.app->compared() == std::size_t{0});
}

TEST_CASE("two branches stand side by side with what was done and what differs", "[viz][compare]") {
  Stage stage{draw_compare, 900, 560};
  fork_and_compare(stage, milliseconds(1900));
  CHECK(stage.wrote("Branch A: as it was"));
  CHECK(stage.wrote("crash broker 2 at 1.000 s"));
  CHECK(stage.wrote("you are here"));
  for (const char* probe : {"compare.A.orders-0", "compare.B.orders-0", "differences.orders-1"}) CHECK(stage.shows(probe));
  CHECK(stage.wrote("broker 2"));  // leads orders-1 in the branch without the crash
}

TEST_CASE("clicking the other branch goes there and goes on comparing", "[viz][compare]") {
  Stage stage{draw_compare, 900, 560};
  fork_and_compare(stage, seconds(2));
  stage.click("compare.A");
  CHECK(stage.app->branch() == 0);
  CHECK(stage.app->compared() == std::size_t{1});
}

TEST_CASE("no text of the comparison stands upon another or is cut", "[viz][compare]") {
  struct Size {
    int width, height;
    float scale;
  };
  for (const Size size : {Size{560, 560, 1}, Size{900, 560, 1}, Size{2700, 1800, 3}}) {
    Stage stage{draw_compare, size.width, size.height, size.scale};
    fork_and_compare(stage, seconds(2));
    for (const int at : {1100, 1900, 4000, 8000}) {
      stage.go(milliseconds(at));
      CAPTURE(size.width, at);
      CHECK(stage.blemishes() == std::vector<std::string>{});
    }
  }
}

}  // namespace kafkasim::viz::test
