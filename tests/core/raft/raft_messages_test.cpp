#include "core/raft/raft_messages.hpp"

#include <catch2/catch.hpp>

#include "core/record/control_record.hpp"

namespace kafkasim::raft {

TEST_CASE("Only messages of exactly the quorum's partition are taken for the quorum's") {
  VoteRequest vote;
  CHECK(sole_partition(vote) == nullptr);
  vote.topics = sole_topic<VoteRequest>({});
  CHECK(sole_partition(vote) != nullptr);
  vote.topics[0].partitions[0].partition_index = PartitionIndex{1};
  CHECK(sole_partition(vote) == nullptr);
  vote.topics = sole_topic<VoteRequest>({});
  vote.topics[0].topic_name = "orders";
  CHECK(sole_partition(vote) == nullptr);

  FetchRequest fetch;
  fetch.topics = sole_topic_of(FetchRequest::Partition{});
  CHECK(sole_partition(fetch) != nullptr);
  fetch.topics[0].topic_id = Uuid{1, 2};
  CHECK(sole_partition(fetch) == nullptr);
  fetch.topics[0].topic_id = Uuid{};
  fetch.topics[0].topic = "__cluster_metadata";  // up to version 12
  CHECK(sole_partition(fetch) != nullptr);
}

TEST_CASE("The record that opens an epoch is a LEADER_CHANGE control record with voters and granting voters") {
  const RecordBatch batch =
      leader_change_batch(NodeId{2}, {NodeId{1}, NodeId{2}, NodeId{3}}, {NodeId{2}, NodeId{3}}, Timestamp{5});
  CHECK(batch.is_control());
  const auto records = decode_records(batch);
  REQUIRE(records);
  REQUIRE(records->size() == 1);
  CHECK(control_type(records->front()) == ControlType::leader_change);
  REQUIRE(records->front().value);
  // version, leader, three voters, two granting voters, no tagged fields
  CHECK(to_hex(*records->front().value) == "00000000000204" "0000000100" "0000000200" "0000000300" "03" "0000000200" "0000000300" "00");
}

}  // namespace kafkasim::raft
