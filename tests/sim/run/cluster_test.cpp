#include "sim/run/cluster.hpp"

#include <catch2/catch.hpp>

#include "core/broker/broker.hpp"
#include "core/controller/controller.hpp"
#include "sim/workload/consuming_app.hpp"
#include "sim/workload/producing_app.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

constexpr const char* text = R"({"name": "c", "duration": "10s",
  "cluster": {"brokers": [2, 5, 7], "controllers": 3, "racks": ["a", "b"], "config": {"num.io.threads": 3, "min.insync.replicas": 2},
              "overrides": [{"broker": 5, "disk": {"capacity": "1GiB"}}]},
  "network": {"latency": "1ms..2ms", "bandwidth": "1MiB/s",
              "links": [{"between": ["rack:a", "rack:b"], "latency": "5ms"}, {"between": ["shop", "all brokers"], "bandwidth": "2KiB/s"}]},
  "topics": [{"name": "t", "replication_factor": 3}, {"name": "u", "replication_factor": 2, "config": {"min.insync.replicas": 1}}],
  "producers": [{"id": "shop", "topic": "t", "rate": "1/s", "count": 2, "from": "3s", "rack": "b"},
                {"id": "hand", "topic": "t", "config": {"acks": 1}}],
  "consumers": [{"group": "g", "topics": ["t"], "count": 2}, {"group": "g", "topics": ["t"], "from": "4s"}, {"id": "r", "assign": ["t-0"]}]
})";

struct Made {
  explicit Made(const std::shared_ptr<const Scenario>& scenario_)
      : scenario{scenario_}, world{1, WireMode::fast, everywhere(scenario_->network)} {
    cluster = add_nodes(*scenario, world);
    add_clients(*scenario, Instant{} + seconds(100), world, cluster);
  }
  std::shared_ptr<const Scenario> scenario;
  World world;
  Cluster cluster;
};

}  // namespace

TEST_CASE("brokers and controllers are hosts with the scenario's ids and racks and disks") {
  const Made made{scenario(text)};
  CHECK(made.cluster.brokers.size() == 3);
  CHECK(made.cluster.controllers.size() == 3);
  const HostSpec& five = made.world.spec(*made.cluster.node(NodeId{5}));
  CHECK(five.name == "broker-5");
  CHECK(five.rack == "b");
  CHECK(five.disk.capacity == 1ULL << 30);
  CHECK(five.threads.request == 3);
  REQUIRE(five.endpoint.has_value());
  CHECK(made.world.spec(*made.cluster.node(NodeId{7})).rack == "a");
  const HostSpec& controller = made.world.spec(*made.cluster.node(NodeId{3001}));
  CHECK_FALSE(controller.rack.has_value());
  CHECK(controller.endpoint != five.endpoint);
  CHECK_FALSE(made.cluster.node(NodeId{1}).has_value());
  for (std::size_t i = 0; i < made.world.host_count(); ++i)
    CHECK_FALSE(made.world.is_up(HostId{static_cast<std::int32_t>(i)}));
}

TEST_CASE("a host's process is the machine of its kind") {
  Made made{scenario(text)};
  const HostId broker = *made.cluster.node(NodeId{2});
  const HostId controller = *made.cluster.node(NodeId{3000});
  const HostId shop = made.cluster.client("shop/1")->host;
  const HostId hand = made.cluster.client("hand")->host;
  const HostId reader = made.cluster.client("r")->host;
  for (const HostId host : {broker, controller, shop, hand, reader}) made.world.start(host);
  (void)made.world.run_until(made.world.now() + milliseconds(1));
  CHECK(made.world.machine<Broker>(broker) != nullptr);
  CHECK(made.world.machine<Controller>(controller) != nullptr);
  CHECK(made.world.machine<ProducingApp>(shop) != nullptr);
  CHECK(made.world.machine<HandProducerApp>(hand) != nullptr);
  CHECK(made.world.machine<ConsumingApp>(reader) != nullptr);
}

TEST_CASE("clients are numbered where there are several and members of a group over all entries") {
  const Made made{scenario(text)};
  std::vector<std::string> names;
  for (const ClientHost& client : made.cluster.clients) names.push_back(client.name);
  CHECK(names == std::vector<std::string>{"shop/1", "shop/2", "hand", "g/1", "g/2", "g/3", "r"});
  CHECK(made.cluster.client("g/3")->from == seconds(4));
  CHECK(made.cluster.client("g/3")->owner == "g");
  CHECK(made.cluster.client("g/3")->kind == ClientKind::group_member);
  CHECK(made.cluster.client("r")->kind == ClientKind::assigned_consumer);
  CHECK(made.cluster.client("shop/2")->from == seconds(3));
  CHECK(made.cluster.client("hand")->from == Duration{});
  CHECK(made.cluster.client("nobody") == nullptr);
  CHECK(made.world.spec(made.cluster.client("shop/2")->host).rack == "b");
}

TEST_CASE("a produce entry without a producer brings one of its own") {
  const auto by_hand = scenario(text, {{"/timeline", R"([{"at": "1s", "produce": {"topic": "t", "value": "v"}}])"}});
  const Made made{by_hand};
  REQUIRE(made.cluster.client("by-hand") != nullptr);
  CHECK(Made{scenario(text)}.cluster.client("by-hand") == nullptr);
}

TEST_CASE("links stand between racks and hosts with what they do not say as everywhere") {
  const Made made{scenario(text)};
  const Topology& topology = made.world.network().topology();
  CHECK(topology.everywhere().least == milliseconds(1));
  CHECK(topology.everywhere().bytes_per_second == 1ULL << 20);
  const auto racks = topology.link(Rack{"a"}, Rack{"b"});
  REQUIRE(racks.has_value());
  CHECK(racks->least == milliseconds(5));
  CHECK(racks->bytes_per_second == 1ULL << 20);
  for (const auto& [id, broker] : made.cluster.brokers) {
    for (const char* name : {"shop/1", "shop/2"}) {
      const auto link = topology.link(made.cluster.client(name)->host, broker);
      REQUIRE(link.has_value());
      CHECK(link->bytes_per_second == 2048);
      CHECK(link->most == milliseconds(2));
    }
    CHECK_FALSE(topology.link(made.cluster.client("hand")->host, broker).has_value());
  }
}

TEST_CASE("checks know who is who and what each topic promises") {
  const Made made{scenario(text)};
  const Subjects subjects = subjects_of(*made.scenario, made.cluster);
  CHECK(subjects.nodes.at(*made.cluster.node(NodeId{5})) == NodeId{5});
  CHECK(subjects.controllers == std::set{NodeId{3000}, NodeId{3001}, NodeId{3002}});
  CHECK(subjects.min_insync_replicas.at("t") == 2);
  CHECK(subjects.min_insync_replicas.at("u") == 1);
  REQUIRE(subjects.clients.size() == made.cluster.clients.size());
  CHECK(subjects.clients[0].name == "shop/1");
  CHECK(subjects.clients[0].acks_all);
  CHECK(subjects.clients[0].idempotent);
  CHECK(subjects.clients[2].name == "hand");
  CHECK_FALSE(subjects.clients[2].acks_all);
  CHECK_FALSE(subjects.clients[2].idempotent);
  CHECK_FALSE(subjects.clients[2].ordered);
}

TEST_CASE("the final reader stands outside of the racks and has no ordinal of another") {
  Made made{scenario(text)};
  const std::size_t before = made.world.host_count();
  const HostId reader = add_final_reader(*made.scenario, made.world, {{"t", PartitionIndex{0}}}, made.cluster);
  CHECK(made.world.host_count() == before + 1);
  CHECK(made.world.spec(reader).name == "final-reader");
  CHECK_FALSE(made.world.spec(reader).rack.has_value());
  CHECK(made.cluster.client("final-reader") == nullptr);
  CHECK(subjects_of(*made.scenario, made.cluster).client_name(reader) == "final-reader");
}

TEST_CASE("the checks know what a client owes and reads") {
  const Made made{scenario(text)};
  const Subjects subjects = subjects_of(*made.scenario, made.cluster);
  REQUIRE(subjects.clients[0].delivery_timeout.has_value());
  CHECK(*subjects.clients[0].delivery_timeout == seconds(120));
  for (std::size_t i = 0; i < subjects.clients.size(); ++i)
    CHECK(subjects.client_at(made.cluster.clients[i].host) == &subjects.clients[i]);
}

TEST_CASE("a combined node is one host with two listeners and both machines") {
  Made made{scenario(R"({"name": "c", "duration": "10s", "cluster": {"brokers": 4, "controllers": 0}})")};
  CHECK(made.cluster.brokers.size() == 4);
  CHECK(made.cluster.controllers.size() == 3);
  const HostId one = *made.cluster.node(NodeId{1});
  CHECK(made.cluster.controllers.at(NodeId{1}) == one);
  CHECK(made.world.spec(one).endpoint != made.world.spec(one).second_endpoint);
  const HostId four = *made.cluster.node(NodeId{4});
  CHECK_FALSE(made.world.spec(four).second_endpoint.has_value());
  for (const auto& [id, host] : made.cluster.brokers) made.world.start(host);
  (void)made.world.run_until(made.world.now() + milliseconds(1));
  CHECK(made.world.machine<Broker>(one) != nullptr);
  CHECK(made.world.machine<Controller>(one) != nullptr);
  CHECK(made.world.machine<Broker>(four) != nullptr);
  CHECK(made.world.machine<Controller>(four) == nullptr);
}
