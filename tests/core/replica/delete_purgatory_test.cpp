#include "core/replica/delete_purgatory.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr TopicIdPartition a{{1, 1}, PartitionIndex{0}};
constexpr TopicIdPartition b{{1, 1}, PartitionIndex{1}};

DeleteTarget waiting(const TopicIdPartition& id, std::int64_t offset) {
  DeleteTarget target;
  target.id = id;
  target.response = {id.partition, std::nullopt, ErrorCode::request_timed_out};
  target.awaits = Offset{offset};
  return target;
}

DeleteOperation operation(std::vector<DeleteTarget> targets, std::int64_t deadline = 100) {
  return {.ref = {}, .topics = {"orders"}, .targets = {std::move(targets)}, .deadline = Instant{deadline}};
}

}  // namespace

TEST_CASE("a deletion is done when the low watermark of each partition has come to it") {
  DeletePurgatory purgatory;
  purgatory.add(operation({waiting(a, 10), waiting(b, 5)}));
  CHECK(purgatory.has_waiting(a));
  CHECK(purgatory.reached(a, Offset{9}).empty());
  CHECK(purgatory.reached(a, Offset{10}).empty());
  CHECK_FALSE(purgatory.has_waiting(a));
  CHECK(purgatory.has_waiting(b));
  const std::vector<DeleteOperation> done = purgatory.reached(b, Offset{7});
  REQUIRE(done.size() == 1);
  const DeleteRecordsResponse response = done[0].response();
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].name == "orders");
  CHECK(response.topics[0].partitions
        == std::vector<DeleteRecordsResponse::Partition>{{PartitionIndex{0}, Offset{10}, ErrorCode::none},
                                                         {PartitionIndex{1}, Offset{7}, ErrorCode::none}});
  CHECK(purgatory.size() == 0);
  CHECK_FALSE(purgatory.next_deadline().has_value());
}

TEST_CASE("a deletion whose leader is lost ends with that error") {
  DeletePurgatory purgatory;
  purgatory.add(operation({waiting(a, 10)}));
  purgatory.add(operation({waiting(a, 20)}));
  const std::vector<DeleteOperation> done = purgatory.lost(a, ErrorCode::not_leader_or_follower);
  REQUIRE(done.size() == 2);
  CHECK(done[0].response().topics[0].partitions[0].error_code == ErrorCode::not_leader_or_follower);
  CHECK_FALSE(done[0].response().topics[0].partitions[0].low_watermark.has_value());
}

TEST_CASE("a deletion that takes too long times out where it still waits") {
  DeletePurgatory purgatory;
  purgatory.add(operation({waiting(a, 10), waiting(b, 5)}, 100));
  CHECK(purgatory.reached(b, Offset{5}).empty());
  CHECK(purgatory.next_deadline() == Instant{100});
  CHECK(purgatory.expired(Instant{99}).empty());
  const std::vector<DeleteOperation> late = purgatory.expired(Instant{100});
  REQUIRE(late.size() == 1);
  CHECK(late[0].response().topics[0].partitions[0].error_code == ErrorCode::request_timed_out);
  CHECK(late[0].response().topics[0].partitions[1].error_code == ErrorCode::none);
  CHECK_FALSE(purgatory.has_waiting(a));
}
