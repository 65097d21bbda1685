#include "sim/net/intercepts.hpp"

#include <catch2/catch.hpp>

#include "core/message/fetch.hpp"
#include "core/message/heartbeat.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr HostId one{1};
constexpr HostId two{2};
const Message request = Message::of(HeartbeatRequest{});
const Message response = Message::of(HeartbeatResponse{});
const Message fetch = Message::of(FetchRequest{});

Parcel parcel(std::int32_t number) {
  return Parcel{one, 1, Received{{two, 1}, Envelope{number, 4, "", request}}, 100};
}
std::int32_t number(const std::optional<Parcel>& opened) { return opened->message.envelope.correlation_id; }

}  // namespace

TEST_CASE("an intercept takes the messages that its keys name and a key left out names all") {
  Intercepts intercepts;
  CHECK(intercepts.empty());
  const InterceptId narrow =
      intercepts.add({std::vector{one}, std::vector{two}, ApiKey::heartbeat, MessageKind::request, {}, {}, {}, 0, {}});
  CHECK(intercepts.take(one, two, request)->by == narrow);
  CHECK_FALSE(intercepts.take(two, one, request));
  CHECK_FALSE(intercepts.take(one, two, response));
  CHECK_FALSE(intercepts.take(one, two, fetch));
  const InterceptId any = intercepts.add({});
  CHECK(intercepts.take(two, one, response)->by == any);
  CHECK(intercepts.take(one, two, request)->by == narrow);  // the first that matches
}

TEST_CASE("an intercept lets the first pass that it is to skip and takes no more than its count") {
  Intercepts intercepts;
  InterceptRule rule;
  rule.skip = 2;
  rule.most = 1;
  (void)intercepts.add(rule);
  CHECK_FALSE(intercepts.take(one, two, request));
  CHECK_FALSE(intercepts.take(one, two, request));
  CHECK(intercepts.take(one, two, request));
  CHECK_FALSE(intercepts.take(one, two, request));
}

TEST_CASE("held messages are released in the order in which they came") {
  Intercepts intercepts;
  const InterceptId id = intercepts.add({});
  for (std::int32_t i = 0; i < 4; ++i) (void)intercepts.keep_held(id, parcel(i));
  CHECK(intercepts.held_by(id) == 4);
  const std::vector<std::uint64_t> first = intercepts.release(id, 1);
  REQUIRE(first.size() == 1);
  CHECK(number(intercepts.open(first[0])) == 0);
  CHECK_FALSE(intercepts.open(first[0]));
  const std::vector<std::uint64_t> rest = intercepts.remove(id);
  REQUIRE(rest.size() == 3);
  for (std::int32_t i = 0; i < 3; ++i) CHECK(number(intercepts.open(rest[static_cast<std::size_t>(i)])) == i + 1);
  CHECK(intercepts.empty());
  CHECK(intercepts.release(id, {}).empty());
}

TEST_CASE("a delayed message is not among those that a release lets through") {
  Intercepts intercepts;
  const InterceptId id = intercepts.add({});
  const std::uint64_t delayed = intercepts.keep_delayed(parcel(7));
  CHECK(intercepts.release(id, {}).empty());
  CHECK(intercepts.remove(id).empty());
  CHECK(number(intercepts.open(delayed)) == 7);
}

TEST_CASE("two rules that differ in one key have different hashes") {
  const auto hash = [](const InterceptRule& rule) {
    RunningHash h;
    hash_rule(h, rule);
    return h.value();
  };
  InterceptRule rule;
  const std::uint64_t plain = hash(rule);
  rule.from = std::vector<HostId>{};
  CHECK(hash(rule) != plain);
  rule = {};
  rule.kind = MessageKind::request;
  CHECK(hash(rule) != plain);
  rule = {};
  rule.most = 0;
  CHECK(hash(rule) != plain);
}
