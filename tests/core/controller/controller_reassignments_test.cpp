#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::b3;
using test::Led;

namespace {

const NodeId b4{4};
const NodeId b5{5};

// Five brokers, of which the first three hold orders-0.
struct Moving : Led {
  explicit Moving(Settings config = {}) : Led{std::move(config), {}, {}, 2} {}
  [[nodiscard]] const PartitionRegistration& now() const { return partition(topic); }
  std::vector<ListPartitionReassignmentsResponse::Topic> listed(
      std::optional<std::vector<ListPartitionReassignmentsRequest::Topic>> topics = std::nullopt) {
    ListPartitionReassignmentsRequest request;
    request.topics = std::move(topics);
    return ask(std::move(request))->as<ListPartitionReassignmentsResponse>().topics;
  }
};

}  // namespace

TEST_CASE("a partition moves to other brokers once they are in sync and is listed until then", "[controller]") {
  Moving cluster;
  CHECK(cluster.listed().empty());
  REQUIRE(cluster.order({{b4, b5, b1}}).error_code == ErrorCode::none);
  CHECK(cluster.now().replicas == std::vector{b4, b5, b1, b2, b3});
  CHECK(cluster.now().adding() == std::vector{b4, b5});
  CHECK(cluster.now().removing() == std::vector{b2, b3});
  CHECK(cluster.now().leader == b1);
  CHECK(cluster.now().leader_epoch == LeaderEpoch{0});
  const auto all = cluster.listed();
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].partitions.size() == 1);
  CHECK(all[0].name == "orders");
  CHECK(all[0].partitions[0].replicas == std::vector{b4, b5, b1, b2, b3});
  CHECK(all[0].partitions[0].adding_replicas == std::vector{b4, b5});
  CHECK(all[0].partitions[0].removing_replicas == std::vector{b2, b3});
  CHECK(cluster.listed({{{"orders", {PartitionIndex{0}, PartitionIndex{9}}}, {"bills", {PartitionIndex{0}}}}}) == all);
  CHECK(cluster.listed({{{"orders", {}}}}).empty());

  REQUIRE(cluster.shrink(1, {1, 2, 3, 4}) == ErrorCode::none);
  CHECK(cluster.now().is_reassigning());
  REQUIRE(cluster.shrink(1, {1, 2, 3, 4, 5}) == ErrorCode::none);
  CHECK_FALSE(cluster.now().is_reassigning());
  CHECK(cluster.now().replicas == std::vector{b4, b5, b1});
  CHECK(cluster.now().isr == std::vector{b1, b4, b5});
  CHECK(cluster.now().leader == b1);
  CHECK(cluster.now().leader_epoch == LeaderEpoch{1});  // two replicas are none any more
  CHECK(cluster.listed().empty());
}

TEST_CASE("a leader that its own ISR change takes out of the replicas is told that there is a new one", "[controller]") {
  Moving cluster;
  REQUIRE(cluster.order({{b4, b5}}).error_code == ErrorCode::none);
  CHECK(cluster.shrink(1, {1, 2, 3, 4, 5}) == ErrorCode::new_leader_elected);
  CHECK(cluster.now().replicas == std::vector{b4, b5});
  CHECK(cluster.now().isr == std::vector{b4, b5});
  CHECK(cluster.now().leader == b4);
}

TEST_CASE("a reassignment that is given up takes the new replicas out and keeps the old ones", "[controller]") {
  Moving cluster;
  REQUIRE(cluster.order({{b4, b5}}).error_code == ErrorCode::none);
  REQUIRE(cluster.shrink(1, {1, 2, 3, 4}) == ErrorCode::none);
  REQUIRE(cluster.order(std::nullopt).error_code == ErrorCode::none);
  CHECK(cluster.now().replicas == std::vector{b1, b2, b3});
  CHECK(cluster.now().isr == std::vector{b1, b2, b3});
  CHECK_FALSE(cluster.now().is_reassigning());
  CHECK(cluster.now().leader == b1);
  CHECK(cluster.order(std::nullopt).error_code == ErrorCode::no_reassignment_in_progress);
}

TEST_CASE("a reassignment whose new replicas alone are in sync is given up only where unclean elections are allowed",
          "[controller]") {
  const bool allowed = GENERATE(false, true);
  Moving cluster{allowed ? Moving::Settings{{"unclean.leader.election.enable", "true"}} : Moving::Settings{}};
  REQUIRE(cluster.order({{b4, b5}}).error_code == ErrorCode::none);
  REQUIRE(cluster.shrink(1, {1, 4}) == ErrorCode::none);
  cluster.only({4});
  REQUIRE(cluster.now().isr == std::vector{b4});
  REQUIRE(cluster.now().is_reassigning());
  const auto told = cluster.order(std::nullopt);
  CHECK(told.error_code == (allowed ? ErrorCode::none : ErrorCode::invalid_replica_assignment));
  CHECK(cluster.now().is_reassigning() == !allowed);
}

TEST_CASE("a reassignment may be replaced by another one that takes away what the first was adding", "[controller]") {
  Moving cluster;
  REQUIRE(cluster.order({{b4, b5}}).error_code == ErrorCode::none);
  REQUIRE(cluster.order({{b1, b2, b4}}).error_code == ErrorCode::none);
  CHECK(cluster.now().replicas == std::vector{b1, b2, b4, b3, b5});
  CHECK(cluster.now().removing() == std::vector{b3, b5});
  REQUIRE(cluster.shrink(1, {1, 2, 3, 4}) == ErrorCode::none);
  CHECK(cluster.now().replicas == std::vector{b1, b2, b4});
  CHECK_FALSE(cluster.now().is_reassigning());
}

TEST_CASE("fewer replicas are in force at once", "[controller]") {
  Moving cluster;
  REQUIRE(cluster.order({{b2, b1}}).error_code == ErrorCode::none);
  CHECK(cluster.now().replicas == std::vector{b2, b1});
  CHECK(cluster.now().isr == std::vector{b1, b2});
  CHECK(cluster.now().leader == b1);
  CHECK_FALSE(cluster.now().is_reassigning());
}

TEST_CASE("how many replicas there are changes only where the request allows it", "[controller]") {
  Moving cluster;
  const auto strictly = [&cluster](std::vector<NodeId> replicas) {
    AlterPartitionReassignmentsRequest request{.allow_replication_factor_change = false};
    request.topics.push_back({"orders", {{PartitionIndex{0}, std::move(replicas)}}});
    return cluster.ask(request)->as<AlterPartitionReassignmentsResponse>().responses.at(0).partitions.at(0);
  };
  CHECK(strictly({b4, b5}).error_code == ErrorCode::invalid_replication_factor);
  REQUIRE(strictly({b4, b5, b1}).error_code == ErrorCode::none);
  REQUIRE(cluster.now().replicas.size() == 5);  // on the way: still three are meant
  CHECK(strictly({b4, b5, b2}).error_code == ErrorCode::none);
  CHECK(strictly({b4, b5}).error_code == ErrorCode::invalid_replication_factor);
}

TEST_CASE("a reassignment that makes no sense is refused", "[controller]") {
  Moving cluster;
  CHECK(cluster.order({{b1}}, "bills").error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(cluster.order(std::nullopt).error_code == ErrorCode::no_reassignment_in_progress);
  CHECK(cluster.order({std::vector<NodeId>{}}).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(cluster.order({{b1, b1, b2}}).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(cluster.order({{b1, b2, NodeId{9}}}).error_code == ErrorCode::invalid_replica_assignment);
  CHECK(cluster.now().replicas == std::vector{b1, b2, b3});
}
