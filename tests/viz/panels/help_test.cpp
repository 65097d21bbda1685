#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/app/commands.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("The help sheet tells every key and a press on one does what it says") {
  for (const auto& [width, height, scale] : {std::tuple{1280, 720, 1.0F}, std::tuple{1600, 1000, 1.25F}, std::tuple{3840, 2160, 3.0F}}) {
    Stage stage{draw_help, width, height, scale};
    stage.app->popups.help = true;
    stage.settle();
    for (const AppCommand& one : commands()) {
      const bool other_broker = one.id.starts_with("broker") && one.id != "broker1";
      INFO(one.id << " at " << width);
      REQUIRE(stage.shows("help." + std::string{one.id}) == (!one.keys.empty() && !other_broker));
    }
    REQUIRE(stage.wrote("high watermark"));
    REQUIRE(stage.blemishes() == std::vector<std::string>{});
    stage.click("help.theme");
    REQUIRE_FALSE(stage.app->popups.help);
    REQUIRE(stage.app->look.theme == ThemeKind::light);
  }
}
