#include "sim/check/transaction_ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

TEST_CASE("a record is open until a marker of its producer says how it ended", "[check]") {
  BankTale tale;
  tale.init(0);
  tale.began(4);
  tale.sent(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  const auto fate = [&tale] { return tale.history().transactions().run_at(name, Offset{0})->fate; };
  CHECK(fate() == TransactionLedger::Fate::open);
  CHECK(tale.history().transactions().open().at(name).contains(7));
  CHECK(tale.history().transactions().transaction_of(name, Origin{0, 0})->number == 4);
  CHECK(tale.history().transactions().is_known(7, name));
  tale.decided(prepare_commit, 1);
  tale.marked(TransactionOutcome::commit, 1);
  CHECK(fate() == TransactionLedger::Fate::committed);
  CHECK(tale.history().transactions().open().empty());
  CHECK(tale.history().transactions().run_at(name, Offset{1}) == nullptr);
}

TEST_CASE("a record belongs to the transaction in which its producer sent it", "[check]") {
  BankTale tale;
  const auto number_of = [&tale](std::int64_t send) {
    const auto found = tale.history().transactions().transaction_of(name, Origin{0, send});
    return found ? found->number : -1;
  };
  tale.sent(0);
  CHECK(number_of(0) == -1);
  tale.began(4);
  tale.sent(1);
  tale.sent(2);
  tale.ended(4, trace::TransactionFate::committed);
  tale.began(5);
  tale.sent(3);
  CHECK(number_of(0) == -1);
  CHECK(number_of(1) == 4);
  CHECK(number_of(2) == 4);
  CHECK(number_of(3) == 5);
}

TEST_CASE("a coordinator that was frozen tells late what it had decided and nothing of now", "[check]") {
  BankTale tale;
  tale.init(5);
  tale.decided(ongoing, 5);
  tale.decided(prepare_commit, 3);
  CHECK(tale.history().transactions().is_known(7, name));
  tale.sent(0);
  tale.written(0, 5);
  CHECK(tale.history().transactions().problems().empty());
  tale.decided(prepare_commit, 5, false);
  CHECK_FALSE(tale.history().transactions().is_known(7, name));
}
