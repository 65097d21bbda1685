#include <catch2/catch.hpp>

#include "core/message/alter_configs.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/describe_configs.hpp"
#include "core/message/describe_log_dirs.hpp"
#include "core/message/describe_quorum.hpp"
#include "core/message/describe_topic_partitions.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/raft_voter.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/wire/listener.hpp"
#include "tests/core/broker/rig.hpp"

using namespace kafkasim;
using test::Asked;
using test::b1;
using test::b2;
using test::orders_id;
using test::Rig;

namespace {

constexpr Uuid group_log_id{8, 8};
constexpr std::int8_t topic_resource = 2;
constexpr std::int8_t broker_resource = 4;

// It leads orders-0, and follows broker 2 in orders-1.
struct Administered : Rig {
  explicit Administered(NodeConfig config = {}) : Rig{std::move(config)} {
    run();
    add_other_broker(2);
    add_topic("orders", orders_id, {{b1}, {b2, b1}});
  }
  [[nodiscard]] const UnifiedLog* log_of(const Uuid& topic) const {
    return broker.replicas().log({topic, PartitionIndex{0}});
  }
};

ApiVersionsRequest named(std::string name, std::string version = "1.0") {
  return {.client_software_name = std::move(name), .client_software_version = std::move(version)};
}

ConfigRecord config(ConfigResourceType type, std::string resource, std::string name, std::optional<std::string> value) {
  return {type, std::move(resource), std::move(name), std::move(value)};
}

}  // namespace

// ---- versions ------------------------------------------------------------------------------------------------

TEST_CASE("a broker tells which versions of which APIs it serves and its features") {
  Administered rig;
  rig.append({FeatureLevelRecord{std::string{metadata_version_feature}, newest_metadata_version},
              FeatureLevelRecord{std::string{eligible_leader_replicas_feature}, 1}});
  const auto told = rig.ask<ApiVersionsResponse>(named("librdkafka", "2.0.2"));
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.api_keys == listed_api_versions());
  REQUIRE(told.finalized_features.size() == 3);
  CHECK(told.finalized_features[0].name == "eligible.leader.replicas.version");
  CHECK((told.finalized_features[1] == ApiVersionsResponse::FinalizedFeature{"group.version", 1, 1}));
  CHECK(told.finalized_features[2].name == "metadata.version");
  CHECK(told.finalized_features_epoch == rig.broker.image().end_offset - 1);
  CHECK(told.supported_features.at(0).max_version == told.finalized_features[2].max_version_level);
  const auto supported = [&told](const std::string& name) {
    return std::ranges::find(told.supported_features, name, &ApiVersionsResponse::SupportedFeature::name);
  };
  for (const char* name : {"group.version", "kraft.version", "eligible.leader.replicas.version"}) {
    INFO(name);
    REQUIRE(supported(name) != told.supported_features.end());
    CHECK(supported(name)->min_version == 0);
    CHECK(supported(name)->max_version == 1);
  }
  CHECK(supported("transaction.version")->max_version == 2);
  CHECK(told.supported_features.size() == 5);  // no share groups and no streams groups
}

TEST_CASE("a client whose ApiVersions is older is told no feature that begins at level 0") {
  Administered rig;
  const auto told = rig.answer<ApiVersionsResponse>(rig.send(named("librdkafka", "2.0.2"), std::int16_t{3}));
  REQUIRE(told.supported_features.size() == 1);
  CHECK(told.supported_features[0].name == "metadata.version");
  CHECK(told.finalized_features.size() == 1);
}

TEST_CASE("a client that gives itself a name that is none is refused by KIP 511") {
  Administered rig;
  for (const char* name : {"", "-kafka", "kafka-", "kafka client", "kafka\n"}) {
    INFO(name);
    CHECK(rig.ask<ApiVersionsResponse>(named(name)).error_code == ErrorCode::invalid_request);
    CHECK(rig.ask<ApiVersionsResponse>(named(name)).api_keys.empty());
  }
  CHECK(rig.ask<ApiVersionsResponse>(named("apache-kafka.java", "x")).error_code == ErrorCode::none);
  const std::int32_t old = rig.send(ApiVersionsRequest{}, std::int16_t{2});  // before it was asked for
  CHECK(rig.answer<ApiVersionsResponse>(old).error_code == ErrorCode::none);
}

TEST_CASE("requests of administrators do not close the connection") {
  Administered rig;
  CHECK_FALSE(rig.closed(rig.send(ListGroupsRequest{})));
  CHECK_FALSE(rig.closed(rig.send(DescribeClusterRequest{})));
  CHECK_FALSE(rig.closed(rig.send(DescribeConfigsRequest{})));
  CHECK_FALSE(rig.closed(rig.send(DescribeLogDirsRequest{})));
  CHECK_FALSE(rig.closed(rig.send(IncrementalAlterConfigsRequest{})));
  CHECK_FALSE(rig.closed(rig.send(AlterConfigsRequest{})));
  CHECK_FALSE(rig.closed(rig.send(OffsetDeleteRequest{})));
}

// ---- metadata ------------------------------------------------------------------------------------------------

TEST_CASE("a topic of a name that no topic may have is INVALID_TOPIC_EXCEPTION and is not made") {
  Administered rig;
  for (const char* name : {"", "..", "a/b", "a b"}) {
    MetadataRequest request;
    request.topics.emplace().push_back({.name = name});
    CHECK(rig.ask<MetadataResponse>(request).topics.at(0).error_code == ErrorCode::invalid_topic_exception);
  }
  CHECK(rig.count<CreateTopicsRequest>() == 0);
}

TEST_CASE("metadata by id are asked for from version 12 on") {
  Administered rig;
  MetadataRequest request;
  request.topics.emplace().push_back({.topic_id = orders_id});
  const std::int32_t old = rig.send(request, std::int16_t{11});
  CHECK(rig.answer<MetadataResponse>(old).topics.at(0).error_code == ErrorCode::invalid_request);
  CHECK(rig.ask<MetadataResponse>(request).topics.at(0).error_code == ErrorCode::none);
}

TEST_CASE("the cluster is described by its live brokers and by fenced ones if they are wanted") {
  Administered rig;
  DescribeClusterRequest request;
  const auto told = rig.ask<DescribeClusterResponse>(request);
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.cluster_id == rig.ask<MetadataResponse>(MetadataRequest{}).cluster_id);
  REQUIRE(told.brokers.size() == 2);
  CHECK(told.brokers[1].port == 9002);
  CHECK((told.controller_id == b1 || told.controller_id == b2));
  rig.append({BrokerRegistrationChangeRecord{
      .broker_id = b2, .broker_epoch = rig.broker.image().broker(b2)->epoch, .fenced = FencingChange::fence}});
  CHECK(rig.ask<DescribeClusterResponse>(request).brokers.size() == 1);
  request.include_fenced_brokers = true;
  const auto all = rig.ask<DescribeClusterResponse>(request);
  REQUIRE(all.brokers.size() == 2);
  CHECK(all.brokers[1].is_fenced);
  request.endpoint_type = endpoints_of_controllers;
  CHECK(rig.ask<DescribeClusterResponse>(request).error_code == ErrorCode::mismatched_endpoint_type);
}

// ---- topics --------------------------------------------------------------------------------------------------

TEST_CASE("topics are deleted and grown by the controller") {
  Administered rig;
  const DeleteTopicsRequest request{.topics = {{.name = "orders"}}};
  const std::int32_t id = rig.send(request, std::int16_t{1});
  const Asked asked = rig.take<DeleteTopicsRequest>();
  CHECK(asked.message.as<DeleteTopicsRequest>() == request);
  rig.reply(asked, DeleteTopicsResponse{.responses = {{.name = "orders"}}});
  CHECK(rig.answer<DeleteTopicsResponse>(id).responses.size() == 1);
  CHECK(rig.answers.at(id).version == 1);
  (void)rig.send(CreatePartitionsRequest{});
  rig.reply(rig.take<CreatePartitionsRequest>(), CreatePartitionsResponse{});
  (void)rig.send(ListPartitionReassignmentsRequest{});
  CHECK(rig.count<ListPartitionReassignmentsRequest>() == 1);
}

TEST_CASE("voters are added and removed by the leader of the quorum whom the broker asks") {
  Administered rig;
  const AddRaftVoterRequest add{.voter_id = NodeId{3003}, .voter_directory_id = Uuid{1, 2}, .listeners = {{"CONTROLLER", "c", 9093}}};
  const std::int32_t added = rig.send(add);
  const Asked asked = rig.take<AddRaftVoterRequest>();
  CHECK(asked.message.as<AddRaftVoterRequest>() == add);
  rig.reply(asked, AddRaftVoterResponse{});
  CHECK(rig.answer<AddRaftVoterResponse>(added).error_code == ErrorCode::none);
  const std::int32_t removed = rig.send(RemoveRaftVoterRequest{.voter_id = NodeId{3001}, .voter_directory_id = Uuid{1, 1}});
  rig.reply(rig.take<RemoveRaftVoterRequest>(), RemoveRaftVoterResponse{.error_code = ErrorCode::voter_not_found});
  CHECK(rig.answer<RemoveRaftVoterResponse>(removed).error_code == ErrorCode::voter_not_found);
}

TEST_CASE("the log of a deleted topic goes and a topic of the same name begins anew") {
  Administered rig;
  ProduceRequest produce{.acks = 1};
  ProduceRequest::Partition to{.index = PartitionIndex{0}};
  to.records.batches.push_back(test::make_batch());
  produce.topic_data.push_back({.topic_id = orders_id, .partition_data = {to}});
  (void)rig.send(produce);
  REQUIRE(rig.log_of(orders_id)->log_end_offset() == Offset{1});
  rig.append({RemoveTopicRecord{orders_id}});
  CHECK(rig.log_of(orders_id) == nullptr);
  CHECK(rig.noted<trace::ReplicaRemoved>().size() == 2);
  const std::int32_t late = rig.send(produce);
  CHECK(rig.answer<ProduceResponse>(late).responses.at(0).partition_responses.at(0).error_code
        == ErrorCode::unknown_topic_id);
  rig.add_topic("orders", Uuid{7, 8}, {{b1}});
  REQUIRE(rig.log_of(Uuid{7, 8}) != nullptr);
  CHECK(rig.log_of(Uuid{7, 8})->log_end_offset() == Offset{0});
}

TEST_CASE("a broker describes its own log directory without the logs of topics that were deleted") {
  Administered rig;
  rig.add_topic("audit", Uuid{9, 9}, {{b2}, {b1}});
  const auto told = rig.ask<DescribeLogDirsResponse>(DescribeLogDirsRequest{});
  CHECK(told.error_code == ErrorCode::none);
  REQUIRE(told.results.size() == 1);
  CHECK(told.results[0].log_dir == log_directory_path);
  CHECK(told.results[0].total_bytes == static_cast<std::int64_t>(rig.disk.total_bytes()));
  REQUIRE(told.results[0].topics.size() == 2);
  CHECK(told.results[0].topics[0] == DescribeLogDirsResponse::Topic{"audit", {{.partition_index = PartitionIndex{1}}}});
  CHECK(told.results[0].topics[1].partitions.size() == 2);
  rig.append({RemoveTopicRecord{orders_id}});
  CHECK(rig.ask<DescribeLogDirsResponse>(DescribeLogDirsRequest{}).results.at(0).topics.size() == 1);
}

TEST_CASE("offsets of a deleted topic are forgotten by the coordinator") {
  Administered rig;
  rig.add_topic("__consumer_offsets", group_log_id, {{b1}});
  OffsetCommitRequest commit{.group_id = "readers"};
  commit.topics.push_back({.name = "orders", .partitions = {{PartitionIndex{0}, Offset{5}, {}, ""}}});
  (void)rig.send(commit);
  OffsetFetchRequest fetch;
  fetch.groups.push_back({.group_id = "readers"});
  REQUIRE(rig.ask<OffsetFetchResponse>(fetch).groups.at(0).topics.size() == 1);
  rig.append({RemoveTopicRecord{orders_id}});
  CHECK(rig.ask<OffsetFetchResponse>(fetch).groups.at(0).topics.empty());
  CHECK(rig.noted<trace::OffsetsRemoved>().size() == 1);
}

TEST_CASE("who deletes the offsets topic takes all groups from their coordinator") {
  Administered rig;
  rig.add_topic("__consumer_offsets", group_log_id, {{b1}});
  OffsetCommitRequest commit{.group_id = "readers"};
  commit.topics.push_back({.name = "orders", .partitions = {{PartitionIndex{0}, Offset{5}, {}, ""}}});
  (void)rig.send(commit);
  REQUIRE(rig.ask<ListGroupsResponse>(ListGroupsRequest{}).groups.size() == 1);
  rig.append({RemoveTopicRecord{group_log_id}});
  CHECK(rig.ask<ListGroupsResponse>(ListGroupsRequest{}).groups.empty());
}

TEST_CASE("OffsetCommit for a partition that is not there is refused by the broker and the rest is committed") {
  Administered rig;
  rig.add_topic("__consumer_offsets", group_log_id, {{b1}});
  OffsetCommitRequest commit{.group_id = "readers"};
  commit.topics.push_back({.name = "orders", .partitions = {{PartitionIndex{7}, Offset{5}, {}, ""}, {PartitionIndex{0}, Offset{5}, {}, ""}}});
  commit.topics.push_back({.name = "nothing", .partitions = {{PartitionIndex{0}, Offset{5}, {}, ""}}});
  const auto told = rig.ask<OffsetCommitResponse>(commit);
  REQUIRE(told.topics.size() == 2);
  CHECK(told.topics[0].partitions
        == std::vector<OffsetCommitResponse::Partition>{{PartitionIndex{0}, ErrorCode::none},
                                                        {PartitionIndex{7}, ErrorCode::unknown_topic_or_partition}});
  CHECK(told.topics[1].partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
  commit.topics.erase(commit.topics.begin());  // nothing is left: the coordinator is not asked
  commit.group_id = "";
  CHECK(rig.ask<OffsetCommitResponse>(commit).topics.at(0).partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("the members of a consumer group are told what the group has for a setting") {
  Administered rig;
  rig.add_topic("__consumer_offsets", group_log_id, {{b1}});
  const auto heard = [&rig](const std::string& group, const std::string& member) {
    ConsumerGroupHeartbeatRequest request{.group_id = group, .member_id = member};
    request.rebalance_timeout = seconds(30);
    request.subscribed_topic_names = std::vector<std::string>{"orders"};
    request.topic_partitions.emplace();
    return rig.ask<ConsumerGroupHeartbeatResponse>(request).heartbeat_interval;
  };
  rig.append({config(ConfigResourceType::group, "readers", "consumer.heartbeat.interval.ms", "7000")});
  CHECK(heard("readers", "a") == seconds(7));
  CHECK(heard("others", "a") == seconds(5));
  rig.append({config(ConfigResourceType::group, "readers", "consumer.heartbeat.interval.ms", std::nullopt)});
  CHECK(heard("readers", "b") == seconds(5));
}

TEST_CASE("OffsetDelete of a partition that is not there is told by the broker") {
  Administered rig;
  rig.add_topic("__consumer_offsets", group_log_id, {{b1}});
  OffsetCommitRequest commit{.group_id = "readers"};
  commit.topics.push_back({.name = "orders", .partitions = {{PartitionIndex{0}, Offset{5}, {}, ""}}});
  (void)rig.send(commit);
  OffsetDeleteRequest request{.group_id = "readers"};
  request.topics.push_back({"orders", {{PartitionIndex{0}}, {PartitionIndex{7}}}});
  request.topics.push_back({"nothing", {{PartitionIndex{0}}}});
  const auto told = rig.ask<OffsetDeleteResponse>(request);
  REQUIRE(told.topics.size() == 2);
  CHECK(told.topics[0].partitions
        == std::vector<OffsetDeleteResponse::Partition>{{PartitionIndex{7}, ErrorCode::unknown_topic_or_partition},
                                                        {PartitionIndex{0}, ErrorCode::none}});
  CHECK(told.topics[1].partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
}

// ---- settings ------------------------------------------------------------------------------------------------

TEST_CASE("a topic's new settings take effect on its log at once") {
  Administered rig;
  const std::optional<std::int64_t> before = rig.log_of(orders_id)->config().retention_ms;
  rig.append({config(ConfigResourceType::topic, "orders", "retention.ms", "1234")});
  CHECK(rig.log_of(orders_id)->config().retention_ms == 1234);
  rig.append({config(ConfigResourceType::topic, "orders", "retention.ms", std::nullopt)});
  CHECK(rig.log_of(orders_id)->config().retention_ms == before);
}

TEST_CASE("a broker's new settings are what topics fall back to") {
  Administered rig;
  rig.append({config(ConfigResourceType::broker, "", "log.retention.ms", "1234")});
  CHECK(rig.log_of(orders_id)->config().retention_ms == 1234);
  rig.append({config(ConfigResourceType::broker, "1", "log.retention.ms", "99")});
  CHECK(rig.log_of(orders_id)->config().retention_ms == 99);
  rig.append({config(ConfigResourceType::broker, "2", "log.retention.ms", "7")});  // another broker's
  CHECK(rig.log_of(orders_id)->config().retention_ms == 99);
  rig.append({config(ConfigResourceType::topic, "orders", "retention.ms", "5")});
  CHECK(rig.log_of(orders_id)->config().retention_ms == 5);
}

TEST_CASE("what is asked wrongly of settings is refused by the broker and the rest goes to the controller") {
  Administered rig;
  IncrementalAlterConfigsRequest request;
  request.resources.push_back({broker_resource, "2", {{"log.retention.ms", config_operation::set, "5"}}});
  request.resources.push_back({topic_resource, "orders", {{"retention.ms", config_operation::set, "5"}}});
  request.resources.push_back({broker_resource, "1", {{"num.io.threads", config_operation::set, "5"}}});
  const std::int32_t id = rig.send(request);
  const Asked asked = rig.take<IncrementalAlterConfigsRequest>();
  const auto& forwarded = asked.message.as<IncrementalAlterConfigsRequest>();
  REQUIRE(forwarded.resources.size() == 1);
  CHECK(forwarded.resources[0].resource_name == "orders");
  rig.reply(asked,
            IncrementalAlterConfigsResponse{.responses = {{.resource_type = topic_resource, .resource_name = "orders"}}});
  const auto told = rig.answer<IncrementalAlterConfigsResponse>(id).responses;
  REQUIRE(told.size() == 3);
  CHECK(told[0].error_code == ErrorCode::invalid_request);
  CHECK(told[0].error_message == "Unexpected broker id, expected 1, but received 2");
  CHECK(told[1].error_code == ErrorCode::none);
  CHECK(told[2].error_message == "Cannot update these configs dynamically: Set(num.io.threads)");
}

TEST_CASE("a request of which nothing is left does not reach the controller") {
  Administered rig;
  AlterConfigsRequest request;
  request.resources.push_back({topic_resource, "orders", {{"retention.ms", std::nullopt}}});
  const auto told = rig.ask<AlterConfigsResponse>(request).responses;
  CHECK(told.at(0).error_code == ErrorCode::invalid_request);
  CHECK(told.at(0).error_message == "Null value not supported for : retention.ms");
  CHECK(rig.count<AlterConfigsRequest>() == 0);
}

TEST_CASE("who describes the quorum is the controller that leads it and another that is asked is not believed") {
  Administered rig;
  DescribeQuorumRequest request;
  request.topics.push_back({"__cluster_metadata", {{PartitionIndex{0}}}});
  const std::int32_t id = rig.send(request, std::int16_t{1});
  DescribeQuorumResponse::Partition partition;
  partition.error_code = ErrorCode::not_leader_or_follower;
  DescribeQuorumResponse response;
  response.topics.push_back({"__cluster_metadata", {partition}});
  rig.reply(rig.take<DescribeQuorumRequest>(), response);
  CHECK_FALSE(rig.answered(id));
  rig.wait(milliseconds(100));
  response.topics[0].partitions[0].error_code = ErrorCode::none;
  response.topics[0].partitions[0].leader_id = NodeId{3000};
  rig.reply(rig.take<DescribeQuorumRequest>(), response);
  CHECK(rig.answer<DescribeQuorumResponse>(id) == response);
  CHECK(rig.answers.at(id).version == 1);
}

// ---- topics, page by page --------------------------------------------------------------------------------------

TEST_CASE("a broker describes the partitions of topics page by page in order of their names") {
  Administered rig;
  rig.add_topic("audit", Uuid{9, 9}, {{b1}});
  DescribeTopicPartitionsRequest request{.response_partition_limit = 2};
  const auto first = rig.ask<DescribeTopicPartitionsResponse>(request);
  REQUIRE(first.topics.size() == 2);
  CHECK(first.topics[0].name == "audit");
  CHECK(first.topics[0].topic_id == Uuid{9, 9});
  REQUIRE(first.topics[1].partitions.size() == 1);
  CHECK(first.topics[1].partitions[0].leader_id == b1);
  CHECK(first.next_cursor == TopicPartitionCursor{"orders", PartitionIndex{1}});
  request.cursor = first.next_cursor;
  const auto second = rig.ask<DescribeTopicPartitionsResponse>(request);
  REQUIRE(second.topics.size() == 1);
  REQUIRE(second.topics[0].partitions.size() == 1);
  CHECK(second.topics[0].partitions[0].partition_index == PartitionIndex{1});
  CHECK(second.topics[0].partitions[0].replica_nodes == std::vector{b2, b1});
  CHECK(second.topics[0].partitions[0].eligible_leader_replicas == std::vector<NodeId>{});
  CHECK_FALSE(second.next_cursor);
}

TEST_CASE("a page of partitions may end where the next topic begins") {
  Administered rig;
  rig.add_topic("audit", Uuid{9, 9}, {{b1}});
  const auto page = rig.ask<DescribeTopicPartitionsResponse>(DescribeTopicPartitionsRequest{.response_partition_limit = 1});
  REQUIRE(page.topics.size() == 1);
  CHECK(page.next_cursor == TopicPartitionCursor{"orders", PartitionIndex{0}});
}

TEST_CASE("a topic that is not there is described by an error and a wrong cursor is refused") {
  Administered rig;
  DescribeTopicPartitionsRequest request{.topics = {{"nothing"}, {"bad name"}, {"orders"}}};
  const auto told = rig.ask<DescribeTopicPartitionsResponse>(request);
  REQUIRE(told.topics.size() == 3);
  CHECK(told.topics[0].error_code == ErrorCode::invalid_topic_exception);
  CHECK(told.topics[1].error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(told.topics[2].partitions.size() == 2);
  request.cursor = TopicPartitionCursor{"audit", PartitionIndex{0}};
  CHECK(rig.ask<DescribeTopicPartitionsResponse>(request).topics.at(0).error_code == ErrorCode::invalid_request);
  request.cursor = TopicPartitionCursor{"orders", PartitionIndex{-1}};
  CHECK(rig.ask<DescribeTopicPartitionsResponse>(request).topics.at(0).error_code == ErrorCode::invalid_request);
}
