#include "viz/panels/panels.hpp"

#include <cmath>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/tape_marks.hpp"

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

TEST_CASE("epochs follow one another without a gap up to what is known") {
  Stage stage = tape();
  explore(stage);
  const std::vector<TapeEpoch> epochs = tape_epochs(stage.app->known(), {"orders", PartitionIndex{0}}, seconds(8));
  REQUIRE(epochs.size() >= 2);
  CHECK(epochs.front().from == Duration{});
  CHECK(epochs.back().to == seconds(8));
  for (std::size_t i = 1; i < epochs.size(); ++i) CHECK(epochs[i].from == epochs[i - 1].to);
}

TEST_CASE("the time that broker 1 was down is a span that ends when it starts again") {
  Stage stage = tape();
  explore(stage);
  const std::vector<TapeSpan> spans = tape_spans(stage.app->known(), seconds(8));
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].from == seconds(2));
  CHECK(spans[0].to == seconds(5));
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
