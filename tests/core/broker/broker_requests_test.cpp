#include <catch2/catch.hpp>

#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/heartbeat.hpp"
#include "tests/core/broker/rig.hpp"

using namespace kafkasim;
using test::Asked;
using test::b1;
using test::b2;
using test::orders_id;
using test::Rig;

namespace {

const NodeId b3{3};
constexpr Uuid offsets_id{8, 8};

// It leads orders-0, and follows broker 2 in orders-1.
struct Serving : Rig {
  explicit Serving(NodeConfig config = {}) : Rig{std::move(config)} {
    run();
    add_other_broker(2);
    add_topic("orders", orders_id, {{b1}, {b2, b1}});
  }
};

MetadataRequest about(const std::string& topic) {
  MetadataRequest request;
  request.topics.emplace().push_back({.name = topic});
  return request;
}
MetadataRequest about(const Uuid& topic) {
  MetadataRequest request;
  request.topics.emplace().push_back({.topic_id = topic});
  return request;
}

ProduceRequest produce_to(const Uuid& topic, std::int32_t partition, std::int16_t acks = 1) {
  ProduceRequest request{.acks = acks, .timeout = seconds(1)};
  ProduceRequest::Partition to{.index = PartitionIndex{partition}};
  to.records.batches.push_back(test::make_batch());
  request.topic_data.push_back({.topic_id = topic, .partition_data = {to}});
  return request;
}
const ProduceResponse::Partition& sole(const ProduceResponse& response) {
  return response.responses.at(0).partition_responses.at(0);
}

FindCoordinatorResponse::Coordinator coordinator(Rig& rig, const std::string& group,
                                                 CoordinatorType type = CoordinatorType::group) {
  const FindCoordinatorRequest request{type, {group}};
  return rig.ask<FindCoordinatorResponse>(request).coordinators.at(0);
}

CreateTopicsRequest create(const std::string& name) {
  CreateTopicsRequest request;
  request.topics.push_back({.name = name, .num_partitions = 3});
  return request;
}

}  // namespace

// ---- metadata ----------------------------------------------------------------------------------------------

TEST_CASE("metadata names the brokers that are not fenced and where they are") {
  Serving rig;
  const MetadataResponse both = rig.ask<MetadataResponse>(MetadataRequest{});
  REQUIRE(both.brokers.size() == 2);
  CHECK(both.brokers[0].node_id == b1);
  CHECK(both.brokers[0].host == "b1");
  CHECK(both.brokers[0].port == 9001);
  CHECK(both.brokers[1].node_id == b2);
  CHECK(both.cluster_id == "a-cluster");
  REQUIRE(both.controller_id);
  CHECK((both.controller_id == b1 || both.controller_id == b2));  // never one of the quorum
  rig.append({BrokerRegistrationChangeRecord{
      .broker_id = b2, .broker_epoch = rig.broker.image().broker(b2)->epoch, .fenced = FencingChange::fence}});
  const MetadataResponse one = rig.ask<MetadataResponse>(MetadataRequest{});
  REQUIRE(one.brokers.size() == 1);
  CHECK(one.controller_id == b1);
}

TEST_CASE("metadata tells of every partition who leads and who is in sync and who is away") {
  Serving rig;
  PartitionRecord record{.topic_id = Uuid{6, 6}, .replicas = {b2, b1, b3}, .isr = {b2, b1}};
  record.leader = b2;
  record.leader_epoch = LeaderEpoch{4};
  rig.append({TopicRecord{"logs", Uuid{6, 6}}, record});
  const MetadataResponse told = rig.ask<MetadataResponse>(about("logs"));
  REQUIRE(told.topics.size() == 1);
  CHECK(told.topics[0].error_code == ErrorCode::none);
  CHECK(told.topics[0].topic_id == Uuid{6, 6});
  CHECK_FALSE(told.topics[0].is_internal);
  REQUIRE(told.topics[0].partitions.size() == 1);
  const MetadataResponse::Partition& partition = told.topics[0].partitions[0];
  CHECK(partition.error_code == ErrorCode::none);
  CHECK(partition.leader_id == b2);
  CHECK(partition.leader_epoch == LeaderEpoch{4});
  CHECK(partition.replica_nodes == std::vector{b2, b1, b3});
  CHECK(partition.isr_nodes == std::vector{b2, b1});
  CHECK(partition.offline_replicas == std::vector{b3});
}

TEST_CASE("a partition without a leader is LEADER_NOT_AVAILABLE") {
  Serving rig;
  PartitionChangeRecord change{.partition_id = PartitionIndex{1}, .topic_id = orders_id};
  change.leader = std::optional<NodeId>{};
  rig.append({change});
  const MetadataResponse told = rig.ask<MetadataResponse>(about("orders"));
  REQUIRE(told.topics.at(0).partitions.size() == 2);
  CHECK(told.topics[0].partitions[0].error_code == ErrorCode::none);
  CHECK(told.topics[0].partitions[1].error_code == ErrorCode::leader_not_available);
  CHECK_FALSE(told.topics[0].partitions[1].leader_id);
}

TEST_CASE("metadata without a list are of all topics and with an empty one of none") {
  Serving rig;
  rig.add_topic("__consumer_offsets", offsets_id, {{b1}});
  const MetadataResponse all = rig.ask<MetadataResponse>(MetadataRequest{});
  REQUIRE(all.topics.size() == 2);
  CHECK(all.topics[0].name == "__consumer_offsets");
  CHECK(all.topics[0].is_internal);
  CHECK(all.topics[1].name == "orders");
  MetadataRequest none;
  none.topics.emplace();
  CHECK(rig.ask<MetadataResponse>(none).topics.empty());
}

TEST_CASE("a topic is found by its id and an unknown id is told as such") {
  Serving rig;
  CHECK(rig.ask<MetadataResponse>(about(orders_id)).topics.at(0).name == "orders");
  const MetadataResponse unknown = rig.ask<MetadataResponse>(about(Uuid{1, 2}));
  CHECK(unknown.topics.at(0).error_code == ErrorCode::unknown_topic_id);
  CHECK(unknown.topics.at(0).topic_id == Uuid{1, 2});
  CHECK(rig.count<CreateTopicsRequest>() == 0);
}

TEST_CASE("asking for an unknown topic makes it once") {
  NodeConfig config;
  config.num_partitions = 6;
  Serving rig{config};
  for (int i = 0; i < 3; ++i) {
    const MetadataResponse told = rig.ask<MetadataResponse>(about("fresh"));
    CHECK(told.topics.at(0).error_code == ErrorCode::unknown_topic_or_partition);
    CHECK(told.topics.at(0).name == "fresh");
  }
  REQUIRE(rig.count<CreateTopicsRequest>() == 1);
  const Asked one = rig.take<CreateTopicsRequest>();
  CHECK(one.to == NodeId{3000});
  const auto& wanted = one.message.as<CreateTopicsRequest>().topics.at(0);
  CHECK(wanted.name == "fresh");
  CHECK(wanted.num_partitions == 6);
  CHECK(wanted.replication_factor == std::int16_t{1});
  CreateTopicsResponse refused;
  refused.topics.push_back({.name = "fresh", .error_code = ErrorCode::invalid_replication_factor});
  rig.reply(one, refused);
  (void)rig.ask<MetadataResponse>(about("fresh"));  // it may be tried again
  CHECK(rig.count<CreateTopicsRequest>() == 1);
}

TEST_CASE("an unknown topic is not made if client or broker do not want it") {
  NodeConfig config;
  SECTION("the client") {
    Serving rig;
    MetadataRequest request = about("fresh");
    request.allow_auto_topic_creation = false;
    CHECK(rig.ask<MetadataResponse>(request).topics.at(0).error_code == ErrorCode::unknown_topic_or_partition);
    CHECK(rig.count<CreateTopicsRequest>() == 0);
  }
  SECTION("the broker") {
    config.auto_create_topics_enable = false;
    Serving rig{config};
    CHECK(rig.ask<MetadataResponse>(about("fresh")).topics.at(0).error_code == ErrorCode::unknown_topic_or_partition);
    CHECK(rig.count<CreateTopicsRequest>() == 0);
  }
}

// ---- coordinators --------------------------------------------------------------------------------------------

TEST_CASE("the first search for a coordinator makes the offsets topic") {
  Serving rig;
  CHECK(coordinator(rig, "readers").error_code == ErrorCode::coordinator_not_available);
  CHECK(coordinator(rig, "writers").error_code == ErrorCode::coordinator_not_available);
  REQUIRE(rig.count<CreateTopicsRequest>() == 1);
  const Asked one = rig.take<CreateTopicsRequest>();
  const auto& wanted = one.message.as<CreateTopicsRequest>().topics.at(0);
  CHECK(wanted.name == "__consumer_offsets");
  CHECK(wanted.num_partitions == 50);
  CHECK(wanted.replication_factor == std::int16_t{3});
  const auto compacted = [](const auto& config) {
    return config.name == "cleanup.policy" && config.value == "compact";
  };
  CHECK(std::ranges::any_of(wanted.configs, compacted));
}

TEST_CASE("the coordinator of a group is the leader of the partition of its name") {
  Serving rig;
  rig.add_topic("__consumer_offsets", offsets_id, {{b1}, {b2}});
  std::set<NodeId> found;
  for (int i = 0; i < 20; ++i) {
    const std::string group = "group-" + std::to_string(i);
    const FindCoordinatorResponse::Coordinator told = coordinator(rig, group);
    REQUIRE(told.error_code == ErrorCode::none);
    CHECK(told.key == group);
    const PartitionIndex index = *rig.broker.groups().partition_for(group);
    CHECK(told.node_id == (index.value == 0 ? b1 : b2));
    CHECK(told.host == (index.value == 0 ? "b1" : "b2"));
    found.insert(*told.node_id);
  }
  CHECK(found.size() == 2);
}

TEST_CASE("a coordinator that is fenced is not available") {
  Serving rig;
  rig.add_topic("__consumer_offsets", offsets_id, {{b2}});
  REQUIRE(coordinator(rig, "readers").node_id == b2);
  rig.append({BrokerRegistrationChangeRecord{
      .broker_id = b2, .broker_epoch = rig.broker.image().broker(b2)->epoch, .fenced = FencingChange::fence}});
  CHECK(coordinator(rig, "readers").error_code == ErrorCode::coordinator_not_available);
}

TEST_CASE("groups and transactional ids have coordinators and nothing else has") {
  Serving rig;
  CHECK(coordinator(rig, "transfer", CoordinatorType::share).error_code == ErrorCode::invalid_request);
  CHECK(coordinator(rig, "transfer", CoordinatorType::transaction).error_code == ErrorCode::coordinator_not_available);
  rig.add_topic("__transaction_state", Uuid{8, 9}, {{b1}});
  CHECK(coordinator(rig, "transfer", CoordinatorType::transaction).node_id == b1);
}

TEST_CASE("a group request at a broker that does not coordinate the group is NOT_COORDINATOR") {
  Serving rig;
  rig.add_topic("__consumer_offsets", offsets_id, {{b2}});
  CHECK(rig.ask<HeartbeatResponse>(HeartbeatRequest{"readers", Generation{1}, "m", {}}).error_code
        == ErrorCode::not_coordinator);
}

// ---- producer ids --------------------------------------------------------------------------------------------

TEST_CASE("producer ids come from blocks of the controller and none is given twice") {
  Serving rig;
  std::set<std::int64_t> given;
  for (int i = 0; i < 2'500; ++i) {
    const InitProducerIdResponse told = rig.ask<InitProducerIdResponse>(InitProducerIdRequest{});
    REQUIRE(told.error_code == ErrorCode::none);
    CHECK(told.producer_epoch == ProducerEpoch{0});
    given.insert(told.producer_id->value);
  }
  CHECK(given.size() == 2'500);
  CHECK(*given.begin() == 5000);
  CHECK(*given.rbegin() == 7499);
}

TEST_CASE("while no block of producer ids is at hand the client is asked to come again") {
  Serving rig;
  rig.obliging = false;
  int told = 0;
  std::size_t asked_at = 0;
  for (; told < 3'000; ++told) {
    if (rig.ask<InitProducerIdResponse>(InitProducerIdRequest{}).error_code != ErrorCode::none) break;
    if (rig.count<AllocateProducerIdsRequest>() == 1 && asked_at == 0) asked_at = static_cast<std::size_t>(told) + 1;
  }
  CHECK(rig.ask<InitProducerIdResponse>(InitProducerIdRequest{}).error_code == ErrorCode::coordinator_load_in_progress);
  CHECK(told == 1'000);
  CHECK(asked_at == 900);  // the next block is asked for before this one is used up
  const Asked one = rig.take<AllocateProducerIdsRequest>();
  CHECK(one.message.as<AllocateProducerIdsRequest>().broker_epoch == *rig.broker_epoch);
  rig.reply(one, AllocateProducerIdsResponse{.producer_id_start = ProducerId{90'000}, .producer_id_len = 1'000});
  CHECK(rig.ask<InitProducerIdResponse>(InitProducerIdRequest{}).producer_id == ProducerId{90'000});
}

TEST_CASE("a refused block of producer ids is asked for again") {
  Serving rig;
  rig.obliging = false;
  while (rig.ask<InitProducerIdResponse>(InitProducerIdRequest{}).error_code == ErrorCode::none) {}
  rig.reply(rig.take<AllocateProducerIdsRequest>(),
            AllocateProducerIdsResponse{.error_code = ErrorCode::stale_broker_epoch});
  CHECK(rig.count<AllocateProducerIdsRequest>() == 1);
  CHECK(rig.ask<InitProducerIdResponse>(InitProducerIdRequest{}).error_code == ErrorCode::coordinator_load_in_progress);
}

TEST_CASE("a transactional producer is given its id by the coordinator of its transactions alone") {
  Serving rig;
  const InitProducerIdRequest request{.transactional_id = "transfer", .transaction_timeout = seconds(60)};
  CHECK(rig.ask<InitProducerIdResponse>(request).error_code == ErrorCode::not_coordinator);
  rig.add_topic("__transaction_state", Uuid{8, 9}, {{b1}});
  const InitProducerIdResponse told = rig.ask<InitProducerIdResponse>(request);
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.producer_epoch == ProducerEpoch{0});
}

// ---- what goes to the controller -----------------------------------------------------------------------------

TEST_CASE("a request to create topics is answered by the controller through the broker") {
  Serving rig;
  const std::int32_t id = rig.send(create("fresh"));
  CHECK_FALSE(rig.answered(id));
  const Asked one = rig.take<CreateTopicsRequest>();
  CHECK(one.message.as<CreateTopicsRequest>() == create("fresh"));
  CreateTopicsResponse made;
  made.topics.push_back({.name = "fresh", .topic_id = Uuid{5, 5}});
  rig.reply(one, made);
  CHECK(rig.answer<CreateTopicsResponse>(id) == made);
  CHECK(rig.answers.at(id).version == spoken_version(ApiKey::create_topics));
}

TEST_CASE("elections and reassignments are the controller's too") {
  Serving rig;
  const ElectLeadersRequest elect{.election_type = unclean_election};
  const std::int32_t first = rig.send(elect);
  const Asked asked = rig.take<ElectLeadersRequest>();
  CHECK(asked.message.as<ElectLeadersRequest>() == elect);
  rig.reply(asked, ElectLeadersResponse{.error_code = ErrorCode::invalid_request});
  CHECK(rig.answer<ElectLeadersResponse>(first).error_code == ErrorCode::invalid_request);
  const std::int32_t second = rig.send(AlterPartitionReassignmentsRequest{});
  rig.reply(rig.take<AlterPartitionReassignmentsRequest>(), AlterPartitionReassignmentsResponse{});
  CHECK(rig.answer<AlterPartitionReassignmentsResponse>(second) == AlterPartitionReassignmentsResponse{});
}

TEST_CASE("the client does not hear of it when the controller has moved") {
  Serving rig;
  const std::int32_t id = rig.send(create("fresh"));
  CreateTopicsResponse moved;
  moved.topics.push_back({.name = "fresh", .error_code = ErrorCode::not_controller});
  rig.leader = NodeId{3001};
  rig.epoch = 2;
  rig.let_quorum_answer();
  rig.reply(rig.take<CreateTopicsRequest>(), moved);
  CHECK_FALSE(rig.answered(id));
  rig.wait(seconds(2));
  const Asked again = rig.take<CreateTopicsRequest>();
  CHECK(again.to == NodeId{3001});
  CreateTopicsResponse made;
  made.topics.push_back({.name = "fresh"});
  rig.reply(again, made);
  CHECK(rig.answer<CreateTopicsResponse>(id) == made);
}

TEST_CASE("a client whose request reaches no controller in time loses its connection") {
  Serving rig;
  rig.obliging = false;
  const std::int32_t id = rig.send(create("fresh"));
  rig.wait(seconds(29));
  CHECK_FALSE(rig.closed(id));
  rig.wait(seconds(2));
  CHECK(rig.closed(id));
  CHECK_FALSE(rig.answered(id));
}

// ---- partitions ----------------------------------------------------------------------------------------------

TEST_CASE("a leader stores what is produced and gives it back to consumers") {
  Serving rig;
  const ProduceResponse::Partition stored = sole(rig.ask<ProduceResponse>(produce_to(orders_id, 0)));
  CHECK(stored.error_code == ErrorCode::none);
  CHECK(stored.base_offset == Offset{0});
  CHECK(sole(rig.ask<ProduceResponse>(produce_to(orders_id, 0, -1))).base_offset == Offset{1});  // it is the whole ISR
  FetchRequest fetch{.max_wait = milliseconds(500), .min_bytes = 1};
  fetch.topics.push_back({.topic_id = orders_id, .partitions = {{.partition_max_bytes = 1'000'000}}});
  const FetchResponse got = rig.ask<FetchResponse>(fetch);
  CHECK(got.responses.at(0).partitions.at(0).records.batches.size() == 2);
  CHECK(got.responses.at(0).partitions.at(0).high_watermark == Offset{2});
  ListOffsetsRequest offsets;
  offsets.topics.push_back({"orders", {{.timestamp = ListOffsetsRequest::latest_timestamp}}});
  CHECK(rig.ask<ListOffsetsResponse>(offsets).topics.at(0).partitions.at(0).offset == Offset{2});
}

TEST_CASE("a leader deletes records and gives what is left to consumers") {
  Serving rig;
  for (int i = 0; i < 3; ++i) (void)rig.ask<ProduceResponse>(produce_to(orders_id, 0));
  DeleteRecordsRequest request;
  request.topics.push_back({"orders", {{PartitionIndex{0}, Offset{2}}, {PartitionIndex{1}, Offset{0}}}});
  const DeleteRecordsResponse response = rig.ask<DeleteRecordsResponse>(request);
  REQUIRE(response.topics.at(0).partitions.size() == 2);
  CHECK(response.topics[0].partitions[0].error_code == ErrorCode::none);
  CHECK(response.topics[0].partitions[0].low_watermark == Offset{2});
  CHECK(response.topics[0].partitions[1].error_code == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a broker that does not lead says so and who does") {
  Serving rig;
  const ProduceResponse told = rig.ask<ProduceResponse>(produce_to(orders_id, 1));
  CHECK(sole(told).error_code == ErrorCode::not_leader_or_follower);
  REQUIRE(sole(told).current_leader);
  CHECK(sole(told).current_leader->leader_id == b2);
  REQUIRE(told.node_endpoints.size() == 1);
  CHECK(told.node_endpoints[0].host == "b2");
  CHECK(told.node_endpoints[0].port == 9002);
  ListOffsetsRequest offsets;
  offsets.topics.push_back({"orders", {{.partition_index = PartitionIndex{1}}}});
  CHECK(rig.ask<ListOffsetsResponse>(offsets).topics.at(0).partitions.at(0).error_code
        == ErrorCode::not_leader_or_follower);
}

TEST_CASE("what is not known is told by the name that the client used") {
  Serving rig;
  CHECK(sole(rig.ask<ProduceResponse>(produce_to(Uuid{1, 2}, 0))).error_code == ErrorCode::unknown_topic_id);
  CHECK(sole(rig.ask<ProduceResponse>(produce_to(orders_id, 9))).error_code == ErrorCode::unknown_topic_or_partition);
  ProduceRequest by_name = produce_to({}, 0);
  by_name.topic_data[0].name = "nowhere";
  const std::int32_t id = rig.send(by_name, 12);
  CHECK(sole(rig.answer<ProduceResponse>(id)).error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(rig.answers.at(id).version == 12);
}

TEST_CASE("a request that wants no answer gets none and one that fails loses its connection") {
  Serving rig;
  const std::int32_t good = rig.send(produce_to(orders_id, 0, 0));
  CHECK(rig.no_answers == std::vector{good});
  CHECK_FALSE(rig.answered(good));
  CHECK_FALSE(rig.closed(good));
  const std::int32_t bad = rig.send(produce_to(orders_id, 1, 0));
  CHECK(rig.closed(bad));
  CHECK_FALSE(rig.answered(bad));
}

TEST_CASE("a record for all replicas is answered when the follower has it and not before") {
  Rig rig;
  rig.run();
  rig.add_other_broker(2);
  rig.add_topic("orders", orders_id, {{b1, b2}});
  const std::int32_t id = rig.send(produce_to(orders_id, 0, -1));
  CHECK_FALSE(rig.answered(id));
  FetchRequest fetch{.max_wait = milliseconds(500), .min_bytes = 1};
  fetch.replica_state = {b2, rig.broker.image().broker(b2)->epoch};
  fetch.topics.push_back({.topic_id = orders_id,
                          .partitions = {{.current_leader_epoch = LeaderEpoch{0},
                                          .fetch_offset = Offset{1},
                                          .last_fetched_epoch = LeaderEpoch{0},
                                          .partition_max_bytes = 1'000'000}}});
  rig.send(fetch);
  REQUIRE(rig.answered(id));
  CHECK(sole(rig.answer<ProduceResponse>(id)).error_code == ErrorCode::none);
}

TEST_CASE("a follower that is another process than the registered one is not taken for it") {
  Rig rig;
  rig.run();
  rig.add_other_broker(2);
  rig.add_topic("orders", orders_id, {{b1, b2}});
  const std::int32_t id = rig.send(produce_to(orders_id, 0, -1));
  PartitionChangeRecord shrunk{.topic_id = orders_id};
  shrunk.isr = std::vector{b1};
  rig.append({shrunk});
  REQUIRE(rig.answered(id));
  FetchRequest fetch{.max_wait = milliseconds(500), .min_bytes = 1};
  fetch.replica_state = {b2, BrokerEpoch{rig.broker.image().broker(b2)->epoch.value - 1}};  // KIP-903
  fetch.topics.push_back({.topic_id = orders_id,
                          .partitions = {{.current_leader_epoch = LeaderEpoch{0},
                                          .fetch_offset = Offset{1},
                                          .last_fetched_epoch = LeaderEpoch{0},
                                          .partition_max_bytes = 1'000'000}}});
  rig.send(fetch);
  rig.wait(seconds(1));
  CHECK(rig.count<AlterPartitionRequest>() == 0);
  fetch.replica_state.replica_epoch = rig.broker.image().broker(b2)->epoch;
  rig.send(fetch);
  rig.wait(seconds(1));
  CHECK(rig.count<AlterPartitionRequest>() == 1);
}

TEST_CASE("what is no business of a broker closes the connection") {
  Serving rig;
  CHECK(rig.closed(rig.send(BrokerHeartbeatRequest{})));
  CHECK(rig.closed(rig.send(AlterPartitionRequest{})));
}
