#include "sim/check/pipeline_ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/pipeline_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("an output of a transaction counts when the transaction is committed", "[check]") {
  PipelineTale tale;
  const auto outputs = [&tale](std::int64_t input) { return tale.history().pipelines().outputs_of("copy", {name, Offset{input}}); };
  tale.write({0, 1}, true);
  CHECK(outputs(0) == 0);
  tale.mark(TransactionOutcome::commit);
  CHECK(outputs(0) == 1);
  CHECK(outputs(1) == 1);
  tale.write({2}, true);
  tale.mark(TransactionOutcome::abort);
  CHECK(outputs(2) == 0);
  CHECK(tale.history().pipelines().duplicates("copy") == 0);
}

TEST_CASE("an output outside of transactions counts at once and a second one is a duplicate", "[check]") {
  PipelineTale tale{false};
  tale.write({0, 1, 1}, false);
  CHECK(tale.history().pipelines().outputs_of("copy", {name, Offset{1}}) == 2);
  CHECK(tale.history().pipelines().duplicates("copy") == 1);
}

TEST_CASE("what is made again after a seek of the group is no duplicate", "[check]") {
  PipelineTale tale;
  tale.write({0, 1}, true);
  tale.send_offsets(2);
  tale.mark(TransactionOutcome::commit);
  tale.commit_offsets(2);
  CHECK(tale.history().pipelines().outputs_of("copy", {name, Offset{1}}) == 1);
  tale.commit_offsets(0);  // by an administrator
  CHECK(tale.history().pipelines().outputs_of("copy", {name, Offset{1}}) == 0);
  tale.write({0, 1}, true);
  tale.mark(TransactionOutcome::commit);
  CHECK(tale.history().pipelines().duplicates("copy") == 0);
}

TEST_CASE("outputs that are lost count no more", "[check]") {
  PipelineTale tale{false};
  tale.write({0, 1}, false);
  PipelineLedger ledger = tale.history().pipelines();
  ledger.lost(PipelineTale::copies_0, Offset{1});
  CHECK(ledger.outputs_of("copy", {name, Offset{0}}) == 1);
  CHECK(ledger.outputs_of("copy", {name, Offset{1}}) == 0);
}
