#include "sim/frame/frame.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("a frame finds its nodes and partitions and groups by their names") {
  Frame frame;
  FrameNode broker;
  broker.host = HostId{4};
  broker.id = NodeId{1};
  broker.name = "broker 1";
  FrameNode shop;
  shop.host = HostId{7};
  shop.name = "shop";
  frame.nodes = {broker, shop};
  FramePartition partition;
  partition.name = {"orders", PartitionIndex{2}};
  frame.partitions = {partition};
  FrameGroup group;
  group.name = "analytics";
  frame.groups = {group};

  CHECK(frame.node(HostId{7}) == &frame.nodes[1]);
  CHECK(frame.node(NodeId{1}) == &frame.nodes[0]);
  CHECK(frame.node("shop") == &frame.nodes[1]);
  CHECK(frame.partition({"orders", PartitionIndex{2}}) == &frame.partitions[0]);
  CHECK(frame.group("analytics") == &frame.groups[0]);
  CHECK(frame.node(HostId{1}) == nullptr);
  CHECK(frame.node(NodeId{7}) == nullptr);
  CHECK(frame.node("till") == nullptr);
  CHECK(frame.partition({"orders", PartitionIndex{1}}) == nullptr);
  CHECK(frame.group("audit") == nullptr);
}

TEST_CASE("a partition is under-replicated while its ISR lacks an assigned replica") {
  FramePartition partition;
  partition.assigned = {NodeId{1}, NodeId{2}};
  partition.isr = {NodeId{1}};
  CHECK(partition.under_replicated());
  partition.isr = partition.assigned;
  CHECK_FALSE(partition.under_replicated());
}

TEST_CASE("every kind of traffic has a name of its own") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(Traffic2::admin); ++kind) names.insert(traffic_name(static_cast<Traffic2>(kind)));
  CHECK(names.size() == 8);
  CHECK_FALSE(names.contains(""));
}
