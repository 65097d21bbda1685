#include "sim/frame/layout.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

FrameNode stand_in(NodeKind kind, std::string name, std::string rack = "", std::string group = "") {
  FrameNode node;
  node.kind = kind;
  node.name = std::move(name);
  node.rack = std::move(rack);
  node.group = std::move(group);
  return node;
}

// `racks` of them share out the brokers; 0: they have none.
std::vector<FrameNode> crowd(int brokers, int racks, int controllers, int producers, int consumers) {
  std::vector<FrameNode> nodes;
  for (int i = 0; i < brokers; ++i)
    nodes.push_back(stand_in(NodeKind::broker, "broker " + std::to_string(i + 1), racks ? std::string(1, static_cast<char>('a' + i % racks)) : ""));
  for (int i = 0; i < controllers; ++i) nodes.push_back(stand_in(NodeKind::controller, "controller " + std::to_string(3000 + i)));
  for (int i = 0; i < producers; ++i) nodes.push_back(stand_in(NodeKind::producer, "shop/" + std::to_string(i + 1)));
  for (int i = 0; i < consumers; ++i)
    nodes.push_back(stand_in(NodeKind::consumer, "reader/" + std::to_string(i + 1), "", i % 2 ? "odd" : "even"));
  lay_out(nodes);
  return nodes;
}

float nearest(const std::vector<FrameNode>& nodes) {
  float least = 2;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < nodes.size(); ++j)
      least = std::min(least, std::hypot(nodes[i].place.x - nodes[j].place.x, nodes[i].place.y - nodes[j].place.y));
  }
  return least;
}

}  // namespace

TEST_CASE("machines of a cluster stand apart and within the sheet whatever their number") {
  for (int brokers = 1; brokers <= 9; ++brokers) {
    for (int racks = 0; racks <= 3; ++racks) {
      for (const int controllers : {1, 3, 5}) {
        for (int clients = 0; clients <= 24; ++clients) {
          const auto nodes = crowd(brokers, racks, controllers, clients / 2, clients - clients / 2);
          CAPTURE(brokers, racks, controllers, clients);
          REQUIRE(nearest(nodes) >= 0.06F);
          for (const FrameNode& node : nodes) {
            REQUIRE(node.place.x >= 0.05F);
            REQUIRE(node.place.x <= 0.95F);
            REQUIRE(node.place.y >= 0.05F);
            REQUIRE(node.place.y <= 0.95F);
          }
        }
      }
    }
  }
}

TEST_CASE("controllers stand above brokers and brokers above clients") {
  const auto nodes = crowd(9, 3, 5, 12, 12);
  const auto range_of = [&nodes](auto is) {
    std::pair<float, float> range{2, -1};
    for (const FrameNode& node : nodes) {
      if (is(node.kind)) range = {std::min(range.first, node.place.y), std::max(range.second, node.place.y)};
    }
    return range;
  };
  const auto controllers = range_of([](NodeKind k) { return k == NodeKind::controller; });
  const auto brokers = range_of([](NodeKind k) { return k == NodeKind::broker; });
  const auto clients = range_of([](NodeKind k) { return k == NodeKind::producer || k == NodeKind::consumer; });
  CHECK(controllers.second + 0.1F < brokers.first);
  CHECK(brokers.second + 0.1F < clients.first);
}

TEST_CASE("up to six brokers stand in one row and up to eight clients do") {
  const auto rows = [](const std::vector<FrameNode>& nodes) {
    std::vector<float> ys;
    for (const FrameNode& node : nodes) {
      if (std::ranges::find(ys, node.place.y) == ys.end()) ys.push_back(node.place.y);
    }
    return ys.size();
  };
  CHECK(rows(crowd(6, 3, 0, 0, 0)) == 1);
  CHECK(rows(crowd(7, 3, 0, 0, 0)) == 2);
  CHECK(rows(crowd(0, 0, 0, 4, 4)) == 1);
  CHECK(rows(crowd(0, 0, 0, 4, 5)) == 2);
}

TEST_CASE("producers stand on the left and consumers on the right with the members of a group together") {
  const auto nodes = crowd(3, 0, 3, 3, 4);
  float last_producer = -1;
  float first_consumer = 2;
  std::vector<std::pair<float, std::string>> groups;
  for (const FrameNode& node : nodes) {
    if (node.kind == NodeKind::producer) last_producer = std::max(last_producer, node.place.x);
    if (node.kind != NodeKind::consumer) continue;
    first_consumer = std::min(first_consumer, node.place.x);
    groups.emplace_back(node.place.x, node.group);
  }
  CHECK(last_producer < first_consumer);
  std::ranges::sort(groups);
  CHECK(groups[0].second == groups[1].second);
  CHECK(groups[2].second == groups[3].second);
}

TEST_CASE("boxes of racks hold their brokers and no other and do not overlap") {
  for (const int brokers : {3, 5, 9}) {
    const auto nodes = crowd(brokers, 3, 3, 2, 2);
    const auto boxes = rack_boxes(nodes);
    REQUIRE(boxes.size() == 3);
    for (const RackBox& box : boxes) {
      for (const FrameNode& node : nodes) {
        const bool within = node.place.x > box.from.x && node.place.x < box.to.x && node.place.y > box.from.y && node.place.y < box.to.y;
        CHECK(within == (node.kind == NodeKind::broker && node.rack == box.rack));
      }
    }
    for (std::size_t i = 1; i < boxes.size(); ++i) CHECK(boxes[i - 1].to.x < boxes[i].from.x);
  }
}

TEST_CASE("brokers without a rack have no box") {
  CHECK(rack_boxes(crowd(3, 0, 1, 0, 0)).empty());
}

TEST_CASE("real clients and administrators stand between producers and consumers") {
  auto nodes = crowd(1, 0, 1, 1, 1);
  nodes.push_back(stand_in(NodeKind::real_clients, "real clients"));
  lay_out(nodes);
  CHECK(nodes[2].place.x < nodes[4].place.x);
  CHECK(nodes[4].place.x < nodes[3].place.x);
}
