#include "core/client/admin_task.hpp"

#include <catch2/catch.hpp>

#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/elect_leaders.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Progress = AdminTask::Progress;

namespace {

constexpr Duration task_timeout = milliseconds(30'000);

Message metadata(std::optional<NodeId> leader, ErrorCode error = ErrorCode::none) {
  MetadataResponse answer;
  for (const std::int32_t id : {1, 2, 3}) answer.brokers.push_back({NodeId{id}, "b" + std::to_string(id), 9092, {}});
  MetadataResponse::Topic topic{.error_code = error, .name = "orders"};
  if (error == ErrorCode::none) {
    topic.partitions.push_back({.partition_index = PartitionIndex{0},
                                .leader_id = leader,
                                .replica_nodes = {NodeId{1}, NodeId{2}, NodeId{3}}});
  }
  answer.topics.push_back(std::move(topic));
  return Message::of(std::move(answer));
}

Message reordered(ErrorCode error = ErrorCode::none) {
  AlterPartitionReassignmentsResponse answer;
  answer.responses.push_back({"orders", {{PartitionIndex{0}, error, std::nullopt}}});
  return Message::of(std::move(answer));
}

Message elected(ErrorCode error) {
  ElectLeadersResponse answer;
  answer.replica_election_results.push_back({"orders", {{PartitionIndex{0}, error, "why"}}});
  return Message::of(std::move(answer));
}

Message removed(ErrorCode error) {
  DeleteRecordsResponse answer;
  answer.topics.push_back({"orders", {{PartitionIndex{0}, Offset{7}, error}}});
  return Message::of(std::move(answer));
}

}  // namespace

TEST_CASE("an election of a certain replica makes it the preferred one first") {
  AdminTask task{{ElectPartitionLeader{orders0, ElectionKind::preferred, NodeId{3}}}};
  CHECK(task.next(task_timeout).request.get_if<MetadataRequest>() != nullptr);
  REQUIRE(task.take(metadata(NodeId{1})) == Progress::on);
  const AdminTask::Ask order = task.next(task_timeout);
  CHECK_FALSE(order.node.has_value());
  const auto& asked = order.request.as<AlterPartitionReassignmentsRequest>().topics.at(0);
  CHECK(asked.partitions.at(0).replicas == std::vector{NodeId{3}, NodeId{1}, NodeId{2}});
  REQUIRE(task.take(reordered()) == Progress::on);
  CHECK(task.next(task_timeout).request.as<ElectLeadersRequest>().election_type == preferred_election);
  CHECK(task.take(elected(ErrorCode::none)) == Progress::over);
  CHECK(task.verdict() == "the leader is elected");
  CHECK(task.seen().empty());
}

TEST_CASE("an election of a broker that holds no replica ends without a request to the controller") {
  AdminTask task{{ElectPartitionLeader{orders0, ElectionKind::preferred, NodeId{9}}}};
  CHECK(task.take(metadata(NodeId{1})) == Progress::over);
  CHECK(task.verdict() == "broker 9 holds no replica of orders-0");
}

TEST_CASE("an election's error is told and one that may pass is asked for again") {
  AdminTask task{{ElectPartitionLeader{orders0, ElectionKind::unclean, {}}}};
  CHECK(task.next(task_timeout).request.as<ElectLeadersRequest>().election_type == unclean_election);
  CHECK(task.take(Message::of(ElectLeadersResponse{.error_code = ErrorCode::not_controller})) == Progress::again);
  CHECK(task.unanswered() == Progress::again);
  CHECK(task.take(elected(ErrorCode::election_not_needed)) == Progress::over);
  CHECK(task.verdict() == "the election is not needed");
  AdminTask offline{{ElectPartitionLeader{orders0, ElectionKind::preferred, {}}}};  // retriable, and not for this tool
  CHECK(offline.take(elected(ErrorCode::preferred_leader_not_available)) == Progress::over);
  CHECK(offline.verdict() == "PREFERRED_LEADER_NOT_AVAILABLE: why");
  AdminTask other{{ReassignPartition{orders0, std::vector{NodeId{1}}}}};
  CHECK(other.take(reordered(ErrorCode::unsupported_version)) == Progress::over);
  CHECK(other.verdict() == "UNSUPPORTED_VERSION");
  CHECK(other.seen().at(0).error == ErrorCode::unsupported_version);
}

TEST_CASE("records are deleted at the leader which is looked up again when it has moved") {
  AdminTask task{{DeleteRecordsBefore{orders0, Offset{7}}}};
  CHECK(task.take(metadata(std::nullopt)) == Progress::again);  // nobody leads at the moment
  REQUIRE(task.take(metadata(NodeId{2})) == Progress::on);
  const AdminTask::Ask asked = task.next(task_timeout);
  CHECK(asked.node.value().first == NodeId{2});
  CHECK(asked.request.as<DeleteRecordsRequest>().topics.at(0).partitions.at(0).offset == Offset{7});
  CHECK(task.take(removed(ErrorCode::not_leader_or_follower)) == Progress::again);
  CHECK(task.next(task_timeout).request.get_if<MetadataRequest>() != nullptr);
  REQUIRE(task.take(metadata(NodeId{3})) == Progress::on);
  CHECK(task.next(task_timeout).node.value().first == NodeId{3});
  CHECK(task.take(removed(ErrorCode::none)) == Progress::over);
  CHECK(task.verdict() == "the log starts at 7 on all live replicas");
  CHECK(task.last_error() == "NOT_LEADER_OR_FOLLOWER");
}

TEST_CASE("an offset beyond the high watermark is an error that ends the deletion") {
  AdminTask task{{DeleteRecordsBefore{orders0, Offset{7}}}};
  REQUIRE(task.take(metadata(NodeId{2})) == Progress::on);
  CHECK(task.take(removed(ErrorCode::offset_out_of_range)) == Progress::over);
  CHECK(task.verdict() == "OFFSET_OUT_OF_RANGE");
}

TEST_CASE("a topic that exists already is told as the error that it is") {
  AdminTask task{{CreateOneTopic{{.name = "orders", .num_partitions = 1}}}};
  CHECK(task.next(task_timeout).request.as<CreateTopicsRequest>().topics.at(0).name == "orders");
  CreateTopicsResponse answer;
  answer.topics.push_back({.name = "orders",
                           .error_code = ErrorCode::topic_already_exists,
                           .error_message = "Topic 'orders' already exists."});
  CHECK(task.take(Message::of(answer)) == Progress::over);
  CHECK(task.verdict() == "TOPIC_ALREADY_EXISTS: Topic 'orders' already exists.");
}

TEST_CASE("a topic is deleted and grown by whichever controller is active") {
  AdminTask drop{{DeleteOneTopic{"orders"}}};
  CHECK(drop.next(task_timeout).request.as<DeleteTopicsRequest>().topics.at(0).name == "orders");
  DeleteTopicsResponse deleted{.responses = {{.name = "orders", .error_code = ErrorCode::not_controller}}};
  CHECK(drop.take(Message::of(deleted)) == Progress::again);
  deleted.responses[0].error_code = ErrorCode::none;
  CHECK(drop.take(Message::of(deleted)) == Progress::over);
  CHECK(drop.verdict() == "the topic is deleted");

  AdminTask grow{{AddPartitionsTo{"orders", 6}}};
  CHECK(grow.next(task_timeout).request.as<CreatePartitionsRequest>().topics.at(0).count == 6);
  const CreatePartitionsResponse refused{.results = {{"orders", ErrorCode::invalid_partitions, "why"}}};
  CHECK(grow.take(Message::of(refused)) == Progress::over);
  CHECK(grow.verdict() == "INVALID_PARTITIONS: why");
}

TEST_CASE("settings of a topic are changed by any broker and those of a broker by itself") {
  AdminTask topic{{AlterSettings{"orders", {{"retention.ms", "5"}}}}};
  const AdminTask::Ask anywhere = topic.next(task_timeout);
  CHECK_FALSE(anywhere.node.has_value());
  const auto& asked = anywhere.request.as<IncrementalAlterConfigsRequest>().resources.at(0);
  CHECK(asked.resource_type == 2);
  CHECK(asked.configs.at(0).value == "5");

  AdminTask broker{{AlterSettings{NodeId{3}, {{"log.retention.ms", "5"}}}}};
  CHECK(broker.next(task_timeout).request.get_if<MetadataRequest>() != nullptr);
  MetadataResponse others;
  others.brokers.push_back({NodeId{1}, "b1", 9092, {}});
  CHECK(broker.take(Message::of(others)) == Progress::again);  // it is away
  REQUIRE(broker.take(metadata(NodeId{1})) == Progress::on);
  CHECK(broker.next(task_timeout).node.value().first == NodeId{3});
  CHECK(broker.next(task_timeout).request.as<IncrementalAlterConfigsRequest>().resources.at(0).resource_name == "3");
  IncrementalAlterConfigsResponse done;
  done.responses.push_back({.resource_type = 4, .resource_name = "3"});
  CHECK(broker.take(Message::of(done)) == Progress::over);
  CHECK(broker.verdict() == "the settings are changed");
}
