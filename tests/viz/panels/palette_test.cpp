#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/palette.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A few letters in their order find a command and the beginnings of words count for more") {
  REQUIRE_FALSE(fuzzy_score("zz", "Play or pause"));
  REQUIRE_FALSE(fuzzy_score("pa pl", "pause"));
  REQUIRE(fuzzy_score("plpa", "Play or pause"));
  REQUIRE(*fuzzy_score("dl", "Dark or light") > *fuzzy_score("dl", "Crash middle"));
  REQUIRE(matching_commands("dark").front()->id == "theme");
  REQUIRE(matching_commands("undo").front()->id == "undo");
  REQUIRE(matching_commands("xqz").empty());
  REQUIRE(matching_commands("take back").front()->id == "undo");
  REQUIRE(matching_commands("").size() == commands().size());
}

TEST_CASE("In the palette Enter runs the command that the letters find") {
  Stage stage{draw_palette, 1280, 720};
  stage.app->popups.palette = true;
  stage.settle();
  stage.head.type("lighT");
  stage.settle();
  REQUIRE(stage.wrote("Dark or light"));
  REQUIRE(stage.blemishes().empty());
  stage.head.key(ImGuiKey_Enter);
  stage.settle();
  REQUIRE_FALSE(stage.app->popups.palette);
  REQUIRE(stage.app->look.theme == ThemeKind::light);
}

TEST_CASE("The palette goes to a moment that is typed") {
  Stage stage{draw_palette, 1280, 720};
  stage.app->popups.palette = true;
  stage.settle();
  stage.head.type("3.5");
  stage.settle();
  stage.click("palette.go");
  REQUIRE(stage.app->now() == milliseconds(3500));
}
