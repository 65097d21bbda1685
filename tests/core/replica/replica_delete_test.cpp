// DeleteRecords.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

DeleteRecordsRequest deletion(std::optional<std::int64_t> to, const std::string& topic = "orders", int partition = 0) {
  DeleteRecordsRequest request;
  request.timeout = seconds(10);
  DeleteRecordsRequest::Partition wanted;
  wanted.partition_index = PartitionIndex{partition};
  if (to) wanted.offset = Offset{*to};
  request.topics.push_back({topic, {wanted}});
  return request;
}

std::optional<DeleteRecordsResponse::Partition> answered(const Cluster& c, int request) {
  const auto* response = c.answer_to<DeleteRecordsResponse>(request);
  if (response == nullptr) return std::nullopt;
  return response->topics.front().partitions.front();
}

std::optional<ErrorCode> error(const Cluster& c, int request) {
  const auto partition = answered(c, request);
  return partition ? std::optional{partition->error_code} : std::nullopt;
}

}  // namespace

TEST_CASE("records are deleted when every live replica has moved its log start", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.carry();
  for (int i = 0; i < 5; ++i) (void)c.produce(1, "a");
  c.run(seconds(1));
  REQUIRE(c.high_watermark(1) == 5);
  c.cut = {{1, 3}};
  const int request = c.ask(1, deletion(3));
  CHECK(c.report(1).log_start == Offset{3});
  CHECK(c.notes<trace::LogStartMoved>(1).size() == 1);
  c.run(seconds(2));
  CHECK(c.report(2).log_start == Offset{3});
  CHECK_FALSE(answered(c, request));
  c.cut.clear();
  c.run(seconds(2));
  CHECK(c.report(3).log_start == Offset{3});
  const auto done = answered(c, request);
  REQUIRE(done);
  CHECK(done->error_code == ErrorCode::none);
  CHECK(done->low_watermark == Offset{3});
  CHECK(c.fetched(c.ask(1, Cluster::fetch_request(2)))->error_code == ErrorCode::offset_out_of_range);
  CHECK(c.fetched(c.ask(1, Cluster::fetch_request(3)))->records.batches.size() == 2);
}

TEST_CASE("a deletion without an offset goes to the high watermark", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  for (int i = 0; i < 4; ++i) (void)c.produce(1, "a");
  const auto done = answered(c, c.ask(1, deletion(std::nullopt)));
  REQUIRE(done);
  CHECK(done->error_code == ErrorCode::none);
  CHECK(done->low_watermark == Offset{4});
  CHECK(c.report(1).log_start == Offset{4});
  // What is gone already is deleted: nothing happens, and that is told.
  CHECK(answered(c, c.ask(1, deletion(2)))->low_watermark == Offset{4});
}

TEST_CASE("only offsets up to the high watermark can be deleted", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.run(seconds(1));
  c.cut = {{2, 1}};
  (void)c.produce(1, "b");
  CHECK(error(c, c.ask(1, deletion(2))) == ErrorCode::offset_out_of_range);
  CHECK(error(c, c.ask(1, deletion(-3))) == ErrorCode::offset_out_of_range);
  CHECK(c.report(1).log_start == Offset{0});
}

TEST_CASE("records are deleted by the leader alone and where the policy is delete", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.add_topic({1}, {{"cleanup.policy", "compact"}}, "table", {9, 9});
  c.add_topic({1}, {{"cleanup.policy", "compact"}}, "__consumer_offsets", {9, 10});
  c.carry();
  CHECK(error(c, c.ask(2, deletion(0))) == ErrorCode::not_leader_or_follower);
  CHECK(error(c, c.ask(1, deletion(0, "table"))) == ErrorCode::policy_violation);
  CHECK(error(c, c.ask(1, deletion(0, "__consumer_offsets"))) == ErrorCode::invalid_topic_exception);
  CHECK(error(c, c.ask(1, deletion(0, "unknown"))) == ErrorCode::unknown_topic_or_partition);
  CHECK(error(c, c.ask(1, deletion(0, "orders", 7))) == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("a deletion does not wait for a replica whose broker is fenced", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.run(seconds(1));
  c.cut = {{1, 2}, {2, 1}};
  const int request = c.ask(1, deletion(1));
  CHECK_FALSE(answered(c, request));
  c.image.brokers.at(NodeId{2}).fenced = true;
  c.elect(1, {1}, {1});
  CHECK(error(c, request) == ErrorCode::none);
}

TEST_CASE("a deletion ends with its leader and with its time", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.run(seconds(1));
  c.cut = {{1, 2}, {2, 1}};
  const int late = c.ask(1, deletion(1));
  c.run(seconds(10));
  CHECK(error(c, late) == ErrorCode::request_timed_out);
  CHECK(answered(c, late)->low_watermark == Offset{0});
  const int lost = c.ask(1, deletion(1));
  c.elect(2, {1, 2});
  CHECK(error(c, lost) == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a log start that was moved by hand survives a crash once it is checkpointed", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  for (int i = 0; i < 4; ++i) (void)c.produce(1, "a");
  (void)c.ask(1, deletion(3));
  c.run(seconds(60));
  CHECK(c.brokers.at(1).disk.text_of("log-start-offset-checkpoint") == "0\n1\norders 0 3\n");
  c.kill(1);
  c.boot(1);
  CHECK(c.at(1).log(orders)->log_start_offset() == Offset{3});
}
