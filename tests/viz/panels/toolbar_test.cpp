#include "viz/panels/panels.hpp"

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

struct Window {
  int width;
  float scale;
};

Stage toolbar(int width = 1268, float scale = 1) { return Stage{draw_toolbar, width, static_cast<int>(44 * scale), scale}; }

TEST_CASE("the toolbar fits into a window of 1280 points and keeps what matters") {
  const Window window = GENERATE(Window{1268, 1}, Window{1588, 1.25F}, Window{3804, 3}, Window{800, 1});
  Stage stage{draw_toolbar, window.width, static_cast<int>(44 * window.scale), window.scale};
  stage.go(milliseconds(1500));
  for (const char* probe : {"btn.start", "btn.prev", "btn.back", "btn.play", "btn.step", "btn.next", "btn.end", "btn.lamp"}) {
    INFO(probe);
    REQUIRE(stage.shows(probe));
    CHECK(stage.head.ui().find(probe)->max.x <= static_cast<float>(window.width));
  }
  for (const auto& [a, one] : stage.head.ui().probes()) {
    for (const auto& [b, other] : stage.head.ui().probes()) {
      if (a >= b || a.starts_with("panel.") || b.starts_with("panel.")) continue;
      INFO(a << " and " << b);
      CHECK((one.max.x <= other.min.x || other.max.x <= one.min.x));
    }
  }
  CHECK(stage.wrote("1.500 s"));
  CHECK(stage.blemishes() == std::vector<std::string>{});
}

TEST_CASE("a click on play plays and another one pauses") {
  Stage stage = toolbar();
  stage.go(milliseconds(500));
  stage.click("btn.play");
  CHECK(stage.app->playing());
  stage.click("btn.play");
  CHECK_FALSE(stage.app->playing());
}

TEST_CASE("steps go an event on and an event back") {
  Stage stage = toolbar();
  stage.go(milliseconds(500));
  const std::uint64_t before = stage.app->frame().events;
  stage.click("btn.step");
  CHECK(stage.app->frame().events == before + 1);
  stage.click("btn.back");
  CHECK(stage.app->frame().events == before);
  stage.click("btn.start");
  CHECK(stage.app->now() == Duration{});
}

TEST_CASE("the event of note after this is the crash once the run is known that far") {
  Stage stage = toolbar();
  (void)stage.app->advance(1.0 / 60, 60);
  stage.go(milliseconds(1900));
  stage.click("btn.next");
  CHECK(stage.app->now() == seconds(2));
  stage.click("btn.end");
  CHECK(stage.app->now() == seconds(8));
}

TEST_CASE("speed goes by steps of 1 2 5 and stays within its bounds") {
  Stage stage = toolbar();
  stage.settle();
  stage.click("btn.speed_down");
  CHECK(stage.app->speed() == Approx(0.5));
  CHECK(stage.wrote("0.5x"));
  stage.click("btn.speed_up");
  stage.click("btn.speed_up");
  CHECK(stage.app->speed() == Approx(2));
  for (int i = 0; i < 12; ++i) stage.click("btn.speed_up");
  CHECK(stage.app->speed() == Approx(1000));
}

TEST_CASE("the lamp says how many invariants hold") {
  Stage stage = toolbar();
  stage.go(milliseconds(500));
  CHECK(stage.wrote("invariants hold"));
  stage.click("btn.lamp");
  CHECK(stage.app->look.side == SideTab::inspector);
}

TEST_CASE("the lamp turns when something is excused and a click goes to it") {
  const std::string scenario = R"({"name": "lossy", "seed": 1, "duration": "6s", "cluster": {"brokers": 2, "controllers": 1, "profile": "fast"},
    "topics": [{"name": "orders", "partitions": 1, "replication_factor": 1, "assignment": [[1]]}],
    "producers": [{"id": "shop", "topic": "orders", "rate": "100/s", "config": {"acks": "1"}}],
    "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "1s"}]})";
  Stage stage{draw_toolbar, 1268, 44, 1, scenario};
  stage.go(seconds(6));
  REQUIRE(stage.app->frame().verdict.excused > 0);
  CHECK(stage.app->frame().verdict.violations == 0);
  CHECK(stage.wrote("excused"));
  stage.click("btn.lamp");
  CHECK(std::holds_alternative<ChosenFinding>(stage.app->chosen()));
}

TEST_CASE("tabs of branches appear once something was done by hand and lead back") {
  Stage stage = toolbar();
  stage.go(seconds(3));  // what was seen of A stays: acting before it forks
  stage.go(milliseconds(1500));
  CHECK_FALSE(stage.shows("btn.undo"));
  CHECK_FALSE(stage.shows("tab.branch.A"));
  stage.app->want(ActBy{R"({"crash": 2})", "crash broker 2"});
  stage.settle();
  REQUIRE(stage.shows("tab.branch.A"));
  REQUIRE(stage.shows("tab.branch.B"));
  CHECK(stage.blemishes() == std::vector<std::string>{});
  stage.click("btn.compare");
  CHECK(stage.app->compared() == std::optional<std::size_t>{0});
  CHECK(stage.app->look.preset == Preset::compare);
  stage.click("btn.compare");
  CHECK_FALSE(stage.app->compared());
  stage.click("tab.branch.A");
  CHECK(stage.app->branch() == 0);
  stage.click("tab.branch.B");
  stage.click("btn.undo");
  CHECK(stage.app->tape().branch(stage.app->branch()).acts.empty());
}

TEST_CASE("the theme and popups and presets are one click away") {
  Stage stage = toolbar(1900);
  stage.settle();
  stage.click("btn.theme");
  CHECK(stage.app->look.theme == ThemeKind::light);
  stage.click("btn.help");
  CHECK(stage.app->popups.help);
  stage.click("btn.browser");
  CHECK(stage.app->popups.browser);
  stage.click("btn.save");
  CHECK(stage.app->popups.save);
  stage.click("preset.inspect");
  CHECK(stage.app->look.preset == Preset::inspect);
}

}  // namespace
}  // namespace kafkasim::viz
