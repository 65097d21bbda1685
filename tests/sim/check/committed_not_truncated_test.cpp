#include "sim/check/committed_not_truncated.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a replica that cuts off what was committed breaks committed-not-truncated", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.commit(1, 0, 5);
  tale.truncate(3, 10, 5);
  CHECK(tale.findings(CommittedNotTruncated::id) == 0);
  tale.commit(1, 5, 10);
  tale.truncate(2, 10, 5);
  CHECK(tale.violations(CommittedNotTruncated::id) == 1);
}

TEST_CASE("a replica may cut what differs from what was committed there", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.append(2, first);
  tale.append(3, {0, 4, 0, 99, 0});
  tale.commit(1, 0, 5);
  tale.truncate(3, 5, 0);
  CHECK(tale.findings(CommittedNotTruncated::id) == 0);
}

TEST_CASE("a replica may drop what its leader has deleted", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.commit(1, 0, 10);
  tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{10}});
  tale.truncate(3, 10, 0);
  CHECK(tale.findings(CommittedNotTruncated::id) == 0);
}

TEST_CASE("cutting back to an unclean leader is no further finding", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.isr(1, 0, {1});
  tale.commit(1, 0, 10);
  tale.decide(2, 1, {2}, true);
  tale.truncate(1, 10, 5);
  CHECK(tale.findings(CommittedNotTruncated::id) == 0);
}
