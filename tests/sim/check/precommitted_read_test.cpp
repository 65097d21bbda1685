#include "sim/check/precommitted_read.hpp"

#include <catch2/catch.hpp>

#include "sim/check/aborted_read.hpp"
#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

namespace {
void open_one(BankTale& tale) {
  tale.init(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
}
}  // namespace

TEST_CASE("a record of an open transaction that read_committed gives breaks precommitted-read", "[check]") {
  BankTale tale;
  open_one(tale);
  tale.delivered({{0, 0}});
  CHECK(tale.violations(PrecommittedRead::id) == 1);
}

TEST_CASE("once it is committed or for who reads all it breaks nothing", "[check]") {
  BankTale tale;
  open_one(tale);
  tale.delivered({{0, 0}}, other_reader);
  tale.decided(prepare_commit, 1);
  tale.marked(TransactionOutcome::commit, 1);
  tale.delivered({{0, 0}});
  CHECK(tale.findings(PrecommittedRead::id) == 0);
  CHECK(tale.findings(AbortedRead::id) == 0);
}

TEST_CASE("a record of an aborted transaction that read_committed gives breaks aborted-read", "[check]") {
  BankTale tale;
  open_one(tale);
  tale.decided(prepare_abort, 1);
  tale.marked(TransactionOutcome::abort, 1);
  tale.delivered({{0, 0}}, other_reader);
  CHECK(tale.findings(AbortedRead::id) == 0);
  tale.delivered({{0, 0}});
  CHECK(tale.violations(AbortedRead::id) == 1);
}
