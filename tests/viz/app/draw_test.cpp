// The window as a whole, drawn at the sizes that people use and at the moments that are taught.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/source_dir.hpp"
#include "viz/app/app.hpp"
#include "viz/backend/headless.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

std::unique_ptr<App> app_of_library(const std::string& name) {
  const std::string path = kafkasim::test::source_dir() + "/scenarios/" + name + ".json";
  Result<std::string> text = sim::read_scenario_file(path);
  REQUIRE(text);
  TapeSource source;
  source.head.source = {std::move(*text), {}, kafkasim::test::source_dir() + "/scenarios"};
  source.head.file = path;
  auto app = App::open(std::move(source));
  REQUIRE(app);
  return std::move(*app);
}

void show(App& app, Headless& head, Duration moment) {
  app.want(SeekTo{moment});
  for (int i = 0; i < 3; ++i) {
    (void)app.advance(0, 0);
    head.frame([&](Ui& ui) { app.draw(ui, head.area()); });
  }
}

// Text that stands upon other text, or reaches out of the window.
std::vector<std::string> blemishes(Headless& head) {
  std::vector<std::string> found;
  const std::vector<Ui::Written>& all = head.ui().written();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Area& a = all[i].visible;
    if (a.width() <= 0) continue;
    if (a.max.x > head.area().max.x + 1 || a.max.y > head.area().max.y + 1) found.push_back("outside: " + all[i].text);
    for (std::size_t k = i + 1; k < all.size(); ++k) {
      const Area& b = all[k].visible;
      const float touching = 3 * head.ui().scale;  // lines are higher than their letters
      if (b.width() <= 0) continue;
      const bool apart = a.max.x <= b.min.x + touching || b.max.x <= a.min.x + touching || a.max.y <= b.min.y + touching || b.max.y <= a.min.y + touching;
      if (!apart) found.push_back("'" + all[i].text + "' upon '" + all[k].text + "'");
    }
  }
  return found;
}

void check_moments(const std::string& scenario, const std::vector<Duration>& moments) {
  const std::vector<std::pair<int, int>> sizes = kafkasim::test::sanitized ? std::vector<std::pair<int, int>>{{1280, 720}}
                                                                         : std::vector<std::pair<int, int>>{{1280, 720}, {1600, 1000}, {3840, 2160}};
  const auto app = app_of_library(scenario);
  for (const auto& [width, height] : sizes) {
    Headless head{width, height};
    for (const Preset preset : {Preset::learn, Preset::inspect, Preset::compare}) {
      app->look.preset = preset;
      for (const LowerTab tab : {LowerTab::groups, LowerTab::space_time, LowerTab::plots}) {
        app->look.lower = tab;
        app->look.side = tab == LowerTab::groups ? SideTab::lesson : tab == LowerTab::plots ? SideTab::events : SideTab::inspector;
        for (const Duration moment : moments) {
          show(*app, head, moment);
          INFO(scenario << " at " << moment.whole_ms() << " ms, " << width << "x" << height << ", panels " << static_cast<int>(preset) << ", tab "
                        << static_cast<int>(tab));
          std::string all;
          for (const std::string& one : blemishes(head)) all += one + "\n";
          CHECK(all == "");
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("no text stands upon another at any moment of a leader's crash") {
  check_moments("leader-crash", {milliseconds(2345), milliseconds(12'500), milliseconds(25'200)});
}

TEST_CASE("no text stands upon another when disks are full or members of a group come and go") {
  check_moments("disk-full-and-failing", {seconds(12), seconds(35)});
  check_moments("chaos-disks-and-groups", {seconds(5), seconds(12)});
}

TEST_CASE("every panel of a preset is there and none of another") {
  const auto app = app_of_library("leader-crash");
  Headless head{1280, 720};
  show(*app, head, seconds(2));
  for (const char* panel : {"panel.toolbar", "panel.topology", "panel.strips", "panel.groups", "panel.lesson", "panel.tape"}) {
    CAPTURE(panel);
    CHECK(head.ui().find(panel) != nullptr);
  }
  CHECK(head.ui().find("panel.events") == nullptr);
  head.click("tab.Plots");
  CHECK(app->look.lower == LowerTab::plots);
  show(*app, head, seconds(2));
  CHECK(head.ui().find("panel.plots") != nullptr);
  app->look.preset = Preset::inspect;
  show(*app, head, seconds(2));
  for (const char* panel : {"panel.space_time", "panel.plots", "panel.inspector", "panel.events"}) {
    CAPTURE(panel);
    CHECK(head.ui().find(panel) != nullptr);
  }
}

TEST_CASE("the line between two panels can be drawn to another place") {
  const auto app = app_of_library("leader-crash");
  Headless head{1280, 720};
  show(*app, head, seconds(2));
  const float before = app->look.left_share;
  const Area* line = head.ui().find("splitter.left");
  REQUIRE(line != nullptr);
  const ImVec2 from = line->centre();
  head.drag(from, {from.x + 100, from.y});
  CHECK(app->look.left_share > before + 0.05F);
}

TEST_CASE("the menu of a broker crashes it and what was done stands in the window") {
  const auto app = app_of_library("leader-crash");
  Headless head{1280, 800};
  show(*app, head, seconds(5));
  head.right_click("node.broker 2");
  head.frames(2);
  REQUIRE(head.ui().find("menu.crash") != nullptr);
  head.click("menu.crash");
  show(*app, head, app->now());
  CHECK(app->branch() == 1);
  CHECK(app->frame().node(NodeId{2})->state == sim::NodeState::down);
  head.click("btn.undo");
  show(*app, head, app->now());
  CHECK(app->branch() == 0);
  CHECK(app->frame().node(NodeId{2})->state == sim::NodeState::running);
}
