#include "core/replica/fetch_session.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Uuid session_topic{1, 1};
FetchKey key(int partition) { return {session_topic, {}, PartitionIndex{partition}}; }
TopicIdPartition id(int partition) { return {session_topic, PartitionIndex{partition}}; }

FetchSession session_of(int partitions) {
  FetchSession session{7, FetchedBy::follower, Naming::by_id, Instant{0}};
  for (int i = 0; i < partitions; ++i) session.add(key(i), {.partition = PartitionIndex{i}});
  return session;
}
FetchResponse::Partition answer_of(std::int64_t high_watermark, std::size_t batches = 0) {
  FetchResponse::Partition one{.high_watermark = Offset{high_watermark}, .log_start_offset = Offset{0}};
  one.records.batches.resize(batches);
  return one;
}
std::vector<int> order(const FetchSession& session) {
  std::vector<int> partitions;
  for (const auto& [at, active] : session.active()) partitions.push_back(active.partition.value);
  return partitions;
}

}  // namespace

TEST_CASE("a session tells of a partition what it has not told", "[replica]") {
  FetchSession session = session_of(1);
  CHECK(session.has_news(key(0), answer_of(5)));
  session.told(key(0), answer_of(5));
  CHECK_FALSE(session.has_news(key(0), answer_of(5)));
  CHECK(session.has_news(key(0), answer_of(6)));     // the high watermark
  CHECK(session.has_news(key(0), answer_of(5, 1)));  // records
  FetchResponse::Partition start = answer_of(5);
  start.log_start_offset = Offset{3};
  CHECK(session.has_news(key(0), start));
  FetchResponse::Partition diverging = answer_of(5);
  diverging.diverging_epoch.emplace();
  CHECK(session.has_news(key(0), diverging));
}

TEST_CASE("a partition with an error is told each time and once more when the error has gone", "[replica]") {
  FetchSession session = session_of(1);
  session.told(key(0), answer_of(5));
  FetchResponse::Partition failed = answer_of(5);
  failed.error_code = ErrorCode::not_leader_or_follower;
  session.told(key(0), failed);
  CHECK(session.has_news(key(0), failed));
  CHECK(session.has_news(key(0), answer_of(5)));
}

TEST_CASE("only partitions that gave records go behind the others", "[replica]") {
  FetchSession session = session_of(3);
  session.told(key(0), answer_of(1, 1));
  CHECK(order(session) == std::vector{1, 2, 0});
  session.told(key(1), answer_of(2));  // a high watermark only
  CHECK(order(session) == std::vector{1, 2, 0});
}

TEST_CASE("a quiet partition is not read and comes back to its place when it wakes", "[replica]") {
  FetchSession session = session_of(3);
  session.hush(key(1), id(1));
  CHECK(order(session) == std::vector{0, 2});
  REQUIRE(session.quiet_key(id(1)) != nullptr);
  session.wake(key(1));
  CHECK(order(session) == std::vector{0, 1, 2});
}

TEST_CASE("a request alters and adds and forgets partitions of its session", "[replica]") {
  FetchSession session = session_of(2);
  FetchRequest same;
  (void)session.update(same, 17);
  session.hush(key(0), id(0));
  session.hush(key(1), id(1));
  FetchRequest request;
  request.topics.push_back({.topic_id = session_topic});
  request.topics[0].partitions = {{.partition = PartitionIndex{0}, .fetch_offset = Offset{9}},
                                  {.partition = PartitionIndex{5}}};
  request.forgotten_topics_data.push_back(
      {.topic_id = session_topic, .partitions = {PartitionIndex{1}, PartitionIndex{8}}});
  const auto woken = session.update(request, 17);
  CHECK(woken == std::vector{id(0), id(1)});
  CHECK(session.size() == 2);
  CHECK(session.find(key(0))->want.fetch_offset == Offset{9});
  CHECK(order(session) == std::vector{0, 5});
}

TEST_CASE("a request of another replica or isolation wakes all of its session", "[replica]") {
  FetchSession session = session_of(2);
  FetchRequest request;
  (void)session.update(request, 17);
  session.hush(key(0), id(0));
  CHECK(session.update(request, 17).empty());
  request.isolation_level = IsolationLevel::read_committed;
  CHECK(session.update(request, 17) == std::vector{id(0)});
}
