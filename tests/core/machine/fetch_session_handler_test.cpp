// Behaviours of FetchSessionHandlerTest.
#include "core/machine/fetch_session_handler.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr Uuid foo{1, 1};
constexpr Uuid bar{1, 2};

TopicIdPartition of(const Uuid& topic, int partition) { return {topic, PartitionIndex{partition}}; }

struct Handler {
  FetchSessionHandler session;
  std::uint64_t order{0};

  void want(const TopicIdPartition& id, std::int64_t offset) {
    session.want(id, "", {.partition = id.partition, .fetch_offset = Offset{offset}}, ++order);
  }
  FetchRequest build() {
    FetchRequest request;
    REQUIRE(session.build(request));
    return request;
  }
  static std::vector<TopicIdPartition> named(const FetchRequest& request) {
    std::vector<TopicIdPartition> ids;
    for (const auto& topic : request.topics) {
      for (const auto& partition : topic.partitions) ids.push_back({topic.topic_id, partition.partition});
    }
    return ids;
  }
  static FetchResponse answer(std::int32_t session_id, const std::vector<TopicIdPartition>& ids) {
    FetchResponse response;
    response.session_id = session_id;
    for (const TopicIdPartition& id : ids) {
      response.responses.push_back({.topic_id = id.topic_id});
      response.responses.back().partitions.push_back({.partition_index = id.partition});
    }
    return response;
  }
  static FetchResponse error(ErrorCode code) {
    FetchResponse response;
    response.error_code = code;
    return response;
  }
  void in_session(std::int32_t id) {
    want(of(foo, 0), 0);
    want(of(foo, 1), 10);
    (void)build();
    REQUIRE(session.handle(answer(id, {of(foo, 0), of(foo, 1)})));
  }
};

}  // namespace

TEST_CASE("a fetcher to which no session is granted names all partitions each time", "[machine]") {
  Handler h;
  h.want(of(foo, 0), 0);
  h.want(of(foo, 1), 10);
  for (int i = 0; i < 2; ++i) {
    const FetchRequest request = h.build();
    CHECK(request.session_id == 0);
    CHECK(request.session_epoch == 0);
    CHECK(Handler::named(request) == std::vector{of(foo, 0), of(foo, 1)});
    CHECK(h.session.handle(Handler::answer(0, {of(foo, 0), of(foo, 1)})));
  }
}

TEST_CASE("in a session a fetcher names only what is new or has changed", "[machine]") {
  Handler h;
  h.in_session(123);
  h.want(of(foo, 0), 0);   // as before
  h.want(of(foo, 1), 20);  // changed
  h.want(of(bar, 0), 20);  // new
  const FetchRequest second = h.build();
  CHECK(second.session_id == 123);
  CHECK(second.session_epoch == 1);
  CHECK(Handler::named(second) == std::vector{of(foo, 1), of(bar, 0)});
  REQUIRE(h.session.handle(Handler::answer(123, {of(foo, 1)})));
  const FetchRequest third = h.build();
  CHECK(third.session_epoch == 2);
  CHECK(third.topics.empty());
}

TEST_CASE("a partition that is no longer wanted is forgotten by the session", "[machine]") {
  Handler h;
  h.in_session(123);
  h.session.drop(of(foo, 1));
  const FetchRequest request = h.build();
  CHECK(request.topics.empty());
  REQUIRE(request.forgotten_topics_data.size() == 1);
  CHECK(request.forgotten_topics_data[0].partitions == std::vector{PartitionIndex{1}});
  CHECK(h.session.asked(of(foo, 1)) == nullptr);
}

TEST_CASE("a topic that is made again is forgotten under its old id and asked for under the new", "[machine]") {
  Handler h;
  h.in_session(123);
  h.session.drop(of(foo, 0));
  h.want(of(bar, 0), 0);
  const FetchRequest request = h.build();
  CHECK(Handler::named(request) == std::vector{of(bar, 0)});
  REQUIRE(request.forgotten_topics_data.size() == 1);
  CHECK(request.forgotten_topics_data[0].topic_id == foo);
}

TEST_CASE("a session that the broker does not know begins anew without a close", "[machine]") {
  Handler h;
  h.in_session(123);
  CHECK_FALSE(h.session.handle(Handler::error(ErrorCode::fetch_session_id_not_found)));
  const FetchRequest request = h.build();
  CHECK(request.session_id == 0);
  CHECK(request.session_epoch == 0);
  CHECK(Handler::named(request).size() == 2);
}

TEST_CASE("after another error or no answer the next request closes the session and asks for a new one", "[machine]") {
  Handler h;
  h.in_session(123);
  SECTION("an epoch that is wrong") {
    CHECK_FALSE(h.session.handle(Handler::error(ErrorCode::invalid_fetch_session_epoch)));
  }
  SECTION("no answer") { h.session.handle_failure(); }
  SECTION("a partition that was not asked for") { CHECK_FALSE(h.session.handle(Handler::answer(123, {of(bar, 7)}))); }
  const FetchRequest request = h.build();
  CHECK(request.session_id == 123);
  CHECK(request.session_epoch == 0);
  CHECK(Handler::named(request).size() == 2);
}

TEST_CASE("a full answer has to tell of every partition", "[machine]") {
  Handler h;
  h.want(of(foo, 0), 0);
  h.want(of(foo, 1), 10);
  (void)h.build();
  CHECK_FALSE(h.session.handle(Handler::answer(123, {of(foo, 0)})));
  CHECK(h.build().session_id == 0);
}

TEST_CASE("a session that the broker closes is followed by a full request", "[machine]") {
  Handler h;
  h.in_session(123);
  (void)h.build();
  CHECK(h.session.handle(Handler::answer(0, {})));
  CHECK(h.build().session_epoch == 0);
}

TEST_CASE("a close names the session with the final epoch", "[machine]") {
  Handler h;
  FetchRequest none;
  CHECK_FALSE(h.session.build_close(none));
  h.in_session(123);
  FetchRequest request;
  REQUIRE(h.session.build_close(request));
  CHECK(request.session_id == 123);
  CHECK(request.session_epoch == -1);
}

TEST_CASE("after the greatest epoch of a fetch session comes 1", "[machine]") {
  CHECK(FetchMetadata::next_epoch(0) == 1);
  CHECK(FetchMetadata::next_epoch(INT32_MAX) == 1);
  CHECK(FetchMetadata::next_epoch(-1) == -1);
}
