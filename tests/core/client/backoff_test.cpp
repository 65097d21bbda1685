#include "core/client/backoff.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("the retry backoff doubles with a fifth more or less by chance up to its greatest value") {
  Random random{3};
  const Backoff backoff{ClientConfig{}};
  for (int i = 0; i < 100; ++i) {
    const Duration first = backoff.after(0, random);
    CHECK(first >= milliseconds(80));
    CHECK(first <= milliseconds(120));
    const Duration third = backoff.after(2, random);
    CHECK(third >= milliseconds(320));
    CHECK(third <= milliseconds(480));
    CHECK(backoff.after(50, random) <= milliseconds(1'000));
  }
}
