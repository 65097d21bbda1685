#include <catch2/catch.hpp>

#include <filesystem>

#include "sim/scenario/parse.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A branch is saved as a scenario and what it would replace is told") {
  const kafkasim::test::TemporaryDirectory folder;
  Stage stage{draw_save, 1280, 720};
  stage.go(seconds(1));
  stage.app->want(ActBy{R"({"crash": 2})", "crash broker 2"});
  stage.settle();
  stage.app->popups.save = true;
  stage.settle();
  REQUIRE(stage.wrote("one thing that was done by hand"));
  REQUIRE(stage.shows("save.path"));
  const std::string path = folder.path() + "/branch.json";
  stage.head.type(path);  // what stands in the field is selected: this takes its place
  stage.settle();
  REQUIRE(stage.blemishes().empty());
  stage.click("save.ok");
  REQUIRE_FALSE(stage.app->popups.save);
  const sim::Parsed saved = sim::load_scenario(path);
  REQUIRE(saved.scenario);
  REQUIRE(saved.scenario->timeline.size() == 3);
  stage.app->popups.save = true;
  stage.settle();
  REQUIRE(stage.wrote("would be replaced"));
  stage.click("save.cancel");
  REQUIRE_FALSE(stage.app->popups.save);
}
