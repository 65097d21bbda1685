#include "core/model/throttled_replicas.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "core/model/config.hpp"

using namespace kafkasim;

TEST_CASE("throttled replicas are all or pairs of partition and broker or nothing") {
  for (const std::string good : {"", "*", " * ", "0:1", "0:1,1:2", "0:1, 1:2 ,", "2147483647:7"}) {
    INFO(good);
    CHECK(check_throttled_replicas("x", good));
  }
  for (const std::string bad : {"1", "0:1,*", "0:1:2", ":", "0:", ":1", "-1:2", "0:-2", "a:b", "0:1;1:2", "2147483648:1", "0:1 1:2", "* *", "+1:2"}) {
    INFO(bad);
    CHECK_FALSE(check_throttled_replicas("x", bad));
  }
  CHECK_FALSE(check_throttled_replicas("x", std::string(2'000'000, ',')));
}

TEST_CASE("of throttled replicas a broker takes those that name it") {
  const ThrottledPartitions of_2 = throttled_partitions("0:1,1:2,2:3, 3:2", NodeId{2});
  CHECK_FALSE(of_2.all);
  CHECK(of_2.partitions == std::set{PartitionIndex{1}, PartitionIndex{3}});
  CHECK(of_2.contains(PartitionIndex{3}));
  CHECK_FALSE(of_2.contains(PartitionIndex{0}));
  CHECK(throttled_partitions("*", NodeId{2}).contains(PartitionIndex{17}));
  CHECK(throttled_partitions("", NodeId{2}).empty());
  CHECK(throttled_partitions("0:1", NodeId{2}).empty());
}

TEST_CASE("throttled replicas are a list setting of topics that may be long and their rates are dynamic ones of brokers") {
  TopicConfig topic;
  std::string many = "0:1";
  for (int i = 1; i < 1'000; ++i) many += "," + std::to_string(i) + ":1";
  CHECK(set(topic, "leader.replication.throttled.replicas", many));
  CHECK(topic.leader_throttled_replicas == many);
  CHECK_FALSE(set(topic, "follower.replication.throttled.replicas", std::string{"0"}));
  CHECK(topic.follower_throttled_replicas.empty());
  CHECK(is_list_setting("follower.replication.throttled.replicas"));
  for (const std::string rate : {"leader.replication.throttled.rate", "follower.replication.throttled.rate"}) {
    NodeConfig node;
    CHECK(is_dynamic_node_setting(rate));
    CHECK(set(node, rate, std::int64_t{1'000'000}));
    CHECK_FALSE(set(node, rate, std::int64_t{-1}));
  }
  CHECK_FALSE(is_dynamic_node_setting("replication.quota.window.num"));
}
