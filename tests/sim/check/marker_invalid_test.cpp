#include "sim/check/marker_invalid.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

namespace {
void begin(BankTale& tale) {
  tale.init(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
}
}  // namespace

TEST_CASE("a marker as the coordinator decided breaks nothing", "[check]") {
  BankTale tale;
  begin(tale);
  tale.decided(prepare_commit, 1);
  tale.written(1, 0);  // it was on its way
  tale.marked(TransactionOutcome::commit, 1);
  tale.decided(complete_commit, 1, false);
  CHECK(tale.findings(MarkerInvalid::id) == 0);
}

TEST_CASE("a marker that says the contrary or that nobody has decided breaks marker-invalid", "[check]") {
  BankTale tale;
  begin(tale);
  SECTION("the contrary") {
    tale.decided(prepare_commit, 1);
    tale.marked(TransactionOutcome::abort, 1);
  }
  SECTION("nobody's") { tale.marked(TransactionOutcome::abort, 1); }
  CHECK(tale.violations(MarkerInvalid::id) == 1);
}

TEST_CASE("a record that comes after its transaction has ended breaks marker-invalid", "[check]") {
  BankTale tale;
  begin(tale);
  tale.decided(prepare_abort, 0);
  tale.marked(TransactionOutcome::abort, 0);
  tale.decided(complete_abort, 0, false);
  CHECK(tale.findings(MarkerInvalid::id) == 0);
  tale.written(1, 0);
  CHECK(tale.violations(MarkerInvalid::id) == 1);
}

TEST_CASE("a marker that an administrator has asked for is in order", "[check]") {
  BankTale tale;
  begin(tale);
  tale.tell(0, trace::MarkerAskedFor{ProducerId{7}, ProducerEpoch{1}});
  tale.marked(TransactionOutcome::abort, 1);
  CHECK(tale.findings(MarkerInvalid::id) == 0);
}

TEST_CASE("a marker whose epoch is further from its transaction's than a fence and an end take breaks marker-invalid", "[check]") {
  BankTale tale;
  begin(tale);
  const int fence_and_end = 2;
  SECTION("a fence and an end") {
    tale.decided(prepare_abort, fence_and_end);
    tale.marked(TransactionOutcome::abort, fence_and_end);
    CHECK(tale.findings(MarkerInvalid::id) == 0);
  }
  SECTION("fences that nobody has heard of") {
    tale.decided(prepare_abort, fence_and_end + 1);
    tale.marked(TransactionOutcome::abort, fence_and_end + 1);
    CHECK(tale.violations(MarkerInvalid::id) == 1);
  }
}
