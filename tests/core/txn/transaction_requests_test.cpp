#include <catch2/catch.hpp>

#include "tests/core/txn/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using enum TransactionStatus;

// ---- InitProducerId -----------------------------------------------------------------------------------

TEST_CASE("a transactional id gets a producer id once and a higher epoch each time", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse first = rig.init();
  CHECK(first.producer_id == ProducerId{1000});
  CHECK(first.producer_epoch == ProducerEpoch{0});
  const InitProducerIdResponse second = rig.init();
  CHECK(second.producer_id == ProducerId{1000});
  CHECK(second.producer_epoch == ProducerEpoch{1});
}

TEST_CASE("a new producer aborts what the one before left open and is told to come again", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse zombie = rig.init();
  REQUIRE(rig.add(zombie, orders0) == ErrorCode::none);
  CHECK(rig.init().error_code == ErrorCode::concurrent_transactions);
  CHECK(rig.init().error_code == ErrorCode::concurrent_transactions);  // the markers are not written yet
  rig.write_markers();
  const InitProducerIdResponse next = rig.init();
  CHECK(next.error_code == ErrorCode::none);
  CHECK(next.producer_epoch > zombie.producer_epoch);
  CHECK(rig.end(zombie, true).error_code == ErrorCode::producer_fenced);
  CHECK(rig.add(zombie, orders0) == ErrorCode::producer_fenced);
}

TEST_CASE("a producer that names another producer id than its own is fenced", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.init(KnownProducer{ProducerId{5}, ProducerEpoch{0}}).error_code == ErrorCode::producer_fenced);
  CHECK(rig.init(KnownProducer{*bank.producer_id, *bank.producer_epoch}).producer_epoch == ProducerEpoch{1});
  CHECK(rig.init(KnownProducer{*bank.producer_id, *bank.producer_epoch}).producer_epoch == ProducerEpoch{1});  // the same again
}

TEST_CASE("a request without a sound id or timeout is refused", "[txn]") {
  TransactionHarness rig;
  const auto told = [&rig](InitProducerIdRequest request) {
    return rig.answer<InitProducerIdResponse>(rig.send(std::move(request))).error_code;
  };
  CHECK(told({.transactional_id = "", .transaction_timeout = seconds(60)}) == ErrorCode::invalid_request);
  CHECK(told({.transactional_id = billing, .transaction_timeout = seconds(901)}) == ErrorCode::invalid_transaction_timeout);
  CHECK(told({.transactional_id = billing, .transaction_timeout = Duration{}}) == ErrorCode::invalid_transaction_timeout);
}

TEST_CASE("a client that does not know PRODUCER_FENCED is told INVALID_PRODUCER_EPOCH", "[txn]") {
  TransactionHarness rig;
  (void)rig.init();
  InitProducerIdRequest request{.transactional_id = billing, .transaction_timeout = seconds(60)};
  request.producer_id = ProducerId{5};
  request.producer_epoch = ProducerEpoch{0};
  CHECK(rig.answer<InitProducerIdResponse>(rig.send(request, 3)).error_code == ErrorCode::invalid_producer_epoch);
}

// ---- AddPartitionsToTxn, AddOffsetsToTxn ----------------------------------------------------------------

TEST_CASE("partitions are added once and a second time is answered at once", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.add(bank, orders0, 3) == ErrorCode::none);
  const std::size_t stored = rig.log.size();
  CHECK(rig.add(bank, orders0, 3) == ErrorCode::none);
  CHECK(rig.log.size() == stored);
  CHECK(rig.add(bank, orders1, 3) == ErrorCode::none);
  CHECK(rig.report().partitions == std::vector{orders0, orders1});
}

TEST_CASE("partitions that do not exist spoil a client's request for the others", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  AddPartitionsToTxnRequest request;
  request.transactions.push_back({billing, *bank.producer_id, *bank.producer_epoch, false,
                                  {{"nowhere", {PartitionIndex{0}}}, {"orders", {PartitionIndex{0}}}}});
  const auto& told = rig.answer<AddPartitionsToTxnResponse>(rig.send(request, 3)).results_by_transaction.at(0).topic_results;
  CHECK(told.at(0).results_by_partition.at(0).partition_error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(told.at(1).results_by_partition.at(0).partition_error_code == ErrorCode::operation_not_attempted);
  CHECK(rig.report().status == empty);
}

TEST_CASE("while a transaction ends nothing can be added to it", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0, 3) == ErrorCode::none);
  REQUIRE(rig.end(bank, true, 4).error_code == ErrorCode::none);
  CHECK(rig.add(bank, orders1, 3) == ErrorCode::concurrent_transactions);
  rig.write_markers();
  CHECK(rig.add(bank, orders1, 3) == ErrorCode::none);
}

TEST_CASE("a broker that verifies is told what is part of the open transaction", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.add(bank, orders0, 5, true) == ErrorCode::transaction_abortable);
  REQUIRE(rig.add(bank, orders0, 3) == ErrorCode::none);
  CHECK(rig.add(bank, orders0, 5, true) == ErrorCode::none);
  CHECK(rig.add(bank, orders1, 5, true) == ErrorCode::transaction_abortable);
  REQUIRE(rig.end(bank, true, 4).error_code == ErrorCode::none);
  CHECK(rig.add(bank, orders0, 5, true) == ErrorCode::concurrent_transactions);
  rig.write_markers();
  CHECK(rig.add(bank, orders0, 5, true) == ErrorCode::transaction_abortable);  // what comes late opens nothing
}

TEST_CASE("an unknown transactional id is INVALID_PRODUCER_ID_MAPPING", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse nobody{.producer_id = ProducerId{1}, .producer_epoch = ProducerEpoch{0}};
  CHECK(rig.add(nobody, orders0) == ErrorCode::invalid_producer_id_mapping);
  CHECK(rig.end(nobody, true).error_code == ErrorCode::invalid_producer_id_mapping);
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.add({.producer_id = ProducerId{1}, .producer_epoch = bank.producer_epoch}, orders0)
        == ErrorCode::invalid_producer_id_mapping);
}

TEST_CASE("the offsets of a group join a transaction by the partition in which the group is kept", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  const int id = rig.send(AddOffsetsToTxnRequest{billing, *bank.producer_id, *bank.producer_epoch, "readers"});
  CHECK(rig.answer<AddOffsetsToTxnResponse>(id).error_code == ErrorCode::none);
  CHECK(rig.report().partitions.at(0).topic == "__consumer_offsets");
}

// ---- EndTxn ---------------------------------------------------------------------------------------------

TEST_CASE("an EndTxn that comes again is answered as the first was", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  const EndTxnResponse first = rig.end(bank, true);
  CHECK(rig.end(bank, true).error_code == ErrorCode::concurrent_transactions);
  rig.write_markers();
  const EndTxnResponse again = rig.end(bank, true);
  CHECK(again.error_code == ErrorCode::none);
  CHECK(again.producer_epoch == first.producer_epoch);
  CHECK(rig.end(bank, false).error_code == ErrorCode::invalid_txn_state);  // it was committed
}

TEST_CASE("before version 2 the epoch stays and a repeated EndTxn is known by its outcome", "[txn]") {
  TransactionHarness rig{TransactionVersion::v1};
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0, 3) == ErrorCode::none);
  REQUIRE(rig.end(bank, false, 4).error_code == ErrorCode::none);
  rig.write_markers();
  CHECK(rig.report().epoch == bank.producer_epoch);
  CHECK(rig.end(bank, false, 4).error_code == ErrorCode::none);
  CHECK(rig.end(bank, true, 4).error_code == ErrorCode::invalid_txn_state);
}

TEST_CASE("a transaction that was never begun cannot be committed and only with version 2 be aborted", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.end(bank, true).error_code == ErrorCode::invalid_txn_state);
  CHECK(rig.end(bank, false, 4).error_code == ErrorCode::invalid_txn_state);
  const EndTxnResponse aborted = rig.end(bank, false);
  CHECK(aborted.error_code == ErrorCode::none);
  CHECK(aborted.producer_epoch == ProducerEpoch{1});
  CHECK(rig.report().status == complete_abort);  // there was nothing to mark
}

TEST_CASE("a producer of version 2 whose epochs are used up is given a new id by EndTxn", "[txn]") {
  TransactionHarness rig;
  InitProducerIdResponse bank = rig.init();
  TransactionLogValue nearly;
  nearly.producer_id = *bank.producer_id;
  nearly.producer_epoch = ProducerEpoch{INT16_MAX - 1};
  nearly.transaction_timeout = seconds(60);
  nearly.start_timestamp = Timestamp{-1};
  rig.log.push_back(transaction_batch(billing, nearly, TransactionVersion::v2, rig.wall));
  rig.elect(4);
  bank.producer_epoch = nearly.producer_epoch;
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  const EndTxnResponse ended = rig.end(bank, true);
  CHECK(ended.producer_id == ProducerId{1001});
  CHECK(ended.producer_epoch == ProducerEpoch{0});
  const std::optional<Send> markers = rig.take_markers();
  CHECK(markers->envelope.message.as<WriteTxnMarkersRequest>().markers.at(0).producer_id == bank.producer_id);
  rig.reply_markers(*markers, ErrorCode::none);
  CHECK(rig.report().producer == ProducerId{1001});
  CHECK(rig.end(bank, true).producer_id == ProducerId{1001});  // the same again
}

// ---- administrators ---------------------------------------------------------------------------------------

TEST_CASE("a transactional id is described and listed with its state", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  const auto& told = rig.answer<DescribeTransactionsResponse>(rig.send(DescribeTransactionsRequest{{billing}}));
  CHECK(told.transaction_states.at(0).transaction_state == "Ongoing");
  CHECK(told.transaction_states.at(0).producer_id == *bank.producer_id);
  CHECK(told.transaction_states.at(0).topics.at(0).topic == "orders");
  const auto listed = [&rig](ListTransactionsRequest request) {
    return rig.answer<ListTransactionsResponse>(rig.send(std::move(request)));
  };
  CHECK(listed({}).transaction_states.size() == 1);
  CHECK(listed({.state_filters = {"Ongoing"}}).transaction_states.size() == 1);
  CHECK(listed({.state_filters = {"Empty"}}).transaction_states.empty());
  CHECK(listed({.state_filters = {"Strange"}}).unknown_state_filters == std::vector<std::string>{"Strange"});
  CHECK(listed({.producer_id_filters = {ProducerId{1}}}).transaction_states.empty());
  CHECK(listed({.duration_filter = seconds(10)}).transaction_states.empty());
  rig.pass(seconds(11));
  CHECK(listed({.duration_filter = seconds(10)}).transaction_states.size() == 1);
}

TEST_CASE("an id that nobody has used is TRANSACTIONAL_ID_NOT_FOUND", "[txn]") {
  TransactionHarness rig;
  const auto& told = rig.answer<DescribeTransactionsResponse>(rig.send(DescribeTransactionsRequest{{billing, ""}}));
  CHECK(told.transaction_states.at(0).error_code == ErrorCode::transactional_id_not_found);
  CHECK(told.transaction_states.at(1).error_code == ErrorCode::invalid_request);
}

TEST_CASE("the offsets of a group join a transaction before the topic that keeps them is made", "[txn]") {
  TransactionHarness rig;
  const TopicImage topic = *rig.image.topic("__consumer_offsets");
  rig.image.topics.erase(topic.id);
  rig.image.topic_ids.erase(topic.name);
  const InitProducerIdResponse bank = rig.init();
  const int id = rig.send(AddOffsetsToTxnRequest{billing, *bank.producer_id, *bank.producer_epoch, "readers"});
  CHECK(rig.answer<AddOffsetsToTxnResponse>(id).error_code == ErrorCode::none);
  CHECK(rig.report().partitions.at(0).topic == "__consumer_offsets");
}
