#include "sim/check/zombie_not_fenced.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

TEST_CASE("a record of an older epoch than was given out breaks zombie-not-fenced", "[check]") {
  BankTale tale;
  tale.init(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  tale.init(1);
  CHECK(tale.findings(ZombieNotFenced::id) == 0);  // what was written before stays
  tale.written(1, 0);
  CHECK(tale.violations(ZombieNotFenced::id) == 1);
}

TEST_CASE("a record of the epoch that was given out breaks nothing", "[check]") {
  BankTale tale;
  tale.init(0);
  tale.init(1);
  tale.decided(ongoing, 1);
  tale.written(0, 1);
  CHECK(tale.findings(ZombieNotFenced::id) == 0);
}
