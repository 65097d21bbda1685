#include "core/log/cleaned_transactions.hpp"

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {
RecordBatch data(std::int64_t id, std::int64_t base) {
  return stored(keyed_batch({{"a", "1"}}, 1'000'000, producer(id, 0, 0), Transactional::yes), base, 1);
}
}  // namespace

TEST_CASE("a marker is needed as long as a batch of its transaction stands before it") {
  CleanedTransactions transactions;
  transactions.add_aborted({{ProducerId{1}, Offset{0}, Offset{2}, Offset{3}}});
  CHECK(transactions.on_data_batch(data(1, 0)) == CleanedTransactions::Data::aborted);
  CHECK(transactions.on_data_batch(data(2, 1)) == CleanedTransactions::Data::keep);
  const auto aborted = transactions.on_control_batch(stored(marker(1, 0, TransactionOutcome::abort), 2, 1));
  REQUIRE(aborted);
  CHECK_FALSE(aborted->removable);
  CHECK(aborted->aborted->first == Offset{0});
  CHECK_FALSE(transactions.on_control_batch(stored(marker(2, 0, TransactionOutcome::commit), 3, 1))->removable);
  // The next transactions of both have no batch any more.
  CHECK(transactions.on_control_batch(stored(marker(1, 0, TransactionOutcome::abort), 4, 1))->removable);
  CHECK(transactions.on_control_batch(stored(marker(2, 0, TransactionOutcome::commit), 5, 1))->removable);
}

TEST_CASE("an aborted transaction that the indexes tell twice is one") {
  CleanedTransactions transactions;
  const AbortedTransaction one{ProducerId{1}, Offset{0}, Offset{9}, Offset{10}};
  transactions.add_aborted({one});
  CHECK(transactions.on_data_batch(data(1, 0)) == CleanedTransactions::Data::aborted);
  transactions.add_aborted({one});
  CHECK(transactions.on_data_batch(data(1, 4)) == CleanedTransactions::Data::aborted);
  CHECK(transactions.on_control_batch(stored(marker(1, 0, TransactionOutcome::abort), 9, 1))->aborted == one);
}
