#include "core/txn/transaction_log.hpp"

#include <catch2/catch.hpp>

#include "core/record/record.hpp"

using namespace kafkasim;

namespace {

TransactionLogValue value(std::int16_t epoch) {
  TransactionLogValue stored;
  stored.producer_id = ProducerId{7};
  stored.producer_epoch = ProducerEpoch{epoch};
  stored.transaction_timeout = seconds(60);
  stored.client_transaction_version = 2;
  return stored;
}
RecordBatch batch(const std::string& id, std::optional<TransactionLogValue> stored,
                  TransactionVersion version = TransactionVersion::v2) {
  return transaction_batch(id, stored, version, Timestamp{5});
}

}  // namespace

TEST_CASE("of a transactional id the later record stands and a tombstone removes it", "[txn]") {
  const LoadedTransactions loaded =
      read_transaction_log({batch("a", value(1)), batch("b", value(1)), batch("a", value(2)), batch("b", std::nullopt)});
  REQUIRE(loaded.transactions.size() == 1);
  CHECK(loaded.transactions.at("a") == value(2));
  CHECK(loaded.passed_over == 0);
}

TEST_CASE("the version of the client is stored only where transaction.version is at least 1", "[txn]") {
  const LoadedTransactions old = read_transaction_log({batch("a", value(1), TransactionVersion::v0)});
  CHECK(old.transactions.at("a").client_transaction_version == 0);
  const LoadedTransactions tagged = read_transaction_log({batch("a", value(1), TransactionVersion::v1)});
  CHECK(tagged.transactions.at("a").client_transaction_version == 2);
}

TEST_CASE("records of the transaction log that cannot be read are counted and the others are kept", "[txn]") {
  const std::vector<std::byte> strange(3, std::byte{0x7f});
  BatchBuilder builder;
  builder.append(Timestamp{1}, ByteSpan{strange}, ByteSpan{strange});
  const LoadedTransactions loaded = read_transaction_log({builder.build(), batch("a", value(1))});
  CHECK(loaded.passed_over == 1);
  CHECK(loaded.first_fault);
  CHECK(loaded.transactions.size() == 1);
}
