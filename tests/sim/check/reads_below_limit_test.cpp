#include "sim/check/reads_below_limit.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

trace::FetchAnswered given(std::int64_t to, std::int64_t limit) {
  trace::FetchAnswered e;
  e.partition = tp;
  e.from = Offset{0};
  e.to = Offset{to};
  e.high_watermark = Offset{limit};
  e.limit = Offset{limit};
  return e;
}

}  // namespace

TEST_CASE("records given out beyond the limit of the reader break reads-below-limit", "[check]") {
  Tale tale;
  tale.append(1, {0, 4});
  tale.append(1, {5, 9});
  tale.commit(1, 0, 5);
  tale.tell(0, given(5, 5));
  CHECK(tale.findings(ReadsBelowLimit::id) == 0);
  SECTION("beyond what it says itself") { tale.tell(0, given(10, 5)); }
  SECTION("beyond the high watermark that it holds") { tale.tell(0, given(10, 10)); }
  CHECK(tale.violations(ReadsBelowLimit::id) == 1);
}

TEST_CASE("a follower gives out what its own high watermark allows", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4});
  tale.append_everywhere({5, 9});
  tale.commit(1, 0, 10);
  tale.commit(2, 0, 5, trace::ReplicaRole::follower);
  tale.tell(1, given(5, 5));
  CHECK(tale.findings(ReadsBelowLimit::id) == 0);
  tale.tell(1, given(10, 10));
  CHECK(tale.violations(ReadsBelowLimit::id) == 1);
}
