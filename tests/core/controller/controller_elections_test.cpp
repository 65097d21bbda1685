#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::b3;
using test::Led;
using test::Lone;


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

TEST_CASE("a preferred election by request never goes to a replica outside the ISR even where unclean ones are allowed",
          "[controller]") {
  Led cluster{{{"unclean.leader.election.enable", "true"}}};
  REQUIRE(cluster.shrink(1, {1}) == ErrorCode::none);
  REQUIRE(cluster.order({{b2, b1, b3}}).error_code == ErrorCode::none);
  CHECK(cluster.elect() == ErrorCode::preferred_leader_not_available);
  CHECK(cluster.partition(cluster.topic).leader == b1);
}

TEST_CASE("the controller brings back preferred leaders by itself every leader imbalance interval", "[controller]") {
  NodeConfig config;
  config.leader_imbalance_check_interval_seconds = 30;
  SECTION("where it may") {
    Led cluster{{}, {}, config};
    REQUIRE(cluster.order({{b2, b1, b3}}).error_code == ErrorCode::none);
    cluster.only({1, 2, 3}, 25);
    CHECK(cluster.partition(cluster.topic).leader == b1);
    cluster.only({1, 2, 3}, 10);
    CHECK(cluster.partition(cluster.topic).leader == b2);
    REQUIRE(cluster.order({{b3, b2, b1}}).error_code == ErrorCode::none);
    REQUIRE(cluster.shrink(2, {1, 2}) == ErrorCode::none);
    cluster.only({1, 2, 3}, 40);
    CHECK(cluster.partition(cluster.topic).leader == b2);  // the preferred one is not in sync
  }
  SECTION("and not where it is told to let be") {
    config.auto_leader_rebalance_enable = false;
    Led cluster{{}, {}, config};
    REQUIRE(cluster.order({{b2, b1, b3}}).error_code == ErrorCode::none);
    cluster.only({1, 2, 3}, 70);
    CHECK(cluster.partition(cluster.topic).leader == b1);
  }
}

TEST_CASE("a partition without a leader gets an unclean one at the next interval once its topic allows it", "[controller]") {
  NodeConfig config;
  config.unclean_leader_election_interval = seconds(60);
  Led cluster{{}, {}, config};
  REQUIRE(cluster.shrink(1, {1}) == ErrorCode::none);
  cluster.only({2, 3});
  REQUIRE_FALSE(cluster.partition(cluster.topic).leader.has_value());
  cluster.only({2, 3}, 60);
  CHECK_FALSE(cluster.partition(cluster.topic).leader.has_value());
  REQUIRE(cluster.set("orders", "unclean.leader.election.enable", "true") == ErrorCode::none);
  CHECK_FALSE(cluster.partition(cluster.topic).leader.has_value());
  cluster.only({2, 3}, 60);
  CHECK(cluster.partition(cluster.topic).leader == b2);
  CHECK(cluster.partition(cluster.topic).recovering);
}

TEST_CASE("a controller that does not lead the quorum elects nobody", "[controller]") {
  Lone standby{{}, 3};
  CHECK(standby.ask(ElectLeadersRequest{})->as<ElectLeadersResponse>().error_code == ErrorCode::not_controller);
  CHECK(standby.ask(AlterPartitionReassignmentsRequest{})->as<AlterPartitionReassignmentsResponse>().error_code
        == ErrorCode::not_controller);
}
