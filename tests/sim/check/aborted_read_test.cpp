#include "sim/check/aborted_read.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
trace::RecordsFailed failed(std::int64_t send, bool surely) {
  return {name, Origin{0, send}, 2, ErrorCode::request_timed_out, surely};
}
}  // namespace

TEST_CASE("a record that was surely not written and is read breaks aborted-read", "[check]") {
  Tale tale;
  SECTION("read after its producer was told") {
    tale.tell(producer, failed(3, true));
    tale.delivered({{0, 2}, {1, 3}});
  }
  SECTION("read before") {
    tale.delivered({{0, 3}});
    tale.tell(producer, failed(3, true));
  }
  CHECK(tale.violations(AbortedRead::id) == 1);
}

TEST_CASE("a record that timed out on its way may turn up", "[check]") {
  Tale tale;
  tale.tell(producer, failed(3, false));
  tale.tell(producer, failed(7, true));
  tale.delivered({{0, 3}, {1, 4}});
  CHECK(tale.findings(AbortedRead::id) == 0);
}
