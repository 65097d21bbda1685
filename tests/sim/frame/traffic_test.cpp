#include "sim/frame/traffic.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a fetch is replication between brokers and quorum traffic with a controller and else a client's") {
  CHECK(traffic_of(ApiKey::fetch, NodeKind::broker, NodeKind::broker) == Traffic2::replication);
  CHECK(traffic_of(ApiKey::fetch, NodeKind::broker, NodeKind::controller) == Traffic2::quorum);
  CHECK(traffic_of(ApiKey::fetch, NodeKind::controller, NodeKind::broker) == Traffic2::quorum);  // the answer
  CHECK(traffic_of(ApiKey::fetch, NodeKind::controller, NodeKind::controller) == Traffic2::quorum);
  CHECK(traffic_of(ApiKey::fetch, NodeKind::consumer, NodeKind::broker) == Traffic2::fetch);
  CHECK(traffic_of(ApiKey::fetch, NodeKind::broker, NodeKind::real_clients) == Traffic2::fetch);
  CHECK(traffic_of(ApiKey::offset_for_leader_epoch, NodeKind::broker, NodeKind::broker) == Traffic2::replication);
  CHECK(traffic_of(ApiKey::offset_for_leader_epoch, NodeKind::consumer, NodeKind::broker) == Traffic2::metadata);
}

TEST_CASE("other messages are told apart by their api") {
  const auto by_client = [](ApiKey api) { return traffic_of(api, NodeKind::producer, NodeKind::broker); };
  CHECK(by_client(ApiKey::produce) == Traffic2::produce);
  CHECK(by_client(ApiKey::init_producer_id) == Traffic2::produce);
  CHECK(by_client(ApiKey::metadata) == Traffic2::metadata);
  CHECK(by_client(ApiKey::list_offsets) == Traffic2::metadata);
  CHECK(by_client(ApiKey::find_coordinator) == Traffic2::group);
  CHECK(by_client(ApiKey::offset_commit) == Traffic2::group);
  CHECK(by_client(ApiKey::create_topics) == Traffic2::admin);
  CHECK(traffic_of(ApiKey::vote, NodeKind::controller, NodeKind::controller) == Traffic2::quorum);
  CHECK(traffic_of(ApiKey::broker_heartbeat, NodeKind::broker, NodeKind::controller) == Traffic2::control);
  CHECK(traffic_of(ApiKey::alter_partition, NodeKind::controller, NodeKind::broker) == Traffic2::control);
  CHECK(traffic_of(ApiKey::api_versions, NodeKind::broker, NodeKind::controller) == Traffic2::control);
}

TEST_CASE("hosts of a run are of the kind that the scenario gives them") {
  const Simulation run = formed(scenario(alone(R"("consumers": [{"group": "g", "topics": ["t"]}, {"assign": ["t-0"]}], )")));
  const std::vector<NodeKind> kinds = kinds_of_hosts(run);
  REQUIRE(kinds.size() == run.world().host_count());
  std::map<NodeKind, int> counts;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CHECK(kind_of(HostId{static_cast<std::int32_t>(i)}, run) == kinds[i]);
    ++counts[kinds[i]];
  }
  CHECK(counts[NodeKind::broker] == 1);
  CHECK(counts[NodeKind::controller] == 1);
  CHECK(counts[NodeKind::producer] == 1);
  CHECK(counts[NodeKind::consumer] == 2);
  CHECK(counts[NodeKind::admin] == 1);  // who creates the topics
}
