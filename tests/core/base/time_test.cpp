#include "core/base/time.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("durations are whole nanoseconds whatever the unit") {
  CHECK(milliseconds(3).ns == 3'000'000);
  CHECK(seconds(2) == milliseconds(2'000));
  CHECK(microseconds(5) + nanoseconds(7) == nanoseconds(5'007));
  CHECK(milliseconds(10) * 3 - milliseconds(1) == milliseconds(29));
  CHECK(milliseconds(10) / 4 == microseconds(2'500));
}

TEST_CASE("whole milliseconds are rounded down also below zero") {
  CHECK(nanoseconds(1'999'999).whole_ms() == 1);
  CHECK(nanoseconds(-1).whole_ms() == -1);
  CHECK(nanoseconds(-1'000'000).whole_ms() == -1);
  CHECK(nanoseconds(-1'000'001).whole_ms() == -2);
  CHECK(nanoseconds(2'500).whole_us() == 2);
}

TEST_CASE("for ever does not overflow") {
  CHECK(milliseconds(INT64_MAX).ns > 0);
  CHECK(milliseconds(INT64_MIN).ns < 0);
  CHECK(Instant{1'000} + milliseconds(INT64_MAX) > Instant{1'000});
  CHECK((Instant{INT64_MAX - 1} + seconds(1)).ns == INT64_MAX);
}

TEST_CASE("instants differ by durations") {
  CHECK(Instant{50} - Instant{20} == nanoseconds(30));
  CHECK(Instant{50} - nanoseconds(20) == Instant{30});
}
