#include "sim/check/leader_complete.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a leader that lacks what was committed breaks leader-complete", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.commit(1, 0, 5);
  SECTION("nothing of it was committed") { tale.decide(2, 1, {2, 3}); }
  SECTION("it was") {
    tale.isr(1, 0, {1});
    tale.commit(1, 5, 10);
    tale.decide(2, 1, {2, 3});
    CHECK(tale.violations(LeaderComplete::id) == 1);
    tale.decide(3, 2, {2, 3});  // what is gone is gone: said once
    CHECK(tale.findings(LeaderComplete::id) == 1);
    return;
  }
  CHECK(tale.findings(LeaderComplete::id) == 0);
}

TEST_CASE("a leader of an epoch that is past is nobody's to follow", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.isr(2, 3, {2, 3});
  tale.truncate(3, 5, 0);
  tale.lead(3, 2);
  CHECK(tale.findings(LeaderComplete::id) == 0);
}

TEST_CASE("an unclean leader that lacks what was committed is excused", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.isr(1, 0, {1});
  tale.append(1, second);
  tale.commit(1, 0, 10);
  tale.decide(2, 1, {2}, true);
  CHECK(tale.violations(LeaderComplete::id) == 0);
  CHECK(tale.findings(LeaderComplete::id) == 1);
}
