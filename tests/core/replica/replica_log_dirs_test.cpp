// DescribeLogDirs.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

using Directory = DescribeLogDirsResponse::Result;
using Held = DescribeLogDirsResponse::Partition;

constexpr Uuid audit_id{9, 9};

Directory described(Cluster& c, std::int32_t id, DescribeLogDirsRequest request = {}) {
  const auto* response = c.answer_to<DescribeLogDirsResponse>(c.ask(id, std::move(request)));
  REQUIRE(response != nullptr);
  CHECK(response->error_code == ErrorCode::none);
  REQUIRE(response->results.size() == 1);
  CHECK(response->results[0].log_dir == log_directory_path);
  return response->results[0];
}

Held told(Cluster& c, std::int32_t id, const TopicIdPartition& tp) {
  return {.partition_index = tp.partition, .partition_size = static_cast<std::int64_t>(c.report(id, tp).size_bytes)};
}

}  // namespace

TEST_CASE("a log directory is described by its volume and the size of each log of leaders and followers alike", "[replica]") {
  Cluster c{2};
  c.brokers.at(1).disk.capacity = 1'000'000'000;
  c.add_topic({1, 2});
  c.add_topic({1}, {}, "audit", audit_id);
  c.carry();
  for (int i = 0; i < 3; ++i) (void)c.produce(1, "a");
  c.run(seconds(1));
  const Directory first = described(c, 1);
  CHECK(first.error_code == ErrorCode::none);
  CHECK(first.total_bytes == 1'000'000'000);
  CHECK(first.usable_bytes == static_cast<std::int64_t>(c.brokers.at(1).disk.free_bytes()));
  CHECK(first.usable_bytes < first.total_bytes);
  REQUIRE(first.topics.size() == 2);
  CHECK(first.topics[0].name == "audit");
  CHECK(first.topics[0].partitions == std::vector{told(c, 1, {audit_id, PartitionIndex{0}})});
  CHECK(first.topics[1].name == "orders");
  CHECK(first.topics[1].partitions == std::vector{told(c, 1, orders)});
  CHECK(first.topics[1].partitions[0].partition_size > 0);
  const Directory second = described(c, 2);
  REQUIRE(second.topics.size() == 1);
  CHECK(second.topics[0].partitions == first.topics[1].partitions);
}

TEST_CASE("of partitions that are asked for by name those are described that are there", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  c.add_topic({1}, {}, "audit", audit_id);
  DescribeLogDirsRequest request;
  CHECK(described(c, 1, request).topics.size() == 2);
  request.topics.emplace();
  CHECK(described(c, 1, request).topics.empty());
  request.topics->push_back({"orders", {PartitionIndex{9}, PartitionIndex{0}, PartitionIndex{0}}});
  request.topics->push_back({"nothing", {PartitionIndex{0}}});
  request.topics->push_back({"audit", {PartitionIndex{1}}});
  const Directory found = described(c, 1, request);
  REQUIRE(found.topics.size() == 1);
  CHECK(found.topics[0].name == "orders");
  CHECK(found.topics[0].partitions == std::vector{told(c, 1, orders)});
}

TEST_CASE("a log whose replica has not heard of its role yet has no known lag", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  CHECK(described(c, 1).topics.at(0).partitions.at(0).offset_lag == 0);
  c.kill(1);
  c.boot(1);
  CHECK(described(c, 1).topics.at(0).partitions.at(0).offset_lag == offset_lag_unknown);
  c.publish();
  CHECK(described(c, 1).topics.at(0).partitions.at(0).offset_lag == 0);
}

TEST_CASE("a log directory that has failed is described by KAFKA_STORAGE_ERROR and nothing else", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  c.brokers.at(1).disk.operations_left = 0;
  (void)c.produce(1, "a");
  REQUIRE(c.at(1).failed());
  CHECK(described(c, 1) == Directory{.error_code = ErrorCode::kafka_storage_error, .log_dir = std::string{log_directory_path}});
}
