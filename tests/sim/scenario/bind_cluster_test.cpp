#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("brokers are numbered from 1 and controllers from 3000") {
  const Scenario s = good(head + R"("cluster": {"brokers": 4, "controllers": 1}})");
  REQUIRE(s.cluster.brokers.size() == 4);
  CHECK(s.cluster.brokers[0].id == NodeId{1});
  CHECK(s.cluster.brokers[3].id == NodeId{4});
  REQUIRE(s.cluster.controllers.size() == 1);
  CHECK(s.cluster.controllers[0].id == NodeId{3000});
  CHECK(good(head + R"("cluster": {"brokers": [7, 2]}})").cluster.brokers[0].id == NodeId{2});
}

TEST_CASE("the fast profile shortens Kafka's timers and the config overrides it") {
  const Scenario s =
      good(head + R"("cluster": {"brokers": 1, "profile": "fast", "config": {"broker.heartbeat.interval.ms": 300}},
    "topics": [{"name": "t"}], "consumers": [{"group": "g", "topics": ["t"]}]})");
  const NodeConfig& config = s.cluster.brokers[0].config;
  CHECK(config.broker_session_timeout == milliseconds(900));
  CHECK(config.broker_heartbeat_interval == milliseconds(300));
  CHECK(config.replica_lag_time_max == milliseconds(3'000));
  CHECK(config.quorum_fetch_timeout == milliseconds(400));
  CHECK(config.quorum_election_timeout == milliseconds(200));
  CHECK(s.consumers[0].config.session_timeout == milliseconds(3'000));
  CHECK(config.group_min_session_timeout == milliseconds(3'000));
}

TEST_CASE("internal topics have three replicas where there are brokers for them") {
  CHECK(good(head + R"("cluster": {"brokers": 2}})").cluster.brokers[0].config.offsets_topic_replication_factor == 2);
  CHECK(good(head + R"("cluster": {"brokers": 5}})").cluster.brokers[0].config.offsets_topic_replication_factor == 3);
  const std::string set = R"("cluster": {"brokers": 5, "config": {"offsets.topic.replication.factor": 1}}})";
  CHECK(good(head + set).cluster.brokers[0].config.offsets_topic_replication_factor == 1);
}

TEST_CASE("racks go round the brokers and an override changes one of them") {
  const Scenario s =
      good(head + R"("cluster": {"brokers": 3, "racks": ["a", "b"], "disk": {"capacity": "1GiB", "sync": "1ms"},
    "overrides": [{"broker": 3, "disk": {"write": "20MiB/s"}, "config": {"num.io.threads": 2}}]}})");
  CHECK(s.cluster.brokers[2].rack == "a");
  CHECK(s.cluster.brokers[1].rack == "b");
  CHECK(s.cluster.brokers[2].disk.write_per_second == std::uint64_t{20} << 20);
  CHECK(s.cluster.brokers[2].disk.capacity == std::uint64_t{1} << 30);
  CHECK(s.cluster.brokers[2].config.num_io_threads == 2);
  CHECK(s.cluster.brokers[0].config.num_io_threads == 8);
}

TEST_CASE("links stand between racks and nodes and clients") {
  const Scenario s = good(world + R"("network": {"latency": "1ms..2ms", "bandwidth": "1MiB/s",
    "links": [{"between": ["rack:a", "rack:b"], "latency": "3ms"}, {"between": ["shop", 2], "bandwidth": "1kB/s"}]}})");
  CHECK(s.network.latency == Range<Duration>{milliseconds(1), milliseconds(2)});
  REQUIRE(s.network.links.size() == 2);
  CHECK(s.network.links[0].a.kind == LinkEndKind::rack);
  CHECK(s.network.links[1].a.name == "shop");
  CHECK(s.network.links[1].b.node == NodeId{2});
  CHECK(s.network.links[1].bytes_per_s == 1000);
}

TEST_CASE("faults of the cluster stand at their place") {
  check_error(head + R"("cluster": {@"brokerz": 3, "brokers": 3}})", "/cluster/brokerz",
              "unknown key 'brokerz', did you mean 'brokers'?");
  check_error(head + R"("cluster": @{}})", "/cluster", "'brokers' is missing");
  check_error(head + R"("cluster": {"brokers": @0}})", "/cluster/brokers", "this must be between 1 and 500");
  check_error(head + R"("cluster": {"brokers": [1, 2, @1]}})", "/cluster/brokers/2", "there are two brokers 1");
  check_error(head + R"("cluster": {"brokers": @"three"}})", "/cluster/brokers",
              "'brokers' must be a number of brokers, or a list of their ids");
  check_error(head + R"("cluster": {"brokers": 3, "controllers": @2}})", "/cluster/controllers",
              "the number of controllers must be odd: 1, 3 or 5, or 0 for combined nodes");
  check_error(head + R"("cluster": {"brokers": 3, "profile": @"fats"}})", "/cluster/profile",
              "'fats' is none of 'default', 'fast', did you mean 'fast'?");
  CHECK(good(head + R"("cluster": {"brokers": 3, "legacy": ["hw-truncate-loss"]}})").cluster.legacy.size() == 1);
  check_error(head + R"("cluster": {"brokers": 3, "legacy": [@"hw"]}})", "/cluster/legacy/0",
              "there is no legacy behaviour 'hw'");
  check_error(head + R"("cluster": {"brokers": 3, "overrides": [{"broker": @4}]}})", "/cluster/overrides/0/broker",
              "there is no broker 4");
  check_error(head + R"("cluster": {"brokers": 3, "disk": {"write": @"5MiB"}}})", "/cluster/disk/write",
              "'5MiB' is not a rate like \"100MiB/s\"");
  check_error(world + R"("network": {"links": [{"between": ["rack:a", @"rack:x"]}]}})", "/network/links/0/between/1",
              "there is no rack 'x', did you mean 'a'?");
  check_error(world + R"x("network": {"links": [{"between": ["rack:a", @"leader(orders-0)"]}]}})x",
              "/network/links/0/between/1",
              "a link stands from the beginning: its end is a rack (\"rack:a\"), an id, a client, 'all brokers' or "
              "'all controllers'");
}

TEST_CASE("what makes a disk cheap can be turned off and the page cache has a size") {
  const auto disk = [](const std::string& members) {
    return good(head + R"("cluster": {"brokers": 1, "disk": {)" + members + "}}}").cluster.brokers[0].disk;
  };
  CHECK(disk("") == DiskSpec{});
  CHECK(disk(R"("page_cache": false)").page_cache == 0);
  CHECK(disk(R"("page_cache": true)").page_cache == DiskSpec{}.page_cache);
  CHECK(disk(R"("page_cache": "64MiB")").page_cache == 64U << 20);
  CHECK(disk(R"("zero_copy": false)").zero_copy == Switch::off);
  CHECK(disk(R"("sequential": false)").sequential == Switch::off);
  check_error(head + R"("cluster": {"brokers": 1, "disk": {"page_cache": @5}}})", "/cluster/disk/page_cache",
              "this must be a string, not a whole number");
}

TEST_CASE("without controllers the first three brokers are combined nodes with their racks and settings") {
  const Scenario scenario = good(head + R"("cluster": {"brokers": [2, 4, 6, 8], "controllers": 0, "racks": ["a", "b"],
    "overrides": [{"broker": 4, "config": {"num.io.threads": 3}}]}})");
  const ClusterSpec& cluster = scenario.cluster;
  REQUIRE(cluster.controllers.size() == 3);
  CHECK(cluster.controllers[1].id == NodeId{4});
  CHECK(cluster.controllers[1].rack == "b");
  CHECK(cluster.controllers[1].config.num_io_threads == 3);
  CHECK(is_combined(cluster, NodeId{6}));
  CHECK_FALSE(is_combined(cluster, NodeId{8}));
  CHECK(nodes_text(cluster) == "4 brokers, 3 of them controllers too");
  CHECK(good(head + R"("cluster": {"brokers": 2, "controllers": 0}})").cluster.controllers.size() == 2);
  const ClusterSpec separate = good(head + R"("cluster": {"brokers": 3}})").cluster;
  CHECK_FALSE(is_combined(separate, NodeId{1}));
  CHECK_FALSE(is_combined(separate, NodeId{3000}));
  CHECK(nodes_text(separate) == "3 brokers, 3 controllers");
}

TEST_CASE("spare controllers stand behind the voters and need voters that may change") {
  const auto cluster = [](const std::string& rest) { return head + R"("cluster": {"brokers": 1, )" + rest + "}}"; };
  const Scenario scenario = good(cluster(R"("spare_controllers": 2, "features": {"kraft_version": 1})"));
  REQUIRE(scenario.cluster.controllers.size() == 5);
  CHECK(scenario.cluster.controllers.back().id == NodeId{3004});
  CHECK(scenario.cluster.spare_controllers == 2);
  CHECK(scenario.cluster.features.kraft_version == 1);
  CHECK(nodes_text(scenario.cluster) == "1 broker, 5 controllers, 2 of them spare");
  CHECK(good(cluster(R"("controllers": 1)")).cluster.features.kraft_version == 0);
  check_error(cluster(R"("spare_controllers": @1)"), "/cluster/spare_controllers",
              R"(spare controllers can become voters only with "features": {"kraft_version": 1})");
  check_error(cluster(R"("controllers": 0, "spare_controllers": @1, "features": {"kraft_version": 1})"), "/cluster/spare_controllers",
              "combined nodes have no spare controllers");
  check_error(cluster(R"("features": {"kraft_version": @2})"), "/cluster/features/kraft_version", "this must be between 0 and 1");
}
