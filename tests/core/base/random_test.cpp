#include "core/base/random.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/base/check.hpp"

using namespace kafkasim;

TEST_CASE("a seed gives the same numbers for ever") {
  Random random{42};
  CHECK(random.next() == 0x15780b2e0c2ec716ULL);  // xoshiro256** seeded by SplitMix64, as published
  CHECK(random.next() == 0x6104d9866d113a7eULL);
  CHECK(random.next() == 0xae17533239e499a1ULL);
  CHECK(random.next() == 0xecb8ad4703b360a1ULL);
  Random below{1};
  for (const std::uint64_t expected : {57U, 22U, 0U, 83U, 71U, 62U, 86U, 29U}) CHECK(below.below(100) == expected);
  Random between{1};
  for (const std::int64_t expected : {5, 2, 3, 5, 0, 5}) CHECK(between.between(-5, 5) == expected);
}

TEST_CASE("a forked stream has the same numbers for ever") {
  CHECK(Random{42}.fork("broker-3").next() == 0x63682ad74c7c1633ULL);
  CHECK(Random{42}.fork("broker-3").fork("election").next() == 0xa53f6c771dc30204ULL);
  CHECK(Random{42}.fork(std::uint64_t{3}).next() == 0x7c0e9ede79e00b7cULL);
}

TEST_CASE("a fork does not depend on what was drawn and moves nobody else") {
  Random drawn{42};
  for (int i = 0; i < 10; ++i) drawn.next();
  Random fork = drawn.fork("a");
  CHECK(fork == Random{42}.fork("a"));
  Random left = drawn;
  for (int i = 0; i < 5; ++i) fork.next();
  (void)drawn.fork("b");
  CHECK(drawn == left);
  CHECK(drawn.next() == left.next());
  CHECK(Random{42}.fork("a").next() != Random{42}.fork("b").next());
  CHECK(Random{42}.fork("a").next() != Random{43}.fork("a").next());
}

TEST_CASE("numbers below a bound are about evenly spread") {
  Random random{5};
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) {
    CHECK(count > 9'500);
    CHECK(count < 10'500);
  }
  CHECK(random.below(1) == 0);
  CHECK_THROWS_AS(random.below(0), InternalError);
}

TEST_CASE("numbers between two ends reach both and no further") {
  Random random{6};
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1'000; ++i) {
    const std::int64_t x = random.between(-3, 3);
    REQUIRE(x >= -3);
    REQUIRE(x <= 3);
    low = low || x == -3;
    high = high || x == 3;
  }
  CHECK(low);
  CHECK(high);
  CHECK(random.between(9, 9) == 9);
  (void)random.between(INT64_MIN, INT64_MAX);
  CHECK(random.between(milliseconds(2), milliseconds(2)) == milliseconds(2));
}

TEST_CASE("a chance comes true as often as it says") {
  Random random{7};
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(1, 4) ? 1 : 0;
  CHECK(hits > 2'300);
  CHECK(hits < 2'700);
  CHECK_FALSE(random.chance(0, 5));
  CHECK(random.chance(5, 5));
}
