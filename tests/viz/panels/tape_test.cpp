#include "viz/panels/panels.hpp"

#include <cmath>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

Stage tape(int width = 1268, float scale = 1) { return Stage{draw_tape, width, static_cast<int>(70 * scale), scale}; }

void explore(Stage& stage) {
  (void)stage.app->advance(1.0 / 60, 60);
  stage.settle();
}

const Area& area_of(Stage& stage, const char* probe) {
  REQUIRE(stage.shows(probe));
  return *stage.head.ui().find(probe);
}

TEST_CASE("a click on the tape goes there and dragging goes along") {
  Stage stage = tape();
  stage.settle();
  const Area bar = area_of(stage, "tape");
  stage.head.click(ImVec2{bar.min.x + bar.width() / 2, bar.max.y - 5});
  stage.settle();
  CHECK(std::abs(stage.app->now().whole_ms() - 4000) < 30);
  stage.head.drag({bar.min.x + bar.width() / 2, bar.max.y - 5}, {bar.min.x + bar.width() / 4, bar.max.y - 5});
  stage.settle();
  CHECK(std::abs(stage.app->now().whole_ms() - 2000) < 30);
}

TEST_CASE("the crash and the election after it are marks that say what they are and that one can go to") {
  Stage stage = tape();
  explore(stage);
  stage.go(milliseconds(500));
  REQUIRE(stage.shows("tape.mark.0"));
  std::string all;
  for (int i = 0; stage.shows("tape.mark." + std::to_string(i)); ++i) {
    stage.head.move_to("tape.mark." + std::to_string(i));
    all += stage.app->tip.value_or("") + "\n";
  }
  CHECK(all.find("crash") != std::string::npos);
  CHECK(all.find("leads in epoch 1") != std::string::npos);
  stage.click("tape.mark.0");
  CHECK(stage.app->now() >= seconds(2));
  CHECK(stage.app->now() <= milliseconds(2001));
}

TEST_CASE("a bookmark hangs on the tape of its branch and a click on it goes there") {
  Stage stage = tape();
  stage.settle();
  CHECK_FALSE(stage.shows("tape.bookmark.0"));
  state_of(*stage.app).bookmarks = {{0, milliseconds(2'345)}, {7, seconds(3)}};
  stage.settle();
  CHECK_FALSE(stage.shows("tape.bookmark.1"));  // of another branch
  stage.head.move_to("tape.bookmark.0");
  CHECK(stage.app->tip.value_or("").starts_with("bookmark 1: 2.345 s"));
  stage.click("tape.bookmark.0");
  CHECK(stage.app->now() == milliseconds(2'345));
}

TEST_CASE("epochs of the first partition stand on the tape with their leaders and those of the chosen one instead") {
  Stage stage = tape();
  explore(stage);
  CHECK(stage.wrote("orders-0"));
  CHECK(stage.wrote("epoch 0: broker 1"));
  CHECK(stage.shows("tape.epoch.1"));
  stage.app->choose(ChosenPartition{{"orders", PartitionIndex{1}}});
  stage.settle();
  CHECK(stage.wrote("orders-1"));
  CHECK(stage.wrote("epoch 0: broker 2"));
}

TEST_CASE("what has not been looked at is hatched until the end is known") {
  Stage stage = tape();
  stage.go(seconds(3));
  REQUIRE(stage.shows("tape.unknown"));
  CHECK(area_of(stage, "tape.unknown").min.x < area_of(stage, "tape").max.x - 100);
  explore(stage);
  CHECK_FALSE(stage.shows("tape.unknown"));
}

TEST_CASE("times and names on the tape do not lie upon one another wherever the cursor is") {
  struct Window {
    int width;
    float scale;
  };
  const Window window = GENERATE(Window{1268, 1}, Window{1588, 1.25F}, Window{3804, 3}, Window{420, 1});
  Stage stage = tape(window.width, window.scale);
  explore(stage);
  for (const Duration at : {Duration{}, milliseconds(10), milliseconds(1990), milliseconds(2100), seconds(4), milliseconds(7990), seconds(8)}) {
    stage.go(at);
    CHECK(stage.blemishes() == std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace kafkasim::viz
