#include "sim/check/maximal_isr_respected.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a leader that commits without waiting for who may be in sync already breaks maximal-isr-respected",
          "[check]") {
  Tale tale;
  tale.isr(1, 0, {1, 2});
  tale.append(1, {0, 4});
  tale.append(2, {0, 4});
  tale.isr_view(1, {1, 2}, {1, 2});
  tale.commit(1, 0, 2);
  CHECK(tale.findings(MaximalIsrRespected::id) == 0);
  tale.isr(1, 0, {1, 2, 3});  // the answer is on its way to the leader
  SECTION("which counts only on what it was told") {
    tale.commit(1, 2, 5);
    CHECK(tale.violations(MaximalIsrRespected::id) == 1);
  }
  SECTION("which counts whom it asked for") {
    tale.isr_view(1, {1, 2}, {1, 2, 3});
    tale.commit(1, 2, 5);
    CHECK(tale.violations(MaximalIsrRespected::id) == 0);
  }
}

TEST_CASE("a leader that the controller has replaced does not know the ISR any more", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4});
  tale.isr_view(1, {1}, {1});
  tale.isr(2, 1, {2, 3});
  tale.commit(1, 0, 5);
  CHECK(tale.findings(MaximalIsrRespected::id) == 0);
}
