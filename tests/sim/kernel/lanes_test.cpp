#include "sim/kernel/lanes.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr HostId self{0};
constexpr HostId peer{1};
constexpr ConnectionId accepted{peer, 1};
constexpr ConnectionId dialled{self, 1};

Waiting request(std::int32_t id, ConnectionId connection = accepted) {
  return {Received{connection, Envelope{id, 4, "", Message::of(HeartbeatRequest{})}}, 10};
}
Waiting response(std::int32_t id, Message body) {
  return {Received{dialled, Envelope{id, 4, "", std::move(body)}}, 10};
}

std::int32_t id_of(const std::optional<Lanes::Ready>& ready) {
  return ready ? std::get<Received>(ready->waiting.input).envelope.correlation_id : -1;
}

}  // namespace

TEST_CASE("a host that listens is given one request per connection at a time") {
  Lanes lanes{LaneThreads{}};
  lanes.put(self, request(1));
  lanes.put(self, request(2));
  lanes.put(self, request(9, ConnectionId{peer, 2}));
  CHECK(id_of(lanes.take()) == 1);
  CHECK(id_of(lanes.take()) == 9);
  CHECK_FALSE(lanes.take());
  lanes.answered(self, accepted, 2);  // not the one in hand
  CHECK_FALSE(lanes.take());
  lanes.answered(self, accepted, 1);
  CHECK(id_of(lanes.take()) == 2);
}

TEST_CASE("the end of a connection is told after the requests that came before it") {
  Lanes lanes{LaneThreads{}};
  lanes.put(self, request(1));
  lanes.put(self, request(2));
  lanes.put(self, {Disconnected{accepted, DisconnectReason::closed_by_peer}, 0});
  CHECK(id_of(lanes.take()) == 1);
  lanes.answered(self, accepted, 1);
  CHECK(id_of(lanes.take()) == 2);
  CHECK_FALSE(lanes.take());
  lanes.answered(self, accepted, 2);
  const auto last = lanes.take();
  REQUIRE(last);
  CHECK(std::holds_alternative<Disconnected>(last->waiting.input));
}

TEST_CASE("inputs of one connection keep their order although their lanes differ") {
  LaneThreads threads;
  threads.network = 1;
  Lanes lanes{threads};
  lanes.put(self, {Connected{dialled}, 0});
  const auto busy = lanes.take();
  REQUIRE(busy);
  lanes.put(self, response(1, Message::of(HeartbeatResponse{})));        // network lane
  lanes.put(self, response(2, Message::of(BrokerHeartbeatResponse{})));  // control lane by itself
  lanes.put(self, {Disconnected{dialled, DisconnectReason::reset}, 0});
  CHECK_FALSE(lanes.take());
  for (const std::int32_t id : {1, 2}) {
    lanes.thread(busy->thread).busy = false;
    CHECK(id_of(lanes.take()) == id);
  }
  lanes.thread(busy->thread).busy = false;
  CHECK(std::holds_alternative<Disconnected>(lanes.take()->waiting.input));
}

TEST_CASE("a connection that the process closes gives nothing more") {
  LaneThreads threads;
  threads.request = 1;
  Lanes lanes{threads};
  lanes.put(self, request(9, ConnectionId{peer, 2}));
  const auto busy = lanes.take();
  lanes.put(self, request(1));
  lanes.put(self, request(2));
  lanes.forget(accepted);
  lanes.thread(busy->thread).busy = false;
  CHECK_FALSE(lanes.take());
}

TEST_CASE("a lane serves as many inputs at once as it has threads") {
  LaneThreads threads;
  threads.request = 2;
  Lanes lanes{threads};
  for (std::uint64_t i = 1; i <= 3; ++i) lanes.put(self, request(static_cast<std::int32_t>(i), ConnectionId{peer, i}));
  CHECK(id_of(lanes.take()) == 1);
  const auto second = lanes.take();
  CHECK(id_of(second) == 2);
  CHECK_FALSE(lanes.take());
  CHECK(lanes.waiting(Lane::request) == 1);
  lanes.thread(second->thread).busy = false;
  CHECK(id_of(lanes.take()) == 3);
}

TEST_CASE("a broker heartbeat is not delayed by slow requests") {
  HostSpec slow = server_spec(Durable::no);
  slow.threads.request = 1;
  slow.cpu.base = milliseconds(30);
  EchoWorld echo{1, WireMode::fast, slow, EchoPlan{milliseconds(10), 1, ApiKey::heartbeat}};
  const HostId beating = echo.world.add_host(client_spec("beat", {milliseconds(500), 1, ApiKey::broker_heartbeat}));
  echo.world.start(beating);
  echo.run(seconds(20));
  CHECK(echo.world.host(echo.server).lanes().threads().size() == 16);
  const auto& beats = echo.client(beating).answers();
  REQUIRE(beats.size() > 10);
  // The first answer came 30 ms and a round trip after the question, and each later one 500 ms after the one before.
  for (std::size_t i = 1; i < beats.size(); ++i) {
    const Duration apart = beats[i].first - beats[i - 1].first;
    CHECK(apart > milliseconds(490));
    CHECK(apart < milliseconds(510));
  }
  CHECK(echo.client(echo.one).asked() > 2 * static_cast<std::int32_t>(echo.client(echo.one).answers().size()));
}

TEST_CASE("pipelined requests of one connection are answered in order and one after the other") {
  HostSpec slow = server_spec(Durable::no);
  slow.cpu.base = milliseconds(10);
  EchoWorld echo{1, WireMode::fast, slow, EchoPlan{seconds(10), 5, ApiKey::heartbeat}};
  echo.run(seconds(5));
  const auto& answers = echo.client(echo.one).answers();
  REQUIRE(answers.size() == 5);
  for (std::size_t i = 1; i < answers.size(); ++i) {
    CHECK(answers[i].second == answers[i - 1].second + 1);
    CHECK(answers[i].first > answers[i - 1].first + milliseconds(8));
  }
}
