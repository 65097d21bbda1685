#include "viz/panels/tape_marks.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

const TopicPartition marked_orders{"orders", PartitionIndex{0}};

std::unique_ptr<App> explored_app() {  // the run is known to its end
  std::unique_ptr<App> app = test::open_app();
  (void)app->advance(1.0 / 60, 60);
  return app;
}

// As on a tape of 800 pixels for 8 seconds.
TapePlace place_apart(float pixels) { return {seconds(8), [](Duration at) { return static_cast<float>(at.whole_ms()) / 10; }, pixels}; }

TEST_CASE("The tape tells of the first partition until another is chosen") {
  const std::unique_ptr<App> app = test::open_app();
  CHECK(tape_partition(*app) == marked_orders);
  const TopicPartition other{"orders", PartitionIndex{1}};
  app->choose(ChosenPartition{other});
  CHECK(tape_partition(*app) == other);
}

TEST_CASE("epochs follow one another without a gap up to what is known") {
  const std::unique_ptr<App> app = explored_app();
  const std::vector<TapeEpoch> epochs = tape_epochs(app->known(), marked_orders, seconds(8));
  REQUIRE(epochs.size() >= 2);
  CHECK(epochs.front().from == Duration{});
  CHECK(epochs.back().to == seconds(8));
  for (std::size_t i = 1; i < epochs.size(); ++i) CHECK(epochs[i].from == epochs[i - 1].to);
}

TEST_CASE("the time that broker 1 was down is a span that ends when it starts again") {
  const std::unique_ptr<App> app = explored_app();
  const std::vector<TapeSpan> spans = tape_spans(app->known(), seconds(8));
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].from == seconds(2));
  CHECK(spans[0].to == seconds(5));
}

TEST_CASE("marks that are too close become one of the worst kind that tells of all of them") {
  const std::unique_ptr<App> app = explored_app();
  const std::vector<TapeMark> close = tape_marks(app->known(), place_apart(1), marked_orders);
  const std::vector<TapeMark> wide = tape_marks(app->known(), place_apart(10'000), marked_orders);
  REQUIRE(close.size() > 1);
  REQUIRE(wide.size() == 1);
  std::size_t things = 0;
  TapeMarkKind worst{};
  for (const TapeMark& mark : close) {
    things += mark.things;
    worst = std::max(worst, mark.kind);
  }
  CHECK(wide[0].things == things);
  CHECK(wide[0].kind == worst);
  for (std::size_t i = 1; i < close.size(); ++i) CHECK(close[i].x > close[i - 1].x);
}

}  // namespace
}  // namespace kafkasim::viz
