#include "sim/kernel/wall_clock.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("the wall clock of a node jumps and drifts by itself") {
  WallClock clock{Timestamp{1'000'000}};
  CHECK(clock.at(Instant{} + seconds(1)).value == 1'001'000);
  clock.jump(seconds(-5));
  CHECK(clock.at(Instant{} + seconds(1)).value == 996'000);
  clock.set_drift(Instant{} + seconds(1), 200);
  CHECK(clock.at(Instant{} + seconds(1)).value == 996'000);
  CHECK(clock.at(Instant{} + seconds(10'001)).value == 10'996'000 + 2'000);
  clock.jump(Duration{INT64_MAX});
  CHECK(clock.at(Instant{} + seconds(20'000)).value > 0);
}
