#pragma once
// What the tests of the topology share: scenarios of large clusters, and Frames made by hand.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/message/message.hpp"
#include "sim/frame/frame.hpp"
#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz::test {

inline std::string large_cluster(int brokers, int controllers, int producers, int consumers) {
  return fmt::format(R"({{"name": "large", "seed": 3, "duration": "5s", "cluster": {{"brokers": {}, "controllers": {}, "profile": "fast"}},
    "topics": [{{"name": "orders", "partitions": 6, "replication_factor": 3}}],
    "producers": [{{"id": "shop", "topic": "orders", "count": {}, "rate": "20/s"}}],
    "consumers": [{{"group": "analytics", "topics": ["orders"], "count": {}}}],
    "timeline": [{{"at": "1s", "slow_disk": {{"broker": 1, "times": 20}}}}, {{"at": "1s", "crash": 3}}]}})",
                     brokers, controllers, producers, consumers);
}

inline sim::FrameNode node_at(int host, sim::NodeKind kind, std::string name, float x, float y) {
  sim::FrameNode node;
  node.host = HostId{static_cast<HostId::rep>(host)};
  node.kind = kind;
  node.state = sim::NodeState::running;
  node.name = std::move(name);
  if (kind == sim::NodeKind::broker) node.id = NodeId{host};
  node.place = {x, y};
  return node;
}

inline sim::FrameMessage message_of(ApiKey api, sim::Traffic2 traffic, std::size_t from, std::size_t to, const sim::Frame& frame) {
  sim::FrameMessage m;
  m.from = frame.nodes[from].host;
  m.to = frame.nodes[to].host;
  m.api = api;
  m.traffic = traffic;
  m.progress = 0.5F;
  return m;
}

inline sim::Frame three_brokers() {
  sim::Frame frame;
  frame.nodes = {node_at(1, sim::NodeKind::broker, "broker 1", 0.2F, 0.5F), node_at(2, sim::NodeKind::broker, "broker 2", 0.5F, 0.5F),
                 node_at(3, sim::NodeKind::broker, "broker 3", 0.8F, 0.5F)};
  return frame;
}

}  // namespace kafkasim::viz::test
