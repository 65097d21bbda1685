#include "core/message/error_answer.hpp"

#include <catch2/catch.hpp>

#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/describe_log_dirs.hpp"
#include "core/message/fetch.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/join_group.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/produce.hpp"
#include "core/message/vote.hpp"

using namespace kafkasim;

namespace {

constexpr Uuid orders{7, 7};

ProduceRequest produce(std::int16_t acks) {
  ProduceRequest request{.acks = acks};
  request.topic_data.push_back({.name = "orders", .topic_id = orders, .partition_data = {{.index = PartitionIndex{2}}}});
  return request;
}

template <class Response, class Request>
Response answer(Request request, ErrorCode error) {
  const std::optional<Message> message = error_answer(Message::of(std::move(request)), error);
  REQUIRE(message);
  return message->as<Response>();
}

AlterPartitionRequest alter() {
  AlterPartitionRequest request;
  request.topics.push_back({.topic_id = orders, .partitions = {{.partition_index = PartitionIndex{2}}}});
  return request;
}

}  // namespace

TEST_CASE("a produce request is refused for each of its partitions") {
  const auto response = answer<ProduceResponse>(produce(-1), ErrorCode::not_leader_or_follower);
  REQUIRE(response.responses.size() == 1);
  CHECK(response.responses[0].topic_id == orders);
  REQUIRE(response.responses[0].partition_responses.size() == 1);
  CHECK(response.responses[0].partition_responses[0].index == PartitionIndex{2});
  CHECK(response.responses[0].partition_responses[0].error_code == ErrorCode::not_leader_or_follower);
  CHECK_FALSE(response.responses[0].partition_responses[0].base_offset);
}

TEST_CASE("a produce request that wants no answer gets none") {
  CHECK_FALSE(error_answer(Message::of(produce(0)), ErrorCode::not_leader_or_follower));
}

TEST_CASE("a fetch is refused for each partition but for its session as a whole") {
  FetchRequest request;
  request.topics.push_back({.topic_id = orders, .partitions = {{.partition = PartitionIndex{1}}}});
  const auto refused = answer<FetchResponse>(request, ErrorCode::fenced_leader_epoch);
  CHECK(refused.error_code == ErrorCode::none);
  CHECK(refused.responses.at(0).partitions.at(0).error_code == ErrorCode::fenced_leader_epoch);
  const auto session = answer<FetchResponse>(request, ErrorCode::fetch_session_id_not_found);
  CHECK(session.error_code == ErrorCode::fetch_session_id_not_found);
  CHECK(session.responses.empty());
}

TEST_CASE("a controller refuses an ISR change for the partition or for the broker altogether") {
  const auto one = answer<AlterPartitionResponse>(alter(), ErrorCode::ineligible_replica);
  CHECK(one.error_code == ErrorCode::none);
  CHECK(one.topics.at(0).partitions.at(0).error_code == ErrorCode::ineligible_replica);
  const auto all = answer<AlterPartitionResponse>(alter(), ErrorCode::not_controller);
  CHECK(all.error_code == ErrorCode::not_controller);
  CHECK(all.topics.empty());
}

TEST_CASE("topics and groups and keys and the whole each carry the error where Kafka puts it") {
  MetadataRequest metadata;
  metadata.topics = {{.name = "orders"}};
  CHECK(answer<MetadataResponse>(metadata, ErrorCode::leader_not_available).topics.at(0).error_code
        == ErrorCode::leader_not_available);
  OffsetFetchRequest offsets;
  offsets.groups.push_back({.group_id = "g"});
  CHECK(answer<OffsetFetchResponse>(offsets, ErrorCode::not_coordinator).groups.at(0).error_code
        == ErrorCode::not_coordinator);
  FindCoordinatorRequest find;
  find.coordinator_keys = {"g"};
  const auto found = answer<FindCoordinatorResponse>(find, ErrorCode::coordinator_not_available);
  CHECK(found.coordinators.at(0).key == "g");
  CHECK(found.coordinators.at(0).error_code == ErrorCode::coordinator_not_available);
  JoinGroupRequest join;
  join.member_id = "m";
  const auto joined = answer<JoinGroupResponse>(join, ErrorCode::rebalance_in_progress);
  CHECK(joined.member_id == "m");
  CHECK(joined.error_code == ErrorCode::rebalance_in_progress);
  CHECK(answer<VoteResponse>(VoteRequest{}, ErrorCode::inconsistent_cluster_id).error_code
        == ErrorCode::inconsistent_cluster_id);
}

TEST_CASE("an answer that fails tells nothing of what it had told") {
  BrokerHeartbeatResponse done;
  done.is_caught_up = true;
  done.is_fenced = false;
  const std::optional<Message> failed = failed_answer(Message::of(done), ErrorCode::not_controller);
  REQUIRE(failed);
  CHECK(failed->as<BrokerHeartbeatResponse>().error_code == ErrorCode::not_controller);
  CHECK(failed->as<BrokerHeartbeatResponse>().is_fenced);

  ProduceResponse written;
  written.responses.push_back({.topic_id = orders, .partition_responses = {{.base_offset = Offset{5}}}});
  const std::optional<Message> lost = failed_answer(Message::of(written), ErrorCode::request_timed_out);
  REQUIRE(lost);
  const auto& partition = lost->as<ProduceResponse>().responses.at(0).partition_responses.at(0);
  CHECK(partition.error_code == ErrorCode::request_timed_out);
  CHECK_FALSE(partition.base_offset);
}

TEST_CASE("requests of administrators are refused resource by resource") {
  const auto topics = answer<DeleteTopicsResponse>(DeleteTopicsRequest{.topics = {{.name = "orders"}}},
                                                   ErrorCode::not_controller);
  CHECK(topics.responses.at(0).name == "orders");
  CHECK(topics.responses.at(0).error_code == ErrorCode::not_controller);
  IncrementalAlterConfigsRequest change;
  change.resources.push_back({.resource_type = 2, .resource_name = "orders"});
  const auto configs = answer<IncrementalAlterConfigsResponse>(change, ErrorCode::not_controller);
  CHECK(configs.responses.at(0).resource_name == "orders");
  CHECK(configs.responses.at(0).error_code == ErrorCode::not_controller);
  CHECK(answer<DescribeGroupsResponse>(DescribeGroupsRequest{.groups = {"g"}}, ErrorCode::not_coordinator)
            .groups.at(0)
            .group_id
        == "g");
  const auto directories = answer<DescribeLogDirsResponse>(DescribeLogDirsRequest{}, ErrorCode::unsupported_version);
  CHECK(directories.error_code == ErrorCode::unsupported_version);
  CHECK(directories.results.empty());
}
