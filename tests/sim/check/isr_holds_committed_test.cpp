#include "sim/check/isr_holds_committed.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a high watermark beyond what a running member of the ISR holds breaks isr-holds-committed", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.append(2, second);
  tale.commit(1, 0, 5);
  CHECK(tale.findings(IsrHoldsCommitted::id) == 0);
  tale.commit(1, 5, 10);
  CHECK(tale.violations(IsrHoldsCommitted::id) == 1);
}

TEST_CASE("who is out of sync or dead may lack what is committed", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.append(2, second);
  SECTION("out of sync") { tale.isr(1, 0, {1, 2}); }
  SECTION("dead until its session expires") { tale.crash(3); }
  tale.commit(1, 0, 10);
  CHECK(tale.findings(IsrHoldsCommitted::id) == 0);
}

TEST_CASE("a replica that joins the ISR without what is committed breaks isr-holds-committed", "[check]") {
  Tale tale;
  commit_without_the_third(tale);
  CHECK(tale.findings(IsrHoldsCommitted::id) == 0);
  tale.isr(1, 0, {1, 2, 3});
  CHECK(tale.violations(IsrHoldsCommitted::id) == 1);
}

TEST_CASE("another batch at a committed offset breaks isr-holds-committed even of equal length", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.append(2, {0, 4, 0, 99, 0});
  tale.append(3, first);
  tale.commit(1, 0, 5);
  CHECK(tale.violations(IsrHoldsCommitted::id) == 1);
}

TEST_CASE("a member of the ISR that restarts with less counts from when it is unfenced", "[check]") {
  Tale tale;
  for (const std::int32_t broker : {1, 2, 3}) {
    tale.registered(broker, broker);
    tale.unfenced(broker);
  }
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.power_off(3);
  tale.start(3);
  tale.load(3, 0, {});
  tale.commit(1, 5, 5);
  CHECK(tale.findings(IsrHoldsCommitted::id) == 0);
  tale.registered(3, 30);
  CHECK(tale.findings(IsrHoldsCommitted::id) == 0);
  tale.unfenced(3);
  CHECK(tale.violations(IsrHoldsCommitted::id) == 1);
}
