#include "viz/panels/panels.hpp"

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/event_lines.hpp"

namespace kafkasim::viz {
namespace {

// Where a line stands among those that are listed.
std::size_t event_of(test::Stage& stage, std::string_view words) {
  const auto& lines = stage.app->known().story().lines();
  const auto passing = lines_passing(stage.app->events, lines);
  for (std::size_t n = 0; n < passing.size(); ++n) {
    if (lines[passing[n]].text.find(words) != std::string::npos) return n;
  }
  FAIL("no event says " << words);
  return 0;
}

TEST_CASE("The list of events tells a story that can be read at any width") {
  const auto width = GENERATE(300, 330, 640);
  const auto scale = GENERATE(1.0F, 3.0F);
  test::Stage stage{draw_events, static_cast<int>(static_cast<float>(width) * scale), static_cast<int>(500 * scale), scale};
  (void)stage.app->advance(0, 1e9);
  stage.settle();
  CHECK(stage.shows("events.search"));
  CHECK(stage.shows("events.line.0"));
  const Area list = *stage.head.ui().find("events.list");
  for (const Ui::Written& written : stage.head.ui().written()) CHECK(written.area.max.x <= list.max.x + 1);
  for (const std::string& blemish : stage.blemishes()) {
    if (!blemish.starts_with("cut: ")) FAIL_CHECK(blemish);  // very long texts: all of it stands in the tip
  }
}

TEST_CASE("A press on an event goes to its moment which is marked from then on") {
  test::Stage stage{draw_events, 330, 2'000};
  (void)stage.app->advance(0, 1e9);
  stage.settle();
  const std::size_t n = event_of(stage, "leads in epoch 1");
  const auto& lines = stage.app->known().story().lines();
  const Duration at = lines[lines_passing(stage.app->events, lines)[n]].at;
  stage.click("events.line." + std::to_string(n));
  CHECK(stage.app->now() == at);
}

TEST_CASE("The current event stays in view wherever the cursor goes") {
  test::Stage stage{draw_events, 330, 200};
  (void)stage.app->advance(0, 1e9);
  stage.go({});
  stage.go(seconds(8));
  stage.settle();
  const auto last = lines_passing(stage.app->events, stage.app->known().story().lines()).size() - 1;
  REQUIRE(stage.shows("events.line." + std::to_string(last)));
  const Area line = *stage.head.ui().find("events.line." + std::to_string(last));
  CHECK(line.max.y <= stage.head.ui().find("events.list")->max.y + 2);
  stage.go({});
  CHECK(stage.shows("events.line.0"));
}

TEST_CASE("Filters and the search leave out lines and say how many are left") {
  test::Stage stage{draw_events, 330, 600};
  (void)stage.app->advance(0, 1e9);
  stage.settle();
  REQUIRE(stage.wrote("crashes"));
  stage.click("events.filter.faults");
  CHECK_FALSE(stage.app->events.faults);
  CHECK_FALSE(stage.wrote("crashes"));
  CHECK(stage.wrote(" of "));
  stage.click("events.filter.faults");
  stage.click("events.search");
  stage.head.type("crashes");
  stage.settle();
  CHECK(stage.app->events.search == "crashes");
  CHECK(stage.wrote("1 of "));
  stage.head.type(" zebra");
  stage.settle();
  CHECK(stage.wrote("no event passes"));
}

}  // namespace
}  // namespace kafkasim::viz
