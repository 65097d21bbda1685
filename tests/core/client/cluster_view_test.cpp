#include "core/client/cluster_view.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct Watcher {  // nothing but a channel and a view
  explicit Watcher(ClientConfig config = {})
      : channel{0, channel_options(identity(), config, 5)}, view{{endpoint_of(1), endpoint_of(2)}, config} {}
  void step(const Input& in, Env& env) {
    if (const auto* started = std::get_if<Started>(&in)) channel.start(*started);
    for (const Completion& done : channel.step(in, env)) (void)view.take(done, env);
    view.pump(channel, env);
  }
  [[nodiscard]] std::optional<Instant> next_deadline() const {
    const auto a = channel.next_deadline();
    const auto b = view.next_deadline();
    return a && b ? std::min(a, b) : a ? a : b;
  }
  RequestChannel channel;
  ClusterView view;
};

struct ViewRig {
  explicit ViewRig(ClientConfig config = {}) : bench{Watcher{config}} {
    cluster.add_topic("orders", 2);
    bench.machine.view.add_topic("orders");
    bench.start();
  }
  ModelCluster cluster;
  Bench<Watcher> bench;
};

}  // namespace

TEST_CASE("a client learns brokers and leaders and topic ids from a bootstrap server") {
  ViewRig rig;
  REQUIRE(rig.bench.waiting<MetadataRequest>() == 1);
  CHECK_FALSE(rig.bench.machine.view.was_answered("orders"));
  rig.cluster.serve(rig.bench);
  const ClusterView& view = rig.bench.machine.view;
  REQUIRE(view.topic("orders"));
  CHECK(view.topic("orders")->id == rig.cluster.topics.at("orders").id);
  CHECK(view.partition({"orders", PartitionIndex{1}}).leader == NodeId{2});
  CHECK(view.endpoint(NodeId{3}) == endpoint_of(3));
  CHECK(view.was_answered("orders"));
  CHECK_FALSE(view.topic("other"));
}

TEST_CASE("metadata is refreshed when it has reached its greatest age and not before") {
  ViewRig rig;
  rig.cluster.serve(rig.bench);
  rig.bench.run_for(milliseconds(299'999));
  CHECK(rig.bench.waiting<MetadataRequest>() == 0);
  rig.bench.run_for(milliseconds(2));
  CHECK(rig.bench.waiting<MetadataRequest>() == 1);
}

TEST_CASE("a leader epoch older than the known one is ignored") {
  ViewRig rig;
  rig.cluster.serve(rig.bench);
  ClusterView& view = rig.bench.machine.view;
  CHECK(view.update_leader(orders0, LeaderIdAndEpoch{NodeId{3}, LeaderEpoch{4}}, {}));
  CHECK_FALSE(view.update_leader(orders0, LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{4}}, {}));
  view.request_update();
  rig.cluster.run_for(rig.bench, seconds(1));  // the answer still tells epoch 0
  CHECK(view.partition(orders0).leader == NodeId{3});
  CHECK(view.partition(orders0).leader_epoch == LeaderEpoch{4});
}

TEST_CASE("a topic that was made anew begins with the leader epochs of its new id") {
  ViewRig rig;
  rig.cluster.serve(rig.bench);
  ClusterView& view = rig.bench.machine.view;
  CHECK(view.update_leader(orders0, LeaderIdAndEpoch{NodeId{3}, LeaderEpoch{4}}, {}));
  rig.cluster.topics.at("orders").id = Uuid{9, 77};
  view.request_update();
  rig.cluster.run_for(rig.bench, seconds(1));
  CHECK(view.partition(orders0).leader_epoch == LeaderEpoch{0});
  CHECK(view.topic("orders")->id == Uuid{9, 77});
}

TEST_CASE("refreshes that bring nothing new come further and further apart up to a second") {
  ViewRig rig;
  rig.cluster.topics.clear();  // the topic does not exist: the client keeps asking
  rig.cluster.run_for(rig.bench, seconds(1));
  const int early = rig.cluster.handled[ApiKey::metadata];
  CHECK(early >= 3);
  CHECK(early <= 8);
  rig.cluster.run_for(rig.bench, seconds(20));
  const int late = rig.cluster.handled[ApiKey::metadata] - early;
  CHECK(late >= 18);
  CHECK(late <= 26);
}

TEST_CASE("when every known broker refuses the client goes back to its bootstrap servers") {
  ClientConfig config;
  config.reconnect_backoff = seconds(100);
  config.reconnect_backoff_max = seconds(100);
  ViewRig rig{config};
  rig.cluster.serve(rig.bench);
  rig.bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  rig.bench.disconnect_all();
  rig.bench.machine.view.request_update();
  rig.bench.run_for(seconds(10));
  CHECK(rig.bench.waiting<MetadataRequest>() == 0);
  rig.bench.down.clear();
  rig.bench.run_for(seconds(200));
  CHECK(rig.bench.waiting<MetadataRequest>() == 1);
}

TEST_CASE("a partition without leader makes the client ask again") {
  ViewRig rig;
  const Sent sent = *rig.bench.take<MetadataRequest>();
  auto answer = rig.cluster.handle(sent)->as<MetadataResponse>();
  answer.topics.front().partitions.front().leader_id.reset();
  rig.bench.answer(sent, answer);
  CHECK_FALSE(rig.bench.machine.view.partition(orders0).leader);
  rig.bench.run_for(milliseconds(200));
  CHECK(rig.bench.waiting<MetadataRequest>() == 1);
}
