#include "sim/check/intervals.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("a set of sends tells how many of a range it had and which is the first", "[check]") {
  Intervals sends;
  CHECK(sends.add(10, 20) == 0);
  CHECK(sends.add(30, 40) == 0);
  CHECK(sends.add(15, 35) == 10);
  CHECK(sends.add(10, 40) == 30);
  CHECK(sends.first_within(0, 10) == std::nullopt);
  CHECK(sends.first_within(0, 11) == std::optional<std::int64_t>{10});
  CHECK(sends.first_within(12, 14) == std::optional<std::int64_t>{12});
  CHECK(sends.first_within(40, 99) == std::nullopt);
}
