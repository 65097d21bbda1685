#include "sim/check/offset_inconsistent.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
const Batch another{0, 4, 1, 22, 50};
}  // namespace

TEST_CASE("a poll that returns another record than was acknowledged at its offset breaks offset-inconsistent",
          "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.acked(first);
  tale.delivered({{4, 4}});
  CHECK(tale.findings(OffsetInconsistent::id) == 0);
  tale.delivered({{3, 9}});
  CHECK(tale.violations(OffsetInconsistent::id) == 1);
}

TEST_CASE("two polls that return different records at one offset break offset-inconsistent", "[check]") {
  Tale tale;
  tale.delivered({{0, 0}, {1, 1}, {2, 2}});
  tale.delivered({{1, 1}}, other_reader);
  CHECK(tale.findings(OffsetInconsistent::id) == 0);
  tale.delivered({{1, 7}}, other_reader);
  CHECK(tale.violations(OffsetInconsistent::id) == 1);
}

TEST_CASE("what was read long ago is remembered and so is what lay between", "[check]") {
  Tale tale;
  constexpr std::int64_t rows = 3000;  // each told by itself, for their numbers do not follow on one another
  for (std::int64_t i = 0; i < rows; ++i) {
    if (i % 7 != 3) tale.delivered({{2 * i, 5 * i}});
  }
  for (std::int64_t i = 3; i < rows; i += 7) tale.delivered({{2 * i, 5 * i}}, other_reader);
  for (std::int64_t i = 0; i < rows; i += 11) tale.delivered({{2 * i, 5 * i}}, other_reader);
  CHECK(tale.findings(OffsetInconsistent::id) == 0);
  for (const std::int64_t i : {0, 3, 4, 1500, 2999}) {
    const auto before = tale.findings(OffsetInconsistent::id);
    tale.delivered({{2 * i, 5 * i + 1}}, other_reader);
    CAPTURE(i);
    CHECK(tale.findings(OffsetInconsistent::id) == before + 1);
  }
}

TEST_CASE("a log that commits another record where one was read breaks offset-inconsistent", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.delivered({{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}});
  tale.truncate(2, 5, 0);
  tale.decide(2, 1, {2});
  tale.append(2, another);
  tale.commit(2, 0, 5);
  CHECK(tale.violations(OffsetInconsistent::id) == 1);
}

TEST_CASE("what replaces a record after an unclean election is excused", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.acked(first);
  tale.truncate(2, 5, 0);
  tale.decide(2, 1, {2}, true);
  tale.append(2, another);
  tale.commit(2, 0, 5);
  CHECK(tale.violations(OffsetInconsistent::id) == 0);
  CHECK(tale.findings(OffsetInconsistent::id) == 1);
}

TEST_CASE("what only acks=1 had acknowledged may be replaced", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.acked(first, 1);
  tale.decide(2, 1, {2});
  tale.append(2, another);
  tale.commit(2, 0, 5);
  CHECK(tale.violations(OffsetInconsistent::id) == 0);
  CHECK(tale.findings(OffsetInconsistent::id) == 1);
}

TEST_CASE("what acks=1 acknowledges late may have been replaced", "[check]") {
  Tale tale;
  tale.delivered({{0, 50}, {1, 51}});
  tale.acked(first, 1);
  CHECK(tale.violations(OffsetInconsistent::id) == 0);
  CHECK(tale.findings(OffsetInconsistent::id) == 1);
}
