#include "sim/check/transaction_hanging.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

namespace {
void wait_on(BankTale& tale, Duration time) {
  for (Duration passed{}; passed < time; passed += seconds(1)) {
    tale.wait(seconds(1));
    tale.init(0);  // something happens
  }
}
}  // namespace

TEST_CASE("a transaction that stays open and that its coordinator does not know breaks transaction-hanging", "[check]") {
  BankTale tale;
  tale.decided(complete_abort, 0, false);
  tale.written(0, 0);
  wait_on(tale, seconds(8));
  CHECK(tale.findings(TransactionHanging::id) == 0);
  wait_on(tale, seconds(8));
  CHECK(tale.violations(TransactionHanging::id) == 1);
}

TEST_CASE("a transaction that its coordinator knows has its time", "[check]") {
  BankTale tale;
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  wait_on(tale, seconds(60));
  tale.decided(prepare_abort, 0);
  tale.marked(TransactionOutcome::abort, 0);
  wait_on(tale, seconds(200));
  CHECK(tale.findings(TransactionHanging::id) == 0);
}

TEST_CASE("a transaction that outlives its timeout in a cluster that was left alone breaks transaction-hanging", "[check]") {
  BankTale tale;
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  wait_on(tale, seconds(400));
  CHECK(tale.violations(TransactionHanging::id) == 1);
}
