// ListOffsets and OffsetForLeaderEpoch.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ListOffsetsResponse::Partition list(Cluster& c, std::int32_t broker, Timestamp at,
                                    std::optional<NodeId> replica = std::nullopt,
                                    std::optional<LeaderEpoch> epoch = std::nullopt,
                                    const std::string& topic = "orders") {
  ListOffsetsRequest request;
  request.replica_id = replica;
  request.topics.push_back({.name = topic});
  request.topics.back().partitions.push_back(
      {.partition_index = PartitionIndex{0}, .current_leader_epoch = epoch, .timestamp = at});
  const auto* response = c.answer_to<ListOffsetsResponse>(c.ask(broker, request));
  REQUIRE(response);
  return response->topics[0].partitions[0];
}

OffsetForLeaderEpochResponse::Partition epoch_end(Cluster& c, std::int32_t broker, int epoch,
                                                  std::optional<LeaderEpoch> current = std::nullopt) {
  OffsetForLeaderEpochRequest request;
  request.topics.push_back({.topic = "orders"});
  request.topics.back().partitions.push_back(
      {.partition = PartitionIndex{0}, .current_leader_epoch = current, .leader_epoch = LeaderEpoch{epoch}});
  const auto* response = c.answer_to<OffsetForLeaderEpochResponse>(c.ask(broker, request));
  REQUIRE(response);
  return response->topics[0].partitions[0];
}

using Ask = ListOffsetsRequest;

}  // namespace

TEST_CASE("the latest offset is the high watermark for a client and the log end for a replica", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  c.cut = {{2, 1}};
  (void)c.produce(1, "b");
  CHECK(list(c, 1, Ask::latest_timestamp).offset == Offset{1});
  CHECK(list(c, 1, Ask::latest_timestamp).leader_epoch == LeaderEpoch{0});
  CHECK(list(c, 1, Ask::latest_timestamp, NodeId{2}).offset == Offset{2});
  CHECK(list(c, 1, Ask::earliest_timestamp).offset == Offset{0});
}

TEST_CASE("a new leader does not tell the latest offset before its high watermark has reached its epoch", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  c.cut = {{1, 2}, {2, 1}};
  c.elect(2, {1, 2}, {2});
  REQUIRE(c.high_watermark(2) == 0);
  CHECK(list(c, 2, Ask::latest_timestamp).error_code == ErrorCode::offset_not_available);
  CHECK(list(c, 2, Timestamp{0}).error_code == ErrorCode::offset_not_available);
  CHECK(list(c, 2, Ask::earliest_timestamp).error_code == ErrorCode::none);
  CHECK(list(c, 2, Ask::latest_timestamp, NodeId{1}).offset == Offset{1});
  c.cut.clear();
  c.publish({1});
  c.run(seconds(3));
  CHECK(list(c, 2, Ask::latest_timestamp).offset == Offset{1});
}

TEST_CASE("the offset for a time is that of the first committed record at or after it", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  for (const std::int64_t at : {1'000'000, 2'000'000, 3'000'000}) (void)c.produce(1, make_batch({.timestamp = at}));
  const auto found = list(c, 1, Timestamp{1'500'000});
  CHECK(found.offset == Offset{1});
  CHECK(found.timestamp == Timestamp{2'000'000});
  CHECK(list(c, 1, Timestamp{3'000'001}).offset == std::nullopt);
  CHECK(list(c, 1, Timestamp{3'000'001}).error_code == ErrorCode::none);
  CHECK(list(c, 1, Ask::max_timestamp).offset == Offset{2});
  CHECK(list(c, 1, Timestamp{-9}).error_code == ErrorCode::unsupported_version);
}

TEST_CASE("a timestamp that stands for a question is known from the version on that brought it", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  const auto error = [&c](Timestamp at, std::int16_t version, const std::string& topic = "orders") {
    ListOffsetsRequest request;
    request.topics.push_back({topic, {{.timestamp = at}}});
    const auto* response = c.answer_to<ListOffsetsResponse>(c.ask(1, request, version));
    REQUIRE(response);
    return response->topics.at(0).partitions.at(0).error_code;
  };
  const std::vector<std::pair<Timestamp, std::int16_t>> since{{Ask::latest_timestamp, std::int16_t{1}},
                                                              {Ask::earliest_timestamp, std::int16_t{1}},
                                                              {Ask::max_timestamp, std::int16_t{7}},
                                                              {Ask::earliest_local_timestamp, std::int16_t{8}},
                                                              {Ask::latest_tiered_timestamp, std::int16_t{9}}};
  for (const auto& [at, first] : since) {
    INFO(at.value);
    for (std::int16_t version = 1; version <= 10; ++version)
      CHECK(error(at, version) == (version < first ? ErrorCode::unsupported_version : ErrorCode::none));
  }
  CHECK(error(Timestamp{-6}, 10) == ErrorCode::unsupported_version);
  CHECK(error(Timestamp{-6}, 10, "nothing") == ErrorCode::unsupported_version);
}

TEST_CASE("a partition that is named twice is refused once and the others are told", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  const ListOffsetsRequest::Partition latest{.timestamp = Ask::latest_timestamp};
  ListOffsetsRequest request;
  request.topics.push_back({"nothing", {latest, latest}});
  request.topics.push_back({"orders", {latest}});
  const auto* told = c.answer_to<ListOffsetsResponse>(c.ask(1, request));
  REQUIRE(told);
  REQUIRE(told->topics.size() == 2);
  REQUIRE(told->topics[0].partitions.size() == 1);
  CHECK(told->topics[0].partitions[0].error_code == ErrorCode::invalid_request);
  CHECK(told->topics[0].partitions[0].offset == std::nullopt);
  CHECK(told->topics[1].partitions.at(0).offset == Offset{0});
  request.topics.push_back({"orders", {latest}});
  const auto* again = c.answer_to<ListOffsetsResponse>(c.ask(1, request));
  REQUIRE(again);
  REQUIRE(again->topics.size() == 2);
  REQUIRE(again->topics[1].partitions.size() == 1);
  CHECK(again->topics[1].partitions[0].error_code == ErrorCode::invalid_request);
}

TEST_CASE("offsets are told by the leader in its epoch only", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.elect(1, {1, 2});
  CHECK(list(c, 2, Ask::latest_timestamp).error_code == ErrorCode::not_leader_or_follower);
  CHECK(list(c, 1, Ask::latest_timestamp, std::nullopt, LeaderEpoch{0}).error_code == ErrorCode::fenced_leader_epoch);
  CHECK(list(c, 1, Ask::latest_timestamp, std::nullopt, LeaderEpoch{2}).error_code == ErrorCode::unknown_leader_epoch);
  CHECK(list(c, 1, Ask::latest_timestamp, std::nullopt, std::nullopt, "nothing").error_code
        == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("the leader tells where an epoch ended or where the next lower one did", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  (void)c.produce(1, "a", 1);
  (void)c.produce(1, "a", 1);
  c.elect(1, {1, 2});
  c.elect(1, {1, 2});
  (void)c.produce(1, "b", 1);
  CHECK(epoch_end(c, 1, 0).end_offset == Offset{2});
  CHECK(epoch_end(c, 1, 1).end_offset == Offset{2});  // nothing was written in it
  CHECK(epoch_end(c, 1, 2).end_offset == Offset{3});
  CHECK(epoch_end(c, 1, 9).end_offset == std::nullopt);
  CHECK(epoch_end(c, 1, 0, LeaderEpoch{1}).error_code == ErrorCode::fenced_leader_epoch);
  CHECK(epoch_end(c, 2, 0).error_code == ErrorCode::not_leader_or_follower);
}
