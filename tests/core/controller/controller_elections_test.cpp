#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::b3;
using test::Lone;

namespace {

const PartitionIndex p0{0};

// Three brokers, of which the test may silence some, and a partition that the first leads.
struct Led : Lone {
  std::map<std::int32_t, BrokerEpoch> epochs;
  Uuid topic;
  explicit Led(std::map<std::string, std::string> config = {}) {
    for (const std::int32_t id : {1, 2, 3}) epochs[id] = add_broker(id);
    topic = create_on("orders", {b1, b2, b3}, std::move(config));
  }
  void only(const std::vector<std::int32_t>& alive) {  // the sessions of the others end
    for (int i = 0; i < 20; ++i) {
      for (const std::int32_t id : alive) (void)beat(id, epochs.at(id));
      wait(milliseconds(1'000));
    }
  }
  void back(std::int32_t id) {
    const BrokerEpoch epoch = register_broker(registration(id, 2)).broker_epoch.value();
    (void)beat(id, epoch);
    epochs[id] = epoch;
  }
  ErrorCode shrink(std::int32_t leader, const std::vector<std::int32_t>& isr) {
    AlterPartitionRequest::Partition asked{.leader_epoch = partition(topic).leader_epoch,
                                           .partition_epoch = partition(topic).partition_epoch};
    for (const std::int32_t id : isr) asked.new_isr_with_epochs.push_back({NodeId{id}, epochs.at(id)});
    AlterPartitionRequest request{.broker_id = NodeId{leader}, .broker_epoch = epochs.at(leader)};
    request.topics.push_back({.topic_name = {}, .topic_id = topic, .partitions = {asked}});
    return ask(request)->as<AlterPartitionResponse>().topics.front().partitions.front().error_code;
  }
  ErrorCode elect(std::int8_t type = preferred_election, const std::string& name = "orders", PartitionIndex index = p0) {
    ElectLeadersRequest request{.election_type = type};
    request.topic_partitions = {{name, {index}}};
    const auto told = ask(request)->as<ElectLeadersResponse>();
    CHECK(told.error_code == ErrorCode::none);
    const auto& result = told.replica_election_results.at(0).partition_result.at(0);
    CHECK(result.error_message.has_value() == (result.error_code != ErrorCode::none));
    return result.error_code;
  }
  AlterPartitionReassignmentsResponse::Partition order(std::optional<std::vector<NodeId>> replicas,
                                                       const std::string& name = "orders") {
    AlterPartitionReassignmentsRequest request;
    request.topics.push_back({name, {{p0, std::move(replicas)}}});
    return ask(request)->as<AlterPartitionReassignmentsResponse>().responses.at(0).partitions.at(0);
  }
};

}  // namespace

TEST_CASE("another order of the same replicas changes the preference and leaves the leader", "[controller]") {
  Led cluster;
  CHECK(cluster.order({{b2, b3, b1}}).error_code == ErrorCode::none);
  CHECK(cluster.partition(cluster.topic).replicas == std::vector{b2, b3, b1});
  CHECK(cluster.partition(cluster.topic).leader == b1);
  CHECK(cluster.partition(cluster.topic).leader_epoch == LeaderEpoch{0});
  CHECK(cluster.partition(cluster.topic).partition_epoch == PartitionEpoch{1});
  CHECK(cluster.order({{b2, b3, b1}}).error_code == ErrorCode::none);  // as it is already
  CHECK(cluster.partition(cluster.topic).partition_epoch == PartitionEpoch{1});
}

TEST_CASE("the preferred replica takes over from a leader that is well and nothing leaves the ISR", "[controller]") {
  Led cluster;
  CHECK(cluster.elect() == ErrorCode::election_not_needed);
  REQUIRE(cluster.order({{b2, b1, b3}}).error_code == ErrorCode::none);
  CHECK(cluster.elect() == ErrorCode::none);
  CHECK(cluster.partition(cluster.topic).leader == b2);
  CHECK(cluster.partition(cluster.topic).leader_epoch == LeaderEpoch{1});
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1, b2, b3});
  CHECK_FALSE(cluster.partition(cluster.topic).recovering);
}

TEST_CASE("a preferred replica that is out of the ISR or fenced is not elected", "[controller]") {
  Led cluster;
  REQUIRE(cluster.order({{b2, b1, b3}}).error_code == ErrorCode::none);
  SECTION("out of the ISR") { REQUIRE(cluster.shrink(1, {1, 3}) == ErrorCode::none); }
  SECTION("fenced") { cluster.only({1, 3}); }
  CHECK(cluster.elect() == ErrorCode::preferred_leader_not_available);
  CHECK(cluster.partition(cluster.topic).leader == b1);
  CHECK(cluster.partition(cluster.topic).leader_epoch == LeaderEpoch{0});
}

TEST_CASE("an unclean election by request only serves a partition without a leader", "[controller]") {
  Led cluster;
  CHECK(cluster.elect(unclean_election) == ErrorCode::election_not_needed);
  REQUIRE(cluster.shrink(1, {1}) == ErrorCode::none);
  cluster.only({2, 3});
  REQUIRE_FALSE(cluster.partition(cluster.topic).leader.has_value());
  CHECK(cluster.elect() == ErrorCode::preferred_leader_not_available);
  CHECK(cluster.elect(unclean_election) == ErrorCode::none);
  CHECK(cluster.partition(cluster.topic).leader == b2);
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b2});
  CHECK(cluster.partition(cluster.topic).recovering);
}

TEST_CASE("an unclean election by request finds nobody where every replica is fenced", "[controller]") {
  Led cluster;
  cluster.only({});
  CHECK(cluster.elect(unclean_election) == ErrorCode::eligible_leaders_not_available);
}

TEST_CASE("an election by request of all partitions tells only of those that needed one", "[controller]") {
  Led cluster;
  (void)cluster.create_on("bills", {b3});
  REQUIRE(cluster.order({{b3, b1, b2}}).error_code == ErrorCode::none);
  const auto told = cluster.ask(ElectLeadersRequest{})->as<ElectLeadersResponse>();
  REQUIRE(told.replica_election_results.size() == 2);
  CHECK(told.replica_election_results[0].topic == "bills");
  CHECK(told.replica_election_results[0].partition_result.empty());
  REQUIRE(told.replica_election_results[1].partition_result.size() == 1);
  CHECK(told.replica_election_results[1].partition_result[0].error_code == ErrorCode::none);
  CHECK(cluster.partition(cluster.topic).leader == b3);
}

TEST_CASE("an election that makes no sense is refused", "[controller]") {
  Led cluster;
  CHECK(cluster.elect(preferred_election, "bills") == ErrorCode::unknown_topic_or_partition);
  CHECK(cluster.elect(preferred_election, "orders", PartitionIndex{7}) == ErrorCode::unknown_topic_or_partition);
  const auto told = cluster.ask(ElectLeadersRequest{.election_type = 9})->as<ElectLeadersResponse>();
  CHECK(told.error_code == ErrorCode::invalid_request);
}

TEST_CASE("a reassignment that makes no sense is refused and moving replicas is not there yet", "[controller]") {
  Led cluster;
  CHECK(cluster.order({{b1}}, "bills").error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(cluster.order(std::nullopt).error_code == ErrorCode::no_reassignment_in_progress);
  CHECK(cluster.order({std::vector<NodeId>{}}).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(cluster.order({{b1, b1, b2}}).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(cluster.order({{b1, b2, NodeId{9}}}).error_code == ErrorCode::invalid_replica_assignment);
  const auto moved = cluster.order({{b1, b2}});
  CHECK(moved.error_code == ErrorCode::unsupported_version);
  CHECK(moved.error_message.value().find("does not move replicas") != std::string::npos);
  CHECK(cluster.partition(cluster.topic).replicas == std::vector{b1, b2, b3});
}

TEST_CASE("a controller that does not lead the quorum elects nobody", "[controller]") {
  Lone standby{{}, 3};
  CHECK(standby.ask(ElectLeadersRequest{})->as<ElectLeadersResponse>().error_code == ErrorCode::not_controller);
  CHECK(standby.ask(AlterPartitionReassignmentsRequest{})->as<AlterPartitionReassignmentsResponse>().error_code
        == ErrorCode::not_controller);
}
