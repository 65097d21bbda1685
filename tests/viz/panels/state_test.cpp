#include "viz/panels/state.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

TEST_CASE("Each App has a state of the panels that is its own and stays from frame to frame") {
  const std::unique_ptr<App> one = test::open_app();
  const std::unique_ptr<App> other = test::open_app();
  state_of(*one).palette_text = "crash";
  (void)one->advance(1.0 / 60, 0);
  one->want(SeekTo{seconds(1)});
  (void)one->advance(1.0 / 60, 0);
  CHECK(state_of(*one).palette_text == "crash");
  CHECK(state_of(*other).palette_text.empty());
}

TEST_CASE("What the panels kept of a run is gone when another file is opened") {
  const std::unique_ptr<App> app = test::open_app();
  state_of(*app).bookmarks.push_back({0, seconds(1)});
  CHECK(state_of(*app).of == &app->tape());
  app->opener = [](const std::string&) -> Result<TapeSource> { return test::source_of(test::small_cluster); };
  app->want(OpenFile{"again.json"});
  (void)app->advance(1.0 / 60, 0);
  CHECK(state_of(*app).bookmarks.empty());
  CHECK(state_of(*app).of == &app->tape());
}

}  // namespace
}  // namespace kafkasim::viz
