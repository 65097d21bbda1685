#include "core/machine/request_channel.hpp"

#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "core/message/version.hpp"
#include "tests/support/stage.hpp"

using namespace kafkasim;

namespace {

const Endpoint first_broker{"b1", 9092};
const Endpoint second_broker{"b2", 9092};

ChannelOptions options() {
  ChannelOptions options;
  options.client_id = "tester";
  return options;
}

// A channel and, by hand, the network it speaks to.
class Bench {
 public:
  explicit Bench(ChannelOptions how = options()) : channel{4, std::move(how)} { start(1); }
  void start(std::uint32_t incarnation) { channel.start(Started{StartKind::restart, HostId{3}, incarnation}); }

  std::uint64_t send(const std::string& what, std::int32_t peer = 1, std::optional<Duration> timeout = {},
                     RequestChannel::Answer answer = RequestChannel::Answer::expected) {
    HeartbeatRequest request;
    request.group_id = what;
    return stage.act([&](Env& env) {
      return channel.send(peer, peer == 1 ? first_broker : second_broker, Message::of(request), env, timeout, answer);
    });
  }
  std::vector<Completion> step(const Input& in) {
    return stage.act([&](Env& env) { return channel.step(in, env); });
  }
  std::vector<Completion> wait(Duration time) {
    stage.now = stage.now + time;
    return step(Woken{});
  }
  // The connection that was asked for since the last call.
  ConnectionId dialled() {
    const auto connects = stage.take<Connect>();
    REQUIRE(connects.size() == 1);
    return connects[0].connection;
  }
  ConnectionId connect() {
    const ConnectionId connection = dialled();
    CHECK(step(Connected{connection}).empty());
    return connection;
  }
  std::vector<Completion> respond(const ConnectionId& connection, std::int32_t correlation_id) {
    return step(Received{connection, Envelope{correlation_id, 4, {}, Message::of(HeartbeatResponse{})}});
  }
  std::vector<std::string> sent() {
    std::vector<std::string> names;
    for (const Send& one : stage.take<Send>()) names.push_back(one.envelope.message.as<HeartbeatRequest>().group_id);
    return names;
  }
  bool ready(std::int32_t peer = 1) {
    return stage.act([&](Env& env) { return channel.ready(peer, first_broker, env); });
  }

  test::Stage stage;
  RequestChannel channel;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("what a process asks itself is not taken for the answer", "[machine]") {
  Bench bench;
  bench.send("a");
  const ConnectionId connection = bench.connect();
  const auto asked = bench.stage.take<Send>();
  REQUIRE(asked.size() == 1);
  CHECK(bench.step(Received{connection, asked[0].envelope}).empty());
  CHECK(bench.respond(connection, asked[0].envelope.correlation_id).size() == 1);
}

TEST_CASE("a request waits for its connection and carries version and client id and a correlation id") {
  Bench bench;
  bench.send("a");
  const auto connects = bench.stage.take<Connect>();
  REQUIRE(connects.size() == 1);
  CHECK(connects[0].to == first_broker);
  CHECK(connects[0].connection.dialler == HostId{3});
  CHECK(bench.channel.owns(connects[0].connection));
  CHECK(bench.sent().empty());
  bench.step(Connected{connects[0].connection});
  const auto sends = bench.stage.take<Send>();
  REQUIRE(sends.size() == 1);
  CHECK(sends[0].connection == connects[0].connection);
  CHECK(sends[0].envelope.version == spoken_version(ApiKey::heartbeat));
  CHECK(sends[0].envelope.client_id == "tester");
  CHECK(sends[0].envelope.correlation_id > 0);
}

TEST_CASE("requests to one peer share a connection and each peer has its own") {
  Bench bench;
  bench.send("a");
  bench.send("b");
  const ConnectionId first = bench.connect();
  bench.send("c", 2);
  const ConnectionId second = bench.connect();
  CHECK(first != second);
  CHECK(bench.sent() == Names{"a", "b", "c"});
}

TEST_CASE("connection numbers are never used again by any process of the host nor by another channel") {
  Bench bench;
  bench.send("a");
  const ConnectionId before = bench.dialled();
  bench.start(2);
  CHECK(bench.channel.unanswered(1) == 0);
  bench.send("b");
  const ConnectionId after = bench.dialled();
  CHECK(before != after);
  CHECK(bench.step(Connected{before}).empty());  // of the process that is gone
  CHECK(bench.sent().empty());
  RequestChannel other{5, options()};
  other.start(Started{StartKind::restart, HostId{3}, 2});
  CHECK_FALSE(other.owns(after));
}

TEST_CASE("an answer completes the request of its correlation id and no other") {
  Bench bench;
  const std::uint64_t first = bench.send("a");
  const std::uint64_t second = bench.send("b");
  const ConnectionId connection = bench.connect();
  const auto sends = bench.stage.take<Send>();
  REQUIRE(sends.size() == 2);
  CHECK(sends[0].envelope.correlation_id != sends[1].envelope.correlation_id);
  CHECK(bench.respond(connection, sends[1].envelope.correlation_id + 50).empty());
  const auto done = bench.respond(connection, sends[1].envelope.correlation_id);
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == second);
  CHECK(done[0].peer == 1);
  CHECK(done[0].response.has_value());
  CHECK(done[0].request.as<HeartbeatRequest>().group_id == "b");
  CHECK(bench.respond(connection, sends[1].envelope.correlation_id).empty());  // only once
  CHECK(bench.respond(connection, sends[0].envelope.correlation_id).at(0).id == first);
}

TEST_CASE("what is beyond the limit of unanswered requests waits its turn in order") {
  ChannelOptions narrow = options();
  narrow.max_in_flight = 2;
  Bench bench{narrow};
  for (const char* name : {"a", "b", "c", "d"}) bench.send(name);
  const ConnectionId connection = bench.connect();
  const auto sends = bench.stage.take<Send>();
  REQUIRE(sends.size() == 2);
  CHECK(bench.channel.unanswered(1) == 4);
  CHECK_FALSE(bench.ready());
  bench.respond(connection, sends[0].envelope.correlation_id);
  CHECK(bench.sent() == Names{"c"});
  CHECK(bench.channel.unanswered(1) == 3);
}

TEST_CASE("requests that expect no answer take no place and are not waited for") {
  ChannelOptions narrow = options();
  narrow.max_in_flight = 1;
  Bench bench{narrow};
  for (const char* name : {"a", "b", "c"}) bench.send(name, 1, {}, RequestChannel::Answer::none);
  bench.connect();
  CHECK(bench.sent() == Names{"a", "b", "c"});
  CHECK(bench.channel.unanswered(1) == 0);
  CHECK(bench.ready());
  CHECK(bench.wait(seconds(60)).empty());
}

TEST_CASE("a request that was never sent fails with its connection even if no answer was expected") {
  Bench bench;
  const std::uint64_t id = bench.send("a", 1, {}, RequestChannel::Answer::none);
  const auto done = bench.step(Disconnected{bench.dialled(), DisconnectReason::refused});
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == id);
  CHECK(done[0].failure == RequestFailure::disconnected);
}

TEST_CASE("a broken connection fails what was sent and what waited and nothing of other peers") {
  ChannelOptions narrow = options();
  narrow.max_in_flight = 1;
  Bench bench{narrow};
  bench.send("other", 2);
  bench.connect();
  const std::uint64_t first = bench.send("a");
  const std::uint64_t second = bench.send("b");
  const ConnectionId connection = bench.connect();
  const auto done = bench.step(Disconnected{connection, DisconnectReason::reset});
  REQUIRE(done.size() == 2);
  CHECK(done[0].id == first);
  CHECK(done[1].id == second);
  CHECK_FALSE(done[0].response);
  CHECK(done[1].failure == RequestFailure::disconnected);
  CHECK(bench.channel.unanswered(1) == 0);
  CHECK(bench.channel.unanswered(2) == 1);
  CHECK(bench.step(Disconnected{connection, DisconnectReason::reset}).empty());  // it is known already
}

TEST_CASE("the wait before connecting again doubles from 50 ms to a second and spreads by a fifth") {
  Bench bench;
  Duration expected = milliseconds(50);
  for (int attempt = 0; attempt < 8; ++attempt) {
    bench.send("a");
    const auto done = bench.step(Disconnected{bench.dialled(), DisconnectReason::refused});
    REQUIRE(done.size() == 1);
    bench.send("b");  // waits
    CHECK(bench.stage.take<Connect>().empty());
    CHECK(bench.channel.in_backoff(1, bench.stage.now));
    const Duration wait = *bench.channel.next_deadline() - bench.stage.now;
    CHECK(wait >= expected * 4 / 5);
    CHECK(wait <= expected * 6 / 5);
    bench.wait(wait - nanoseconds(1));
    CHECK(bench.stage.take<Connect>().empty());
    bench.wait(nanoseconds(1));
    CHECK_FALSE(bench.channel.in_backoff(1, bench.stage.now + seconds(5)));
    REQUIRE(bench.step(Disconnected{bench.dialled(), DisconnectReason::refused}).size() == 1);
    expected = std::min(expected * 4, milliseconds(1'000));  // two attempts a round
    bench.stage.now = bench.stage.now + seconds(2);
  }
}

TEST_CASE("an answer ends the series of failed attempts") {
  Bench bench;
  for (int attempt = 0; attempt < 5; ++attempt) {
    bench.send("a");
    bench.step(Disconnected{bench.dialled(), DisconnectReason::refused});
    bench.stage.now = bench.stage.now + seconds(2);
  }
  bench.send("b");
  const ConnectionId connection = bench.connect();
  bench.respond(connection, bench.stage.take<Send>().at(0).envelope.correlation_id);
  bench.step(Disconnected{connection, DisconnectReason::closed_by_peer});
  bench.send("c");
  CHECK(*bench.channel.next_deadline() - bench.stage.now <= milliseconds(60));
}

TEST_CASE("a request unanswered for its time closes the connection and fails the others as disconnected") {
  Bench bench;
  const std::uint64_t patient = bench.send("patient", 1, seconds(30));
  const std::uint64_t hasty = bench.send("hasty", 1, seconds(2));
  const ConnectionId connection = bench.connect();
  CHECK(bench.channel.next_deadline() == bench.stage.now + seconds(2));
  CHECK(bench.wait(seconds(2) - nanoseconds(1)).empty());
  const auto done = bench.wait(nanoseconds(1));
  REQUIRE(done.size() == 2);
  CHECK(done[0].id == hasty);
  CHECK(done[0].failure == RequestFailure::timed_out);
  CHECK(done[1].id == patient);
  CHECK(done[1].failure == RequestFailure::disconnected);
  const auto closed = bench.stage.take<Close>();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].connection == connection);
  CHECK(bench.respond(connection, bench.stage.take<Send>().at(0).envelope.correlation_id).empty());  // too late
}

TEST_CASE("a request that runs out of time before it is sent leaves the connection alone") {
  ChannelOptions narrow = options();
  narrow.max_in_flight = 1;
  Bench bench{narrow};
  bench.send("a");
  const std::uint64_t waiting = bench.send("b", 1, seconds(1));
  bench.connect();
  const auto done = bench.wait(seconds(1));
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == waiting);
  CHECK(done[0].failure == RequestFailure::timed_out);
  CHECK(bench.stage.take<Close>().empty());
  CHECK(bench.channel.is_connected(1));
}

TEST_CASE("a connection that is not made in time is given up") {
  ChannelOptions quick = options();
  quick.connection_setup_timeout = seconds(3);
  Bench bench{quick};
  const std::uint64_t id = bench.send("a");
  const ConnectionId connection = bench.dialled();
  CHECK(bench.channel.next_deadline() == bench.stage.now + seconds(3));
  const auto done = bench.wait(seconds(3));
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == id);
  CHECK(done[0].failure == RequestFailure::disconnected);
  CHECK(bench.stage.take<Close>().at(0).connection == connection);
  CHECK(bench.step(Connected{connection}).empty());
  CHECK_FALSE(bench.channel.is_connected(1));
}

TEST_CASE("asking whether a peer is ready connects to it") {
  Bench bench;
  CHECK_FALSE(bench.ready());
  bench.connect();
  CHECK(bench.ready());
  CHECK(bench.stage.take<Connect>().empty());
  bench.send("a");
  CHECK(bench.sent() == Names{"a"});
}

TEST_CASE("a connection that is wanted is made again after the wait although nothing is to be sent") {
  Bench bench;
  CHECK_FALSE(bench.ready());
  bench.step(Disconnected{bench.dialled(), DisconnectReason::refused});
  CHECK_FALSE(bench.channel.next_deadline());  // nobody wants it any more
  CHECK_FALSE(bench.ready());
  CHECK(bench.stage.take<Connect>().empty());
  REQUIRE(bench.channel.next_deadline());
  bench.wait(*bench.channel.next_deadline() - bench.stage.now);
  CHECK(bench.dialled().dialler == HostId{3});
}

TEST_CASE("a peer that is let go is closed and what it had is forgotten") {
  Bench bench;
  bench.send("a");
  const ConnectionId connection = bench.connect();
  bench.stage.act([&](Env& env) { bench.channel.disconnect(1, env); });
  CHECK(bench.stage.take<Close>().at(0).connection == connection);
  CHECK(bench.channel.unanswered(1) == 0);
  CHECK_FALSE(bench.channel.next_deadline());
  CHECK(bench.step(Disconnected{connection, DisconnectReason::reset}).empty());
}

TEST_CASE("a peer is dialled at the address it has when the connection is made") {
  Bench bench;
  bench.send("a");
  bench.step(Disconnected{bench.dialled(), DisconnectReason::refused});
  bench.stage.now = bench.stage.now + seconds(1);
  bench.stage.act([&](Env& env) { return bench.channel.send(1, second_broker, Message::of(HeartbeatRequest{}), env); });
  CHECK(bench.stage.take<Connect>().at(0).to == second_broker);
}

TEST_CASE("a copy of a channel goes its own way") {
  Bench bench;
  bench.send("a");
  const ConnectionId connection = bench.connect();
  Bench copy = bench;
  CHECK(bench.step(Disconnected{connection, DisconnectReason::reset}).size() == 1);
  CHECK(copy.channel.unanswered(1) == 1);
  CHECK(copy.channel.is_connected(1));
}
