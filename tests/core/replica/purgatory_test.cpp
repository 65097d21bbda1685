#include "core/replica/purgatory.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

const TopicIdPartition p0{Uuid{1, 1}, PartitionIndex{0}};
const TopicIdPartition p1{Uuid{1, 1}, PartitionIndex{1}};

ProduceTarget target(const TopicIdPartition& id, std::int64_t awaits) {
  ProduceTarget t;
  t.id = id;
  t.response.error_code = ErrorCode::request_timed_out;
  t.awaits = Offset{awaits};
  return t;
}

ProduceOperation produce(std::vector<ProduceTarget> targets, std::int64_t deadline_ms = 1000) {
  ProduceOperation operation;
  operation.caller = InternalAppend{1};
  operation.acks = -1;
  operation.topics.resize(1);
  operation.targets.push_back(std::move(targets));
  operation.deadline = Instant{milliseconds(deadline_ms).ns};
  return operation;
}

ProduceOutcome at(std::int64_t high_watermark, ErrorCode error = ErrorCode::none) {
  return {error, Offset{high_watermark}, 2, 1};
}

FetchOperation fetch(std::vector<TopicIdPartition> partitions, std::uint64_t min_bytes) {
  FetchOperation operation;
  operation.min_bytes = min_bytes;
  operation.deadline = Instant{milliseconds(500).ns};
  for (const TopicIdPartition& id : partitions)
    operation.waits.emplace(id, FetchWait{{.partition_max_bytes = 100}, Offset{0}, 0});
  return operation;
}

}  // namespace

TEST_CASE("a produce request waits until all of its partitions are replicated", "[replica]") {
  ProducePurgatory purgatory;
  purgatory.add(produce({target(p0, 5), target(p1, 3)}));
  CHECK(purgatory.reached(p0, at(4)).empty());
  CHECK(purgatory.reached(p0, at(5)).empty());
  const auto complete = purgatory.reached(p1, at(9));
  REQUIRE(complete.size() == 1);
  CHECK(complete[0].targets[0][0].response.error_code == ErrorCode::none);
  CHECK(complete[0].targets[0][1].response.error_code == ErrorCode::none);
  CHECK(purgatory.size() == 0);
  CHECK(purgatory.next_deadline() == std::nullopt);
}

TEST_CASE("the loss of leadership settles every produce request that waits for the partition", "[replica]") {
  ProducePurgatory purgatory;
  purgatory.add(produce({target(p0, 5)}));
  purgatory.add(produce({target(p0, 7)}));
  purgatory.add(produce({target(p1, 7)}));
  const auto complete = purgatory.lost(p0, at(0, ErrorCode::not_leader_or_follower));
  REQUIRE(complete.size() == 2);
  CHECK(complete[0].targets[0][0].response.error_code == ErrorCode::not_leader_or_follower);
  CHECK(purgatory.has_waiting(p1));
  CHECK_FALSE(purgatory.has_waiting(p0));
}

TEST_CASE("an expired produce request says which of its partitions timed out", "[replica]") {
  ProducePurgatory purgatory;
  purgatory.add(produce({target(p0, 5), target(p1, 3)}));
  CHECK(purgatory.reached(p1, at(3)).empty());
  CHECK(purgatory.expired(Instant{milliseconds(999).ns}).empty());
  const auto complete = purgatory.expired(Instant{milliseconds(1000).ns});
  REQUIRE(complete.size() == 1);
  CHECK(complete[0].targets[0][0].response.error_code == ErrorCode::request_timed_out);
  CHECK(complete[0].targets[0][1].response.error_code == ErrorCode::none);
  CHECK_FALSE(purgatory.has_waiting(p0));
}

TEST_CASE("a fetch waits until its partitions together have the bytes it asks for", "[replica]") {
  FetchPurgatory purgatory;
  const OperationId id = purgatory.add(fetch({p0, p1}, 150));
  CHECK(purgatory.watchers(p0) == std::vector{id});
  CHECK_FALSE(purgatory.count(id, p0, Offset{5}, 500));  // a partition gives at most its own maximum
  CHECK_FALSE(purgatory.count(id, p0, Offset{6}, 500));
  CHECK(purgatory.count(id, p1, Offset{1}, 50));
  (void)purgatory.take(id);
  CHECK(purgatory.watchers(p0).empty());
  CHECK(purgatory.size() == 0);
}

TEST_CASE("a fetch is answered when its time is over", "[replica]") {
  FetchPurgatory purgatory;
  (void)purgatory.add(fetch({p0}, 1));
  CHECK(purgatory.next_deadline() == Instant{milliseconds(500).ns});
  CHECK(purgatory.take_due(Instant{milliseconds(499).ns}).empty());
  CHECK(purgatory.take_due(Instant{milliseconds(500).ns}).size() == 1);
}

TEST_CASE("a fetch may watch further partitions while it waits", "[replica]") {
  FetchPurgatory purgatory;
  const OperationId id = purgatory.add(fetch({p0}, 1));
  purgatory.watch(id, p1, FetchWait{{.partition_max_bytes = 100}, Offset{0}, 0});
  CHECK(purgatory.watchers(p1) == std::vector{id});
  CHECK(purgatory.count(id, p1, Offset{1}, 50));
  (void)purgatory.take(id);
  CHECK(purgatory.watchers(p1).empty());
}

TEST_CASE("a copy of a purgatory goes its own way", "[replica]") {
  ProducePurgatory a;
  a.add(produce({target(p0, 5)}));
  ProducePurgatory b = a;
  CHECK(b.reached(p0, at(5)).size() == 1);
  CHECK(a.reached(p0, at(5)).size() == 1);
}
