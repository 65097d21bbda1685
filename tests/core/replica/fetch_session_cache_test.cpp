// Behaviours of FetchSessionTest.
#include "core/replica/fetch_session_cache.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Uuid cached_topic{1, 1};
using Kind = FetchContext::Kind;

struct Sessions {
  // One slot a shard; new sessions go round the shards, so that every eighth comes to the first again.
  explicit Sessions(std::int64_t slots = 8) : cache{slots, Random{1}} {}
  FetchSessionCache cache;
  Instant now{seconds(1000).ns};

  SessionId create(int partitions, FetchedBy who = FetchedBy::consumer) {
    FetchSession* session = cache.create(static_cast<std::size_t>(partitions), who, Naming::by_id, now);
    if (session == nullptr) return 0;
    for (int i = 0; i < partitions; ++i)
      session->add({cached_topic, {}, PartitionIndex{i}}, {.partition = PartitionIndex{i}, .fetch_offset = Offset{i}});
    cache.admitted(session->id(), now);
    return session->id();
  }
  SessionId next_in_first_shard(int partitions, FetchedBy who = FetchedBy::consumer) {
    for (int i = 0; i < 7; ++i) (void)cache.create(0, FetchedBy::consumer, Naming::by_id, now);
    return create(partitions, who);
  }
  FetchContext begin(SessionId id, std::int32_t epoch, std::int16_t version = 17, FetchRequest request = {}) {
    request.session_id = id;
    request.session_epoch = epoch;
    return cache.begin(request, version, now);
  }
};

}  // namespace

TEST_CASE("a full request makes a session and one with the final epoch does not", "[replica]") {
  Sessions s;
  CHECK(s.begin(0, 0).kind == Kind::full);
  CHECK(s.begin(0, -1).kind == Kind::sessionless);
  const SessionId id = s.create(2);
  CHECK(id > 0);
  CHECK(s.cache.size() == 1);
  CHECK(s.cache.partitions() == 2);
}

TEST_CASE("a session goes on epoch by epoch and refuses any other", "[replica]") {
  Sessions s;
  const SessionId id = s.create(2);
  CHECK(s.begin(id, 1).kind == Kind::incremental);
  CHECK(s.begin(id, 2).epoch == 3);
  CHECK(s.begin(id, 2).error == ErrorCode::invalid_fetch_session_epoch);
  CHECK(s.begin(id, 5).error == ErrorCode::invalid_fetch_session_epoch);
}

TEST_CASE("a session that there is not is not found", "[replica]") {
  Sessions s;
  CHECK(s.begin(77, 1).error == ErrorCode::fetch_session_id_not_found);
  CHECK(s.begin(-5, 1).error == ErrorCode::fetch_session_id_not_found);
}

TEST_CASE("a session by topic ids cannot go on by names", "[replica]") {
  Sessions s;
  const SessionId id = s.create(1);
  CHECK(s.begin(id, 1, 12).error == ErrorCode::fetch_session_topic_id_error);
  CHECK(s.begin(id, 1, 13).kind == Kind::incremental);
}

TEST_CASE("a full request closes the session that it names", "[replica]") {
  Sessions s;
  const SessionId id = s.create(1);
  CHECK(s.begin(id, 0).kind == Kind::full);
  CHECK(s.cache.size() == 0);
  CHECK(s.begin(id, 1).error == ErrorCode::fetch_session_id_not_found);
}

TEST_CASE("a session of which all is forgotten is closed", "[replica]") {
  Sessions s;
  const SessionId id = s.create(1);
  FetchRequest request;
  request.forgotten_topics_data.push_back({.topic_id = cached_topic, .partitions = {PartitionIndex{0}}});
  CHECK(s.begin(id, 1, 17, request).kind == Kind::sessionless);
  CHECK(s.cache.size() == 0);
}

TEST_CASE("without slots there are no sessions", "[replica]") {
  Sessions s{0};
  CHECK(s.create(5, FetchedBy::follower) == 0);
}

TEST_CASE("a session that has not been used for two minutes gives its place to any", "[replica]") {
  Sessions s;
  const SessionId old = s.create(10, FetchedBy::follower);
  s.now = s.now + seconds(120);
  CHECK(s.next_in_first_shard(1) == 0);
  s.now = s.now + milliseconds(1);
  CHECK(s.next_in_first_shard(1) != 0);
  CHECK(s.begin(old, 1).error == ErrorCode::fetch_session_id_not_found);
  CHECK(s.cache.evictions() > 0);
}

TEST_CASE("a follower takes the place of a consumer and not the other way round", "[replica]") {
  Sessions s;
  const SessionId consumer = s.create(100);
  CHECK(s.next_in_first_shard(100) == 0);  // another consumer does not
  const SessionId follower = s.next_in_first_shard(1, FetchedBy::follower);
  CHECK(follower != 0);
  CHECK(s.begin(consumer, 1).error == ErrorCode::fetch_session_id_not_found);
  CHECK(s.next_in_first_shard(1000) == 0);
  CHECK(s.next_in_first_shard(1000, FetchedBy::follower) == 0);  // too young
}

TEST_CASE("the place of an old session goes only to one that is no smaller", "[replica]") {
  Sessions s;
  const SessionId id = s.create(5);
  s.now = s.now + seconds(121);
  REQUIRE(s.begin(id, 1).kind == Kind::incremental);  // in use
  CHECK(s.next_in_first_shard(4) == 0);
  CHECK(s.next_in_first_shard(6) != 0);
  CHECK(s.begin(id, 2).error == ErrorCode::fetch_session_id_not_found);
}

TEST_CASE("what wakes a quiet partition says which requests have to watch it", "[replica]") {
  Sessions s;
  const SessionId id = s.create(2);
  const FetchKey key{cached_topic, {}, PartitionIndex{1}};
  const TopicIdPartition partition{cached_topic, PartitionIndex{1}};
  s.cache.hush(id, key, partition);
  s.cache.began_to_wait(id, 42);
  const auto woken = s.cache.wake(partition);
  REQUIRE(woken.size() == 1);
  CHECK(woken[0].want.fetch_offset == Offset{1});
  CHECK(woken[0].waiting == std::vector<std::uint64_t>{42});
  CHECK(s.cache.wake(partition).empty());
}

TEST_CASE("a session that is closed lives on while a request waits in it", "[replica]") {
  Sessions s;
  const SessionId id = s.create(2);
  s.cache.hush(id, {cached_topic, {}, PartitionIndex{1}}, {cached_topic, PartitionIndex{1}});
  s.cache.began_to_wait(id, 42);
  (void)s.begin(id, 0);
  CHECK(s.cache.size() == 0);
  CHECK(s.cache.find(id) != nullptr);
  CHECK(s.begin(id, 1).error == ErrorCode::fetch_session_id_not_found);
  s.cache.waited(id, 42);
  CHECK(s.cache.find(id) == nullptr);
  const auto ended = s.cache.take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].quiet.size() == 1);
}
