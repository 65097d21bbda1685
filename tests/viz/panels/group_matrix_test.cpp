#include "viz/panels/group_matrix.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::viz {

namespace {

sim::Frame frame_of_group(std::int32_t partitions, std::int32_t members) {
  sim::Frame frame;
  sim::FrameGroup group;
  group.name = "analytics";
  group.state = "Stable";
  for (std::int32_t i = 0; i < members; ++i) group.members.push_back({"id", "analytics/" + std::to_string(i + 1), {}});
  for (std::int32_t i = 0; i < partitions; ++i) {
    sim::FramePartition partition;
    partition.name = {"orders", PartitionIndex{i}};
    if (members > 0 && i < members) group.members[static_cast<std::size_t>(i)].partitions.push_back(partition.name);
    partition.readers.push_back({"analytics", "", Offset{100}, Offset{104}, 12});
    group.progress.push_back({partition.name, Offset{100}, Offset{112}});
    frame.partitions.push_back(std::move(partition));
  }
  frame.groups.push_back(std::move(group));
  return frame;
}

}  // namespace

TEST_CASE("a group's table has all partitions of its topics and knows which nobody reads", "[viz][groups]") {
  sim::Frame frame = frame_of_group(3, 2);
  frame.groups[0].progress.clear();  // then the assignment alone tells the topic
  const GroupMatrix matrix = group_matrix(frame, frame.groups[0]);
  REQUIRE(matrix.columns.size() == 3);
  CHECK(matrix.columns[0].owner == std::size_t{0});
  CHECK(matrix.columns[1].owner == std::size_t{1});
  CHECK_FALSE(matrix.columns[2].owner);
  CHECK(matrix.unassigned == 1);
  REQUIRE(matrix.topics.size() == 1);
  CHECK(matrix.topics[0].columns == 3);
}

TEST_CASE("a column tells what is committed and read and how much is left", "[viz][groups]") {
  const sim::Frame frame = frame_of_group(1, 1);
  const GroupColumn column = group_matrix(frame, frame.groups[0]).columns.front();
  CHECK(column.committed == Offset{100});
  CHECK(column.position == Offset{104});
  CHECK(column.end == Offset{112});
  CHECK(column.lag == 12);
}

TEST_CASE("members beyond the number of partitions are idle and say why", "[viz][groups]") {
  sim::Frame frame = frame_of_group(2, 3);
  CHECK(idle_text(frame.groups[0], group_matrix(frame, frame.groups[0]), 0).empty());
  CHECK(idle_text(frame.groups[0], group_matrix(frame, frame.groups[0]), 2) == "idle: more members than partitions");
  frame.groups[0].state = "PreparingRebalance";
  CHECK(idle_text(frame.groups[0], group_matrix(frame, frame.groups[0]), 2) == "waits for its partitions");
  CHECK(calm_of(frame.groups[0]) == GroupCalm::rebalancing);
}

TEST_CASE("the bars of a group share a round span that holds the largest lag", "[viz][groups]") {
  sim::Frame frame = frame_of_group(2, 2);
  frame.partitions[1].readers[0].lag = 130;
  const GroupMatrix matrix = group_matrix(frame, frame.groups[0]);
  CHECK(matrix.span == 200);
  CHECK(short_count(812) == "812");
  CHECK(short_count(12'345) == "12.3k");
  CHECK(short_count(4'100'000) == "4.1M");
}

}  // namespace kafkasim::viz
