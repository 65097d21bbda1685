// Hosts whose processes are real clients: what they do takes its place in the order of events, and what comes for them is kept.
#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

struct Outside {
  EchoWorld bench{1, WireMode::fast};
  HostId host;
  ConnectionId connection;

  Outside() {
    HostSpec spec;
    spec.name = "outside";
    host = bench.world.add_host(std::move(spec));
    connection = {host, 1};
    bench.run(milliseconds(950));
  }
  void dial() {
    bench.world.dial(connection, server_address);
    bench.run(milliseconds(20));
  }
  void ask(std::int32_t id) {
    const Envelope envelope{id, spoken_version(ApiKey::heartbeat), "outside", Message::of(HeartbeatRequest{})};
    bench.world.send_from_outside(connection, envelope, 60);
  }
};

}  // namespace

TEST_CASE("a host without a process of its own connects and is answered") {
  Outside out;
  out.dial();
  std::vector<Delivery> come = out.bench.world.take_outside();
  REQUIRE(come.size() == 1);
  CHECK(std::get<Connected>(come[0].input).connection == out.connection);
  out.ask(7);
  CHECK(out.bench.world.bytes_under_way(out.connection) == 60);
  out.bench.run(milliseconds(50));
  come = out.bench.world.take_outside();
  REQUIRE(come.size() == 1);
  CHECK(std::get<Received>(come[0].input).envelope.correlation_id == 7);
  CHECK(out.bench.world.bytes_under_way(out.connection) == 0);
  CHECK(out.bench.world.take_outside().empty());
}

TEST_CASE("such a host hears of a reset and its hanging up is heard") {
  Outside out;
  out.dial();
  (void)out.bench.world.take_outside();
  SECTION("a crash of the other side") {
    out.bench.world.crash(out.bench.server);
    out.bench.run(milliseconds(20));
    const auto come = out.bench.world.take_outside();
    REQUIRE(come.size() == 1);
    CHECK(std::get<Disconnected>(come[0].input).reason == DisconnectReason::reset);
  }
  SECTION("its own end") {
    const std::size_t before = out.bench.echo().lost().size();
    out.bench.world.hang_up(out.connection);
    out.bench.run(milliseconds(20));
    CHECK(out.bench.echo().lost().size() == before + 1);
  }
}

TEST_CASE("what is held on its way to such a host arrives when it is let go") {
  Outside out;
  out.dial();
  (void)out.bench.world.take_outside();
  InterceptRule rule;
  rule.fate = InterceptFate::hold;
  rule.kind = MessageKind::response;
  rule.to = std::vector{out.host};
  const InterceptId held = out.bench.world.intercept(rule);
  out.ask(1);
  out.bench.run(milliseconds(100));
  CHECK(out.bench.world.take_outside().empty());
  out.bench.world.lift(held);
  out.bench.run(milliseconds(10));
  CHECK(out.bench.world.take_outside().size() == 1);
}

TEST_CASE("what it does is in the hash and it is never started") {
  Outside one;
  Outside two;
  CHECK(one.bench.world.trace_hash() == two.bench.world.trace_hash());
  one.dial();
  two.dial();
  CHECK(one.bench.world.trace_hash() == two.bench.world.trace_hash());
  one.ask(1);
  CHECK(one.bench.world.trace_hash() != two.bench.world.trace_hash());
  one.bench.world.start(one.host);
  CHECK_FALSE(one.bench.world.is_up(one.host));
}
