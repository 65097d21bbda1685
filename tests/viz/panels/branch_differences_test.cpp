#include "viz/panels/branch_differences.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::viz {

namespace {

sim::FramePartition compared_partition(std::int32_t leader, std::int64_t end) {
  sim::FramePartition partition;
  partition.name = {"orders", PartitionIndex{0}};
  partition.leader = NodeId{leader};
  partition.isr = {NodeId{1}, NodeId{2}};
  for (const std::int32_t node : {1, 2}) {
    sim::FrameReplica replica;
    replica.node = NodeId{node};
    replica.state = node == leader ? sim::ReplicaState::leader : sim::ReplicaState::follower;
    replica.log_end = Offset{end};
    replica.high_watermark = Offset{end - 2};
    partition.replicas.push_back(replica);
  }
  return partition;
}

const DifferenceRow& row_of(const DifferenceTable& table, const std::string& name) {
  for (const DifferenceRow& row : table.rows) {
    if (row.name == name) return row;
  }
  FAIL("no row " + name);
  return table.rows.front();
}

}  // namespace

TEST_CASE("partitions that are alike in both branches differ in nothing", "[viz][compare]") {
  const sim::FramePartition a = compared_partition(1, 20);
  CHECK_FALSE(partition_table(&a, &a).differs());
  CHECK_FALSE(logs_differ(&a, &a));
}

TEST_CASE("what differs of a partition is told with the better value", "[viz][compare]") {
  const sim::FramePartition a = compared_partition(1, 20);
  sim::FramePartition b = compared_partition(2, 18);
  b.lost = 3;
  const DifferenceTable table = partition_table(&a, &b);
  CHECK(row_of(table, "leader").second == "broker 2");
  CHECK(row_of(table, "high watermark").favour == Favour::first);
  CHECK(row_of(table, "log end").favour == Favour::neither);
  CHECK(row_of(table, "lost").favour == Favour::first);
  CHECK_FALSE(row_of(table, "ISR").differs());
  CHECK(logs_differ(&a, &b));
}

TEST_CASE("a partition of one branch alone is told so", "[viz][compare]") {
  sim::Frame a;
  sim::Frame b;
  b.partitions.push_back(compared_partition(1, 5));
  REQUIRE(partitions_of_both(a, b).size() == 1);
  const DifferenceTable table = partition_table(nullptr, b.partition({"orders", PartitionIndex{0}}));
  CHECK(row_of(table, "exists").first == "no");
  CHECK(logs_differ(nullptr, &b.partitions[0]));
}

TEST_CASE("the records of two branches are counted side by side", "[viz][compare]") {
  sim::Frame a;
  sim::Frame b;
  a.totals.acked = 100;
  b.totals.acked = 90;
  b.verdict.violations = 1;
  const DifferenceTable table = totals_table(a, b);
  CHECK(row_of(table, "acknowledged").favour == Favour::first);
  CHECK(row_of(table, "violations").favour == Favour::first);
  CHECK_FALSE(row_of(table, "sent").differs());
}

}  // namespace kafkasim::viz
