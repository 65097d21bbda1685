#include "sim/check/batch_chain.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("two chains are compared over any range and the first difference is found", "[check]") {
  BatchChain a;
  BatchChain b;
  for (std::int64_t i = 0; i < 100; ++i) {
    a.append(appended({i * 10, i * 10 + 9, 0, static_cast<std::uint32_t>(i)}));
    b.append(appended({i * 10, i * 10 + 9, 0, static_cast<std::uint32_t>(i == 60 ? 7777 : i)}));
  }
  CHECK(BatchChain::first_difference(a, b, Offset{0}, Offset{600}) == std::nullopt);
  CHECK(BatchChain::first_difference(a, b, Offset{610}, Offset{1000}) == std::nullopt);
  const auto differ = BatchChain::first_difference(a, b, Offset{0}, Offset{1000});
  REQUIRE(differ.has_value());
  CHECK(a[a.index_at(*differ)].base == Offset{600});
}

TEST_CASE("a chain that was cut and grew again has the sums of one that never had more", "[check]") {
  BatchChain a;
  BatchChain b;
  a.append(appended({0, 4, 0, 1}));
  a.append(appended({5, 9, 0, 2}));
  a.truncate_to(Offset{5});
  a.append(appended({5, 9, 1, 3}));
  b.append(appended({0, 4, 0, 1}));
  b.append(appended({5, 9, 1, 3}));
  CHECK(a.sum(Offset{0}, Offset{10}) == b.sum(Offset{0}, Offset{10}));
}

TEST_CASE("a look-up finds the same batch near the end and far from it", "[check]") {
  BatchChain log;
  for (std::int64_t i = 0; i < 1000; ++i) log.append(appended({i * 3, i * 3 + 1, 0, 1}));  // with gaps
  for (std::int64_t offset : {0, 1, 2, 3, 1499, 1500, 1501, 2996, 2997, 2998, 2999, 5000}) {
    CAPTURE(offset);
    std::size_t expected = 0;
    while (expected < log.size() && log[expected].last < Offset{offset}) ++expected;
    CHECK(log.index_at(Offset{offset}) == expected);
  }
  CHECK(log.at(Offset{3})->base == Offset{3});
  CHECK(log.at(Offset{4}) == nullptr);
}

TEST_CASE("where logs may be compacted only what both still hold is compared and only by its place", "[check]") {
  BatchChain a;
  BatchChain b;
  for (std::int64_t i = 0; i < 10; ++i) a.append(appended({i * 10, i * 10 + 9, 0, 1}));
  for (const std::int64_t i : {0, 3, 7}) b.append(appended({i * 10, i * 10 + 9, 0, 2}));
  CHECK(BatchChain::first_misplaced(a, b, Offset{0}, Offset{100}) == std::nullopt);
  b.append(appended({80, 85, 0, 1}));
  CHECK(BatchChain::first_misplaced(a, b, Offset{0}, Offset{80}) == std::nullopt);
  CHECK(BatchChain::first_misplaced(a, b, Offset{0}, Offset{100}) == Offset{80});
}
