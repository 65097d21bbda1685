#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::b3;
using test::Lone;

namespace {

using Partition = AlterPartitionRequest::Partition;

// Three brokers and a partition that the first leads.
struct Altered : Lone {
  std::map<std::int32_t, BrokerEpoch> epochs;
  Uuid topic;
  Altered() {
    for (const std::int32_t id : {1, 2, 3}) epochs[id] = add_broker(id);
    topic = create_on("orders", {b1, b2});
  }
  [[nodiscard]] Partition isr(const std::vector<std::int32_t>& ids) const {
    Partition asked{.partition_epoch = partition(topic).partition_epoch};
    asked.leader_epoch = partition(topic).leader_epoch;
    for (const std::int32_t id : ids) asked.new_isr_with_epochs.push_back({NodeId{id}, epochs.at(id)});
    return asked;
  }
  AlterPartitionResponse ask_for(std::int32_t sender, std::vector<Partition> partitions) {
    AlterPartitionRequest request{.broker_id = NodeId{sender}, .broker_epoch = epochs.at(sender)};
    request.topics.push_back({.topic_name = {}, .topic_id = topic, .partitions = std::move(partitions)});
    return ask(request)->as<AlterPartitionResponse>();
  }
  ErrorCode alter(std::int32_t sender, const Partition& partition) {
    return ask_for(sender, {partition}).topics.front().partitions.front().error_code;
  }
};

}  // namespace

TEST_CASE("a leader may shrink its ISR and expand it again", "[controller]") {
  Altered cluster;
  const auto told = cluster.ask_for(1, {cluster.isr({1})}).topics.front().partitions.front();
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.isr == std::vector{b1});
  CHECK(told.leader_id == b1);
  CHECK(told.partition_epoch == PartitionEpoch{1});
  CHECK(told.leader_epoch == LeaderEpoch{0});
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1});
  CHECK(cluster.alter(1, cluster.isr({1, 2})) == ErrorCode::none);
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1, b2});
  CHECK(cluster.partition(cluster.topic).leader_epoch == LeaderEpoch{0});  // nobody else leads
}

TEST_CASE("an ISR change is refused with the error that tells its sender what is wrong", "[controller]") {
  Altered cluster;
  Partition asked = cluster.isr({1});
  ErrorCode expected = ErrorCode::invalid_request;
  std::int32_t sender = 1;
  SECTION("it is not the leader") { sender = 2; }
  SECTION("it knows a later leader epoch than the controller") {
    asked.leader_epoch = LeaderEpoch{5};
    expected = ErrorCode::not_controller;
  }
  SECTION("it knows a later partition epoch than the controller") {
    asked.partition_epoch = PartitionEpoch{5};
    expected = ErrorCode::not_controller;
  }
  SECTION("a partition that is not there") {
    asked.partition_index = PartitionIndex{9};
    expected = ErrorCode::unknown_topic_or_partition;
  }
  SECTION("a member whose process is another one than caught up") {
    asked.new_isr_with_epochs.push_back({b2, BrokerEpoch{1}});
    expected = ErrorCode::ineligible_replica;
  }
  SECTION("a member that is no replica") { asked = cluster.isr({1, 3}); }
  SECTION("a member twice") { asked = cluster.isr({1, 1}); }
  SECTION("nobody at all") { asked = cluster.isr({}); }
  SECTION("the leader itself is missing") { asked = cluster.isr({2}); }
  SECTION("it says that it recovers although its election was clean") {
    asked.leader_recovery_state = LeaderRecoveryState::recovering;
  }
  CHECK(cluster.alter(sender, asked) == expected);
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1, b2});
}

TEST_CASE("a change made on an ISR that has changed since is refused", "[controller]") {
  Altered cluster;
  const Partition old = cluster.isr({1});
  REQUIRE(cluster.alter(1, old) == ErrorCode::none);
  CHECK(cluster.alter(1, old) == ErrorCode::invalid_update_version);
}

TEST_CASE("a leader that has been replaced is fenced", "[controller]") {
  Altered cluster;
  const Partition old = cluster.isr({1});
  for (int i = 0; i < 3; ++i) {  // broker 1 falls silent
    cluster.wait(seconds(4));
    (void)cluster.beat(2, cluster.epochs.at(2));
    (void)cluster.beat(3, cluster.epochs.at(3));
  }
  REQUIRE(cluster.partition(cluster.topic).leader == b2);
  CHECK(cluster.alter(1, old) == ErrorCode::fenced_leader_epoch);
  CHECK(cluster.alter(2, cluster.isr({2, 1})) == ErrorCode::ineligible_replica);  // KIP-841: 1 is fenced
}

TEST_CASE("an ISR change of another incarnation of the leader is refused as a whole", "[controller]") {
  Altered cluster;
  const Partition asked = cluster.isr({1});
  cluster.epochs[1] = BrokerEpoch{cluster.epochs.at(1).value + 1};
  const AlterPartitionResponse told = cluster.ask_for(1, {asked});
  CHECK(told.error_code == ErrorCode::stale_broker_epoch);
  CHECK(told.topics.empty());
}

TEST_CASE("one request cannot change a partition twice nor one of a topic that is gone", "[controller]") {
  Altered cluster;
  const AlterPartitionResponse told = cluster.ask_for(1, {cluster.isr({1}), cluster.isr({1})});
  REQUIRE(told.topics.front().partitions.size() == 2);
  CHECK(told.topics.front().partitions[0].error_code == ErrorCode::none);
  CHECK(told.topics.front().partitions[1].error_code == ErrorCode::invalid_request);
  cluster.topic = Uuid{4, 4};
  CHECK(cluster.ask_for(1, {Partition{}}).topics.front().partitions.front().error_code == ErrorCode::unknown_topic_id);
}

TEST_CASE("a leader elected uncleanly says when it has recovered and grows its ISR only then", "[controller]") {
  Altered cluster;
  cluster.topic = cluster.create_on("logs", {b1, b2}, {{"unclean.leader.election.enable", "true"}});
  for (int i = 0; i < 3; ++i) {  // 2 falls silent, then 1 as well, and 2 alone comes back
    cluster.wait(seconds(4));
    (void)cluster.beat(1, cluster.epochs.at(1));
  }
  cluster.wait(seconds(10));
  (void)cluster.beat(2, cluster.epochs.at(2));
  REQUIRE(cluster.partition(cluster.topic).recovering);
  (void)cluster.beat(1, cluster.epochs.at(1));
  Partition both = cluster.isr({2, 1});
  both.leader_recovery_state = LeaderRecoveryState::recovering;
  CHECK(cluster.alter(2, both) == ErrorCode::invalid_request);
  CHECK(cluster.alter(2, cluster.isr({2})) == ErrorCode::none);
  CHECK_FALSE(cluster.partition(cluster.topic).recovering);
  CHECK(cluster.alter(2, cluster.isr({2, 1})) == ErrorCode::none);
}

TEST_CASE("topics are refused by Kafka's rules on names replicas and settings", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::none);
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::topic_already_exists);
  for (const std::string& bad : {std::string{"bad name"}, std::string{}, std::string{"."}, std::string{".."},
                                 std::string{"a/b"}, std::string(250, 'a')}) {
    INFO(bad);
    CHECK(lone.create(bad, 1, 1).error_code == ErrorCode::invalid_topic_exception);
  }
  CHECK(lone.create(std::string(249, 'a'), 1, 1).error_code == ErrorCode::none);
  CHECK(lone.create("a.b", 1, 1).error_code == ErrorCode::none);
  CHECK(lone.create("a_b", 1, 1).error_code == ErrorCode::invalid_topic_exception);
  CHECK(lone.create("wide", 1, 2).error_code == ErrorCode::invalid_replication_factor);
  CHECK(lone.create("none", 0, 1).error_code == ErrorCode::invalid_partitions);
  CHECK(lone.create("huge", 1'000'000, 1).error_code == ErrorCode::policy_violation);
  CHECK(lone.controller.committed().topics.size() == 3);
}

TEST_CASE("settings of a topic are checked before it is made and kept with it", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  CreateTopicsRequest::Topic odd{.name = "odd", .num_partitions = 1, .replication_factor = std::int16_t{1}};
  odd.configs = {{"retention.mss", "1"}};
  CHECK(lone.create(odd).error_code == ErrorCode::invalid_config);
  odd.configs = {{"retention.ms", std::nullopt}};
  CHECK(lone.create(odd).error_code == ErrorCode::invalid_config);
  odd.configs = {{"min.insync.replicas", "2"}};
  REQUIRE(lone.create(odd).error_code == ErrorCode::none);
  const TopicImage* made = lone.controller.committed().topic(std::string{"odd"});
  REQUIRE(made);
  CHECK(made->configs == std::map<std::string, std::string>{{"min.insync.replicas", "2"}});
}

TEST_CASE("a topic without numbers gets the defaults of the broker settings", "[controller]") {
  NodeConfig config;
  config.num_partitions = 4;
  config.default_replication_factor = 2;
  Lone lone{config};
  (void)lone.add_broker(1);
  (void)lone.add_broker(2);
  const CreateTopicsResponse::Topic made = lone.create(CreateTopicsRequest::Topic{.name = "orders"});
  CHECK(made.num_partitions == 4);
  CHECK(made.replication_factor == std::int16_t{2});
  CHECK_FALSE(made.topic_id.is_zero());
  CHECK(lone.partition(made.topic_id).replicas.size() == 2);
}

TEST_CASE("replicas given by hand are taken as given or refused with a reason", "[controller]") {
  Lone lone;
  for (const std::int32_t id : {1, 2, 3}) (void)lone.add_broker(id);
  const auto make = [](std::vector<std::vector<NodeId>> assigned) {
    CreateTopicsRequest::Topic topic{.name = "orders"};
    for (std::size_t i = 0; i < assigned.size(); ++i)
      topic.assignments.push_back({PartitionIndex{static_cast<std::int32_t>(i)}, std::move(assigned[i])});
    return topic;
  };
  CHECK(lone.create(make({{b1, b1}})).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(lone.create(make({{}})).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(lone.create(make({{b1, NodeId{8}}})).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(lone.create(make({{b1, b2}, {b3}})).error_code == ErrorCode::invalid_replica_assignment);
  CreateTopicsRequest::Topic gap = make({{b1}, {b2}});
  gap.assignments[1].partition_index = PartitionIndex{2};
  CHECK(lone.create(gap).error_code == ErrorCode::invalid_replica_assignment);
  gap.assignments[1].partition_index = PartitionIndex{-1};
  CHECK(lone.create(gap).error_code == ErrorCode::invalid_replica_assignment);
  CreateTopicsRequest::Topic both = make({{b1}});
  both.num_partitions = 1;
  CHECK(lone.create(both).error_code == ErrorCode::invalid_request);
  both.num_partitions.reset();
  both.replication_factor = std::int16_t{1};
  CHECK(lone.create(both).error_code == ErrorCode::invalid_request);
  const CreateTopicsResponse::Topic made = lone.create(make({{b3, b1}, {b2, b3}}));
  REQUIRE(made.error_code == ErrorCode::none);
  CHECK(lone.partition(made.topic_id).replicas == std::vector{b3, b1});
  CHECK(lone.partition(made.topic_id).leader == b3);
}

TEST_CASE("a new partition is in sync on its live replicas only", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  REQUIRE(lone.register_broker(Lone::registration(2)).error_code == ErrorCode::none);  // fenced
  const Uuid topic = lone.create_on("orders", {b2, b1});
  CHECK(lone.partition(topic).leader == b1);
  CHECK(lone.partition(topic).isr == std::vector{b1});
  CreateTopicsRequest::Topic dark{.name = "dark"};
  dark.assignments.push_back({PartitionIndex{0}, {b2}});
  CHECK(lone.create(dark).error_code == ErrorCode::invalid_replica_assignment);
}

TEST_CASE("validation alone makes no topic", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  CreateTopicsRequest request;
  const CreateTopicsRequest::Topic topic{.name = "orders", .num_partitions = 1, .replication_factor = std::int16_t{1}};
  request.topics = {topic};
  request.validate_only = true;
  CHECK(lone.ask(request)->as<CreateTopicsResponse>().topics.at(0).error_code == ErrorCode::none);
  CHECK(lone.controller.committed().topics.empty());
  request.validate_only = false;
  CHECK(lone.ask(request)->as<CreateTopicsResponse>().topics.at(0).error_code == ErrorCode::none);
  CHECK(lone.controller.committed().topics.size() == 1);
}

TEST_CASE("neither a fenced broker nor one that is shutting down nor one with a stale epoch joins an ISR", "[controller]") {
  test::Led cluster;
  REQUIRE(cluster.shrink(1, {1}) == ErrorCode::none);
  SECTION("fenced") {
    cluster.only({1, 2});
    CHECK(cluster.shrink(1, {1, 3}) == ErrorCode::ineligible_replica);
  }
  SECTION("shutting down") {
    (void)cluster.create_on("bills", {b2, b1});
    BrokerHeartbeatRequest leaves = cluster.heartbeat(2, cluster.epochs.at(2));
    leaves.want_shut_down = true;
    REQUIRE_FALSE(cluster.beat(leaves).should_shut_down);
    REQUIRE(cluster.broker(2).in_controlled_shutdown);
    CHECK(cluster.shrink(1, {1, 2}) == ErrorCode::ineligible_replica);
  }
  SECTION("a stale epoch") {
    cluster.epochs[3] = BrokerEpoch{cluster.epochs.at(3).value + 1};
    CHECK(cluster.shrink(1, {1, 3}) == ErrorCode::ineligible_replica);
  }
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1});
}
