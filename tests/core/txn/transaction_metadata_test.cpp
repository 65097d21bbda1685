#include "core/txn/transaction_metadata.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/base/check.hpp"

using namespace kafkasim;
using enum TransactionStatus;
using Fences = TransactionMetadata::Fences;

namespace {

const TopicPartition orders{"orders", PartitionIndex{0}};
const TopicPartition bills{"bills", PartitionIndex{1}};

// Of an id with epoch 0, as the first InitProducerId leaves it.
TransactionMetadata fresh(std::int16_t epoch = 0) {
  TransactionLogValue stored;
  stored.producer_id = ProducerId{7};
  stored.producer_epoch = ProducerEpoch{epoch};
  stored.transaction_timeout = seconds(60);
  stored.last_update_timestamp = Timestamp{1};
  stored.start_timestamp = Timestamp{-1};
  return TransactionMetadata{"billing", stored};
}
TransactionMetadata ongoing_one(std::int16_t epoch = 0, TransactionVersion client = TransactionVersion::v0) {
  TransactionMetadata transaction = fresh(epoch);
  transaction.complete(transaction.prepare_added({orders}, client, Timestamp{10}));
  return transaction;
}

}  // namespace

TEST_CASE("a transaction changes only as the table of its states allows", "[txn]") {
  constexpr std::array all{empty, ongoing, prepare_commit, prepare_abort, complete_commit, complete_abort, dead, prepare_epoch_fence};
  std::size_t legal = 0;
  for (const auto from : all) {
    for (const auto to : all) legal += may_become(from, to) ? 1U : 0U;
  }
  CHECK(legal == 3 + 3 + 4 + 1 + 5 + 1 + 1 + 1);
  CHECK(may_become(ongoing, prepare_commit));
  CHECK_FALSE(may_become(empty, prepare_commit));
  CHECK_FALSE(may_become(prepare_commit, ongoing));
  CHECK_FALSE(may_become(prepare_commit, complete_abort));
  CHECK_FALSE(may_become(dead, empty));
}

TEST_CASE("the first epoch of a transactional id is 0 and each InitProducerId raises it", "[txn]") {
  TransactionMetadata transaction{"billing", ProducerId{7}, seconds(60), Timestamp{1}};
  CHECK_FALSE(transaction.epoch());
  transaction.complete(transaction.prepare_next_epoch(seconds(60), std::nullopt, Timestamp{1}).change);
  CHECK(transaction.epoch() == ProducerEpoch{0});
  transaction.complete(transaction.prepare_next_epoch(seconds(30), std::nullopt, Timestamp{2}).change);
  CHECK(transaction.epoch() == ProducerEpoch{1});
  CHECK(transaction.timeout() == seconds(30));
}

TEST_CASE("a producer that names its epoch is told the same again when it repeats itself and is fenced with any other", "[txn]") {
  TransactionMetadata transaction = fresh(4);
  transaction.complete(transaction.prepare_next_epoch(seconds(60), ProducerEpoch{4}, Timestamp{2}).change);
  CHECK(transaction.epoch() == ProducerEpoch{5});
  const auto again = transaction.prepare_next_epoch(seconds(60), ProducerEpoch{4}, Timestamp{3});
  CHECK(again.error == ErrorCode::none);
  CHECK(again.change.epoch == ProducerEpoch{5});
  transaction.complete(again.change);
  CHECK(transaction.prepare_next_epoch(seconds(60), ProducerEpoch{3}, Timestamp{4}).error == ErrorCode::producer_fenced);
  CHECK_FALSE(transaction.pending());
}

TEST_CASE("while a change is on its way no other may be prepared", "[txn]") {
  TransactionMetadata transaction = fresh();
  const TransactionChange change = transaction.prepare_added({orders}, TransactionVersion::v0, Timestamp{5});
  CHECK(transaction.pending() == ongoing);
  CHECK(transaction.status() == empty);
  CHECK_THROWS_AS(transaction.prepare_added({bills}, TransactionVersion::v0, Timestamp{5}), InternalError);
  transaction.give_up();
  CHECK(transaction.status() == empty);
  CHECK_THROWS_AS(transaction.complete(change), InternalError);
}

TEST_CASE("a transaction that begins has a start time and none of the partitions of the one before", "[txn]") {
  TransactionMetadata transaction = ongoing_one();
  CHECK(transaction.started() == Timestamp{10});
  transaction.complete(transaction.prepare_added({bills}, TransactionVersion::v0, Timestamp{20}));
  CHECK(transaction.started() == Timestamp{10});
  CHECK(transaction.partitions() == std::set{bills, orders});
  transaction.complete(transaction.prepare_end(TransactionOutcome::commit, TransactionVersion::v0, Fences::no, {}, Timestamp{30}));
  CHECK(transaction.status() == prepare_commit);
  CHECK(transaction.partitions() == std::set{bills, orders});
  transaction.complete(transaction.prepare_complete(Timestamp{40}));
  CHECK(transaction.status() == complete_commit);
  CHECK(transaction.partitions().empty());
  transaction.complete(transaction.prepare_added({bills}, TransactionVersion::v0, Timestamp{50}));
  CHECK(transaction.started() == Timestamp{50});
  CHECK(transaction.partitions() == std::set{bills});
}

TEST_CASE("before version 2 the end of a transaction leaves the epoch and with version 2 it raises it", "[txn]") {
  TransactionMetadata old = ongoing_one(3);
  old.complete(old.prepare_end(TransactionOutcome::abort, TransactionVersion::v0, Fences::no, {}, Timestamp{30}));
  CHECK(old.epoch() == ProducerEpoch{3});
  CHECK_FALSE(old.is_end_repeated(ProducerEpoch{2}));
  TransactionMetadata now = ongoing_one(3, TransactionVersion::v2);
  now.complete(now.prepare_end(TransactionOutcome::abort, TransactionVersion::v2, Fences::no, {}, Timestamp{30}));
  CHECK(now.epoch() == ProducerEpoch{4});
  CHECK(now.is_end_repeated(ProducerEpoch{3}));
  CHECK_FALSE(now.is_end_repeated(ProducerEpoch{4}));
}

TEST_CASE("after the last epoch the producer goes on under a new id from epoch 0", "[txn]") {
  TransactionMetadata transaction = ongoing_one(INT16_MAX - 1, TransactionVersion::v2);
  CHECK(transaction.is_epoch_exhausted());
  transaction.complete(
      transaction.prepare_end(TransactionOutcome::commit, TransactionVersion::v2, Fences::no, ProducerId{9}, Timestamp{30}));
  CHECK(transaction.producer() == ProducerId{7});  // the markers are still its own
  CHECK(transaction.epoch() == ProducerEpoch{INT16_MAX});
  transaction.complete(transaction.prepare_complete(Timestamp{40}));
  CHECK(transaction.producer() == ProducerId{9});
  CHECK(transaction.previous_producer() == ProducerId{7});
  CHECK(transaction.epoch() == ProducerEpoch{0});
  CHECK(transaction.may_claim({ProducerId{7}, ProducerEpoch{INT16_MAX - 1}}));
  CHECK_FALSE(transaction.may_claim({ProducerId{7}, ProducerEpoch{3}}));
}

TEST_CASE("fencing raises the epoch in every version and an attempt that failed does not raise it twice", "[txn]") {
  TransactionMetadata transaction = ongoing_one(3);
  const TransactionChange fence =
      transaction.prepare_end(TransactionOutcome::abort, TransactionVersion::v0, Fences::yes, {}, Timestamp{30});
  CHECK(fence.epoch == ProducerEpoch{4});
  transaction.fence_failed(fence);
  CHECK(transaction.epoch() == ProducerEpoch{4});  // the record may be in the log: its producer is fenced already
  transaction.complete(transaction.prepare_end(TransactionOutcome::abort, TransactionVersion::v0, Fences::yes, {}, Timestamp{31}));
  CHECK(transaction.epoch() == ProducerEpoch{4});
  CHECK(transaction.status() == prepare_abort);
}

TEST_CASE("an open transaction times out after its timeout and one whose end is on its way does not", "[txn]") {
  TransactionMetadata transaction = ongoing_one();
  CHECK_FALSE(transaction.has_timed_out(Timestamp{10 + 60'000}));
  CHECK(transaction.has_timed_out(Timestamp{11 + 60'000}));
  (void)transaction.prepare_end(TransactionOutcome::commit, TransactionVersion::v0, Fences::no, {}, Timestamp{30});
  CHECK_FALSE(transaction.has_timed_out(Timestamp{11 + 60'000}));
}

TEST_CASE("what is stored of a transaction is what a coordinator loads", "[txn]") {
  TransactionMetadata transaction = ongoing_one(3, TransactionVersion::v2);
  const TransactionChange change =
      transaction.prepare_end(TransactionOutcome::commit, TransactionVersion::v2, Fences::no, ProducerId{9}, Timestamp{30});
  const TransactionMetadata loaded{"billing", as_record(change)};
  transaction.complete(change);
  CHECK(loaded.status() == prepare_commit);
  CHECK(loaded.epoch() == transaction.epoch());
  CHECK(loaded.partitions() == transaction.partitions());
  CHECK(loaded.started() == transaction.started());
  CHECK(loaded.client_version() == TransactionVersion::v2);
  TransactionMetadata goes_on = loaded;
  goes_on.complete(goes_on.prepare_complete(Timestamp{40}));
  CHECK(goes_on.producer() == ProducerId{9});
}

TEST_CASE("the states of transactions have the names that Kafka prints", "[txn]") {
  CHECK(transaction_status_name(prepare_commit) == "PrepareCommit");
  CHECK(transaction_status_by_name("CompleteAbort") == complete_abort);
  CHECK_FALSE(transaction_status_by_name("Nothing"));
}
