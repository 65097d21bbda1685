#include "viz/panels/transaction_rows.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::viz::test {

namespace {

sim::FrameTransaction in_state(std::string status) {
  sim::FrameTransaction transaction;
  transaction.id = "transfers";
  transaction.status = std::move(status);
  transaction.parts = {{{"t", PartitionIndex{0}}, Offset{7}}, {{"t", PartitionIndex{1}}, {}}, {{"t", PartitionIndex{2}}, {}, false}};
  return transaction;
}

}  // namespace

TEST_CASE("each state of a transaction has its phase and its words", "[viz][transactions]") {
  CHECK(phase_of(in_state("Empty")) == TransactionPhase::none);
  CHECK(phase_of(in_state("Ongoing")) == TransactionPhase::open);
  CHECK(phase_of(in_state("PrepareCommit")) == TransactionPhase::committing);
  CHECK(phase_of(in_state("PrepareEpochFence")) == TransactionPhase::aborting);
  CHECK(phase_of(in_state("CompleteAbort")) == TransactionPhase::aborted);
  CHECK(phase_text(in_state("PrepareCommit")) == "is being committed (PrepareCommit)");
  CHECK(phase_text(in_state("Dead")) == "Dead");
}

TEST_CASE("a partition of a transaction tells what its records wait for", "[viz][transactions]") {
  const sim::FrameTransaction open = in_state("Ongoing");
  CHECK(part_text(open, open.parts[0]).find("begin at offset 7 and wait for the marker that ends") != std::string::npos);
  CHECK(part_text(open, open.parts[1]).find("no record stands there yet") != std::string::npos);
  CHECK(part_text(open, open.parts[2]).find("nobody leads it") != std::string::npos);
  const sim::FrameTransaction ending = in_state("PrepareAbort");
  CHECK(part_text(ending, ending.parts[0]).find("which is on its way") != std::string::npos);
  CHECK(part_text(ending, ending.parts[1]).find("its marker is written") != std::string::npos);
}

}  // namespace kafkasim::viz::test
