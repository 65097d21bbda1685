#include <catch2/catch.hpp>

#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/init_producer_id.hpp"
#include "tests/core/broker/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Uuid state_id{8, 9};
constexpr Uuid stored_offsets_id{8, 8};

// Leads orders-0 and -1 and coordinates all transactions and groups; what it asks itself comes back to it.
struct Coordinating : Rig {
  Coordinating() {
    run();
    add_topic("orders", orders_id, {{b1}, {b1}});
    add_topic("__transaction_state", state_id, {{b1}});
    add_topic("__consumer_offsets", stored_offsets_id, {{b1}});
  }
  InitProducerIdResponse init() {
    return ask<InitProducerIdResponse>(InitProducerIdRequest{.transactional_id = "bank", .transaction_timeout = seconds(60)});
  }
  ProduceRequest record_of(const InitProducerIdResponse& who, std::int32_t sequence, std::int32_t partition = 0) {
    ProduceRequest request{.transactional_id = "bank"};
    const ProducerFields fields{*who.producer_id, *who.producer_epoch, Sequence{sequence}};
    const RecordBatch batch = make_batch({.timestamp = wall.value, .producer = fields, .transactional = Transactional::yes});
    ProduceRequest::Partition one{.index = PartitionIndex{partition}};
    one.records.batches.push_back(batch);
    request.topic_data.push_back({"orders", orders_id, {one}});
    return request;
  }
  // Lets it talk to itself: each request that it has sent to its own address is handed to it, and the answer back.
  void loop_back() {
    for (int rounds = 0; rounds < 10; ++rounds) {
      const std::vector<Asked> all = std::exchange(asked, {});
      if (all.empty()) return;
      for (const Asked& one : all) {
        REQUIRE(one.to == b1);
        const std::int32_t id = send_message(one.message);
        REQUIRE(answered(id));
        step(Received{one.connection, Envelope{one.correlation_id, answers.at(id).version, {}, answers.at(id).message}});
      }
    }
  }
  std::int32_t send_message(const Message& message) {
    const std::int32_t id = 100'000 + ++own_;
    step(Received{client(id), Envelope{id, spoken_version(message.api()), "broker-1", message}});
    return id;
  }
  ErrorCode produced(std::int32_t id) { return answer<ProduceResponse>(id).responses.at(0).partition_responses.at(0).error_code; }
  [[nodiscard]] const UnifiedLog& log_of(std::int32_t partition) const {
    return *broker.replicas().log({orders_id, PartitionIndex{partition}});
  }
  std::int32_t own_{0};
};

}  // namespace

TEST_CASE("the first transactional batch waits until the coordinator has added its partition") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  const std::int32_t id = rig.send(rig.record_of(bank, 0));
  CHECK_FALSE(rig.answered(id));
  CHECK(rig.log_of(0).log_end_offset() == Offset{0});
  rig.loop_back();
  CHECK(rig.produced(id) == ErrorCode::none);
  CHECK(rig.log_of(0).log_end_offset() == Offset{1});
  CHECK(rig.broker.transactions().report().at(0).status == TransactionStatus::ongoing);
  CHECK(rig.produced(rig.send(rig.record_of(bank, 1))) == ErrorCode::none);  // it is open now: nobody is asked
}

TEST_CASE("a batch of version 11 is refused where its producer has not added the partition") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  const std::int32_t id = rig.send(rig.record_of(bank, 0), 11);
  rig.loop_back();
  CHECK(rig.produced(id) == ErrorCode::transaction_abortable);
  const std::int32_t old = rig.send(rig.record_of(bank, 0), 9);
  rig.loop_back();
  CHECK(rig.produced(old) == ErrorCode::invalid_txn_state);
  CHECK(rig.log_of(0).log_end_offset() == Offset{0});
}

TEST_CASE("the end of a transaction is written into its partitions and a record that comes late is refused") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  (void)rig.send(rig.record_of(bank, 0));
  rig.loop_back();
  CHECK(rig.log_of(0).last_stable_offset() == Offset{0});
  const auto ended = rig.ask<EndTxnResponse>(EndTxnRequest{"bank", *bank.producer_id, *bank.producer_epoch, true});
  CHECK(ended.error_code == ErrorCode::none);
  rig.loop_back();
  CHECK(rig.log_of(0).log_end_offset() == Offset{2});
  CHECK(rig.log_of(0).last_stable_offset() == Offset{2});
  CHECK(rig.broker.transactions().report().at(0).status == TransactionStatus::complete_commit);
  const std::int32_t late = rig.send(rig.record_of(bank, 1));
  rig.loop_back();
  CHECK(rig.produced(late) == ErrorCode::invalid_producer_epoch);
  CHECK(rig.log_of(0).log_end_offset() == Offset{2});
}

TEST_CASE("offsets of a transaction wait for the coordinator as records do") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  TxnOffsetCommitRequest request{.transactional_id = "bank", .group_id = "readers", .producer_id = *bank.producer_id,
                                 .producer_epoch = *bank.producer_epoch};
  request.topics.push_back({"orders", {{PartitionIndex{0}, Offset{5}, std::nullopt, ""}}});
  const std::int32_t id = rig.send(request);
  CHECK_FALSE(rig.answered(id));
  rig.loop_back();
  CHECK(rig.answer<TxnOffsetCommitResponse>(id).topics.at(0).partitions.at(0).error_code == ErrorCode::none);
  CHECK(rig.broker.transactions().report().at(0).partitions.at(0).topic == "__consumer_offsets");
}

TEST_CASE("offsets of a transaction for partitions that are unknown are refused one by one") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  TxnOffsetCommitRequest request{.transactional_id = "bank", .group_id = "readers", .producer_id = *bank.producer_id,
                                 .producer_epoch = *bank.producer_epoch};
  request.topics.push_back({"nowhere", {{PartitionIndex{0}, Offset{5}, std::nullopt, ""}}});
  CHECK(rig.ask<TxnOffsetCommitResponse>(request).topics.at(0).partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(rig.broker.transactions().report().at(0).partitions.empty());
  request.topics.push_back(
      {"orders", {{PartitionIndex{9}, Offset{5}, std::nullopt, ""}, {PartitionIndex{0}, Offset{5}, std::nullopt, ""}}});
  const std::int32_t id = rig.send(request);
  rig.loop_back();
  const auto told = rig.answer<TxnOffsetCommitResponse>(id).topics;
  REQUIRE(told.size() == 2);
  CHECK(told[0].name == "orders");
  REQUIRE(told[0].partitions.size() == 2);
  CHECK(told[0].partitions[0].partition_index == PartitionIndex{0});
  CHECK(told[0].partitions[0].error_code == ErrorCode::none);
  CHECK(told[0].partitions[1].partition_index == PartitionIndex{9});
  CHECK(told[0].partitions[1].error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(told[1].partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
  REQUIRE(rig.broker.groups().report().size() == 1);
  // A refusal of the whole leaves what was refused one by one as it is.
  request.generation_id = Generation{1};
  request.member_id = "stranger";
  const std::int32_t strange = rig.send(request);
  rig.loop_back();
  const auto refused = rig.answer<TxnOffsetCommitResponse>(strange).topics;
  CHECK(refused.at(0).partitions.at(0).error_code == ErrorCode::unknown_member_id);
  CHECK(refused.at(0).partitions.at(1).error_code == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("markers for partitions that are unknown are refused one by one") {
  Coordinating rig;
  WriteTxnMarkersRequest request;
  request.markers.push_back({ProducerId{7}, ProducerEpoch{0}, true,
                             {{"orders", {PartitionIndex{0}, PartitionIndex{9}}}, {"nowhere", {PartitionIndex{0}}}}, 1});
  const auto told = rig.ask<WriteTxnMarkersResponse>(request).markers.at(0).topics;
  CHECK(told.at(0).partitions.at(0).error_code == ErrorCode::none);
  CHECK(told.at(0).partitions.at(1).error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(told.at(1).partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("a broker tells which producers its partitions know") {
  Coordinating rig;
  const InitProducerIdResponse bank = rig.init();
  (void)rig.send(rig.record_of(bank, 0));
  rig.loop_back();
  const auto told = rig.ask<DescribeProducersResponse>(
      DescribeProducersRequest{{{"orders", {PartitionIndex{0}, PartitionIndex{9}}}}}).topics.at(0).partitions;
  REQUIRE(told.at(0).active_producers.size() == 1);
  CHECK(told.at(0).active_producers[0].producer_id == *bank.producer_id);
  CHECK(told.at(0).active_producers[0].current_txn_start_offset == Offset{0});
  CHECK(told.at(1).error_code == ErrorCode::unknown_topic_or_partition);
}
