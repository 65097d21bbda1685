#include "sim/check/epoch_offset_unique.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("two batches of one leader epoch at one offset break epoch-offset-unique also across a truncation",
          "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.append(2, {0, 4, 0, 11});
  CHECK(tale.violations(EpochOffsetUnique::id) == 0);
  tale.truncate(1, 5, 0);
  tale.append(1, {0, 4, 0, 99});
  CHECK(tale.violations(EpochOffsetUnique::id) == 1);
}

TEST_CASE("another leader epoch may write the offset anew", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.append(2, {0, 4, 1, 12});
  CHECK(tale.violations(EpochOffsetUnique::id) == 0);
}

TEST_CASE("a batch that compaction has rewritten is still the one of its epoch and offset", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.tell(0, trace::LogCleaningBegan{tp, Offset{5}});
  tale.append(2, {0, 4, 0, 99});
  CHECK(tale.violations(EpochOffsetUnique::id) == 0);
  tale.append(3, {0, 3, 0, 11});  // but its offsets never change
  CHECK(tale.violations(EpochOffsetUnique::id) == 1);
}

TEST_CASE("a batch seen first in a gap of another replica means that batch for ever", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11});
  tale.append(1, {10, 14, 0, 13});
  tale.append(2, {5, 9, 0, 12});  // compacted away on broker 1
  CHECK(tale.violations(EpochOffsetUnique::id) == 0);
  tale.append(3, {5, 9, 0, 12});
  CHECK(tale.violations(EpochOffsetUnique::id) == 0);
  tale.load(3, 10, {{5, 9, 0, 99}});
  CHECK(tale.violations(EpochOffsetUnique::id) == 1);
}
