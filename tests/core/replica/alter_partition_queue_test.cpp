#include "core/replica/alter_partition_queue.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Instant now{seconds(10).ns};
const TopicIdPartition first{Uuid{1, 1}, PartitionIndex{0}};
const TopicIdPartition second{Uuid{1, 1}, PartitionIndex{1}};

IsrProposal proposal(ProposalId id) {
  return {id, "orders", LeaderEpoch{3}, PartitionEpoch{7}, {{.broker_id = NodeId{1}, .broker_epoch = BrokerEpoch{5}}}};
}

AlterPartitionResponse answer(const TopicIdPartition& id, ErrorCode error) {
  AlterPartitionResponse response;
  response.topics.push_back({.topic_id = id.topic_id});
  response.topics.back().partitions.push_back(
      {.partition_index = id.partition, .error_code = error, .isr = {NodeId{1}}});
  return response;
}

}  // namespace

TEST_CASE("ISR changes that wait travel together in one request and only one is in flight", "[replica]") {
  AlterPartitionQueue queue;
  CHECK(queue.submit(first, proposal(1)));
  CHECK(queue.submit(second, proposal(2)));
  const auto request = queue.take_request(NodeId{1}, BrokerEpoch{5}, now);
  REQUIRE(request);
  CHECK(request->broker_epoch == BrokerEpoch{5});
  REQUIRE(request->topics.size() == 1);
  CHECK(request->topics[0].partitions.size() == 2);
  CHECK(request->topics[0].partitions[0].partition_epoch == PartitionEpoch{7});
  CHECK_FALSE(queue.take_request(NodeId{1}, BrokerEpoch{5}, now));
}

TEST_CASE("a second ISR change of a partition is not attempted while the first waits", "[replica]") {
  AlterPartitionQueue queue;
  CHECK(queue.submit(first, proposal(1)));
  CHECK_FALSE(queue.submit(first, proposal(2)));
  (void)queue.take_request(NodeId{1}, BrokerEpoch{5}, now);
  const AlterPartitionResponse response = answer(first, ErrorCode::none);
  const auto verdicts = queue.on_answer(&response, now);
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].proposal.id == 1);
  CHECK(verdicts[0].isr == std::vector{NodeId{1}});
  CHECK(queue.submit(first, proposal(3)));
}

TEST_CASE("without an answer of the controller an ISR change is sent again after a backoff", "[replica]") {
  AlterPartitionQueue queue;
  REQUIRE(queue.submit(first, proposal(1)));
  REQUIRE(queue.take_request(NodeId{1}, BrokerEpoch{5}, now));
  SECTION("no answer") { CHECK(queue.on_answer(nullptr, now).empty()); }
  SECTION("an error for the whole request") {
    AlterPartitionResponse response;
    response.error_code = ErrorCode::not_controller;
    CHECK(queue.on_answer(&response, now).empty());
  }
  SECTION("a partition is not spoken of") {
    const AlterPartitionResponse response = answer(second, ErrorCode::none);
    CHECK(queue.on_answer(&response, now).empty());
  }
  CHECK_FALSE(queue.take_request(NodeId{1}, BrokerEpoch{5}, now));
  CHECK(queue.next_deadline() == now + milliseconds(50));
  const auto again = queue.take_request(NodeId{1}, BrokerEpoch{6}, now + milliseconds(50));
  REQUIRE(again);
  CHECK(again->broker_epoch == BrokerEpoch{6});
}
