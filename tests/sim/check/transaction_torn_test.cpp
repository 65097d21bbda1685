#include "sim/check/transaction_torn.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

namespace {
// Two records, of which the coordinator aborts the first by itself; the second is committed.
void half(BankTale& tale, std::int64_t second_in) {
  tale.init(0);
  tale.began(1);
  tale.sent(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  tale.decided(prepare_abort, 0);
  tale.marked(TransactionOutcome::abort, 0);
  tale.decided(complete_abort, 0, false);
  if (second_in != 1) {
    tale.ended(1, trace::TransactionFate::aborted);
    tale.began(second_in);
  }
  tale.sent(1);
  tale.decided(ongoing, 0);
  tale.written(1, 0);
  tale.decided(prepare_commit, 0);
  tale.marked(TransactionOutcome::commit, 0);
}
}  // namespace

TEST_CASE("a transaction of which a part is aborted and a part committed breaks transaction-torn", "[check]") {
  BankTale tale;
  half(tale, 1);
  CHECK(tale.violations(TransactionTorn::id) == 1);
}

TEST_CASE("two transactions may end differently", "[check]") {
  BankTale tale;
  half(tale, 2);
  tale.ended(2, trace::TransactionFate::committed);
  CHECK(tale.findings(TransactionTorn::id) == 0);
}

TEST_CASE("a transaction that was told to be committed and is aborted breaks transaction-torn", "[check]") {
  BankTale tale;
  tale.init(0);
  tale.began(1);
  tale.sent(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  tale.ended(1, trace::TransactionFate::committed);
  tale.decided(prepare_abort, 0);
  tale.marked(TransactionOutcome::abort, 0);
  CHECK(tale.violations(TransactionTorn::id) == 1);
}
