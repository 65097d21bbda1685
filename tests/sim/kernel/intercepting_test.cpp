// What an intercept does to messages between a server and its clients, whatever becomes of those who sent them.
#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

InterceptRule of(InterceptFate fate, MessageKind kind) {
  InterceptRule rule;
  rule.fate = fate;
  rule.kind = kind;
  return rule;
}

// The clients have connected and asked some times; `one` asks every 100 ms.
EchoWorld running(WireMode mode = WireMode::fast) {
  EchoWorld bench{1, mode};
  bench.run(milliseconds(950));
  return bench;
}
std::size_t answers(const EchoWorld& bench) { return bench.client(bench.one).answers().size(); }

}  // namespace

TEST_CASE("a dropped request reaches nobody and other messages of its connection pass") {
  EchoWorld bench = running();
  InterceptRule rule = of(InterceptFate::drop, MessageKind::request);
  rule.from = std::vector{bench.one};
  rule.most = 1;
  (void)bench.world.intercept(rule);
  const std::size_t before = answers(bench);
  const std::int32_t asked = bench.client(bench.one).asked();
  bench.run(milliseconds(500));
  CHECK(bench.client(bench.one).asked() == asked + 5);
  CHECK(answers(bench) == before + 4);
  CHECK(bench.client(bench.one).lost().empty());  // it finds out by its own timeout
}

TEST_CASE("a delayed request arrives when it is due although its sender has crashed or lost power or closed") {
  for (const int end : {0, 1, 2}) {
    CAPTURE(end);
    EchoWorld bench = running();
    bench.world.crash(bench.two);
    InterceptRule rule = of(InterceptFate::delay, MessageKind::request);
    rule.delay = milliseconds(700);
    rule.most = 1;
    (void)bench.world.intercept(rule);
    bench.run(milliseconds(100));
    const std::uint64_t before = bench.echo().requests();
    if (end == 0) bench.world.crash(bench.one);
    if (end == 1) bench.world.power_off(bench.one, {});
    if (end == 2) bench.world.request_stop(bench.one);
    bench.run(milliseconds(500));
    const std::uint64_t meanwhile = bench.echo().requests();
    bench.run(milliseconds(500));
    CHECK(bench.echo().requests() == meanwhile + 1);
    CHECK(meanwhile <= before + 1);
    CHECK(bench.world.is_up(bench.server));  // the answer went nowhere
  }
}

TEST_CASE("a held message is void when the process that it was for has died") {
  EchoWorld bench = running();
  const InterceptId id = bench.world.intercept(of(InterceptFate::hold, MessageKind::request));
  bench.run(milliseconds(300));
  CHECK(bench.world.intercepts().held_by(id) > 2);
  bench.world.crash(bench.server);
  bench.world.crash(bench.one);
  bench.world.crash(bench.two);
  bench.world.start(bench.server);
  bench.run(milliseconds(50));
  bench.world.lift(id);
  bench.run(milliseconds(50));
  CHECK(bench.echo().requests() == 0);
}

TEST_CASE("held messages go through one by one and the rest in order when the intercept is over") {
  EchoWorld bench = running();
  InterceptRule rule = of(InterceptFate::hold, MessageKind::request);
  rule.from = std::vector{bench.one};
  const InterceptId id = bench.world.intercept(rule);
  const std::size_t before = answers(bench);
  const std::int32_t last = bench.client(bench.one).answers().back().second;
  bench.run(milliseconds(400));
  CHECK(answers(bench) == before);
  bench.world.release(id, 1);
  bench.run(milliseconds(20));
  CHECK(answers(bench) == before + 1);
  bench.world.lift(id);
  bench.run(milliseconds(50));
  REQUIRE(answers(bench) >= before + 4);  // one every 100 ms
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(bench.client(bench.one).answers()[before + i].second == last + 1 + static_cast<std::int32_t>(i));
  }
}

TEST_CASE("a held answer reaches its receiver although its sender has crashed") {
  EchoWorld bench = running();
  InterceptRule rule = of(InterceptFate::hold, MessageKind::response);
  rule.to = std::vector{bench.one};
  const InterceptId id = bench.world.intercept(rule);
  bench.run(milliseconds(150));
  REQUIRE(bench.world.intercepts().held_by(id) == 1);
  const std::size_t before = answers(bench);
  bench.world.crash(bench.server);
  bench.run(milliseconds(20));
  bench.world.lift(id);
  bench.run(milliseconds(20));
  CHECK(answers(bench) == before + 1);
}

TEST_CASE("an error answers the request in the server's place in both wire modes") {
  for (const WireMode mode : {WireMode::fast, WireMode::exact}) {
    EchoWorld bench = running(mode);
    InterceptRule rule = of(InterceptFate::error, MessageKind::request);
    rule.kind.reset();  // what it makes up is not taken again
    rule.error = ErrorCode::not_coordinator;
    rule.most = 2;
    (void)bench.world.intercept(rule);
    const std::uint64_t handled = bench.echo().requests();
    const std::size_t before = answers(bench) + bench.client(bench.two).answers().size();
    bench.run(milliseconds(55));
    bench.run(milliseconds(45));
    CHECK(bench.echo().requests() == handled);
    CHECK(answers(bench) + bench.client(bench.two).answers().size() == before + 2);
  }
}

TEST_CASE("an error in place of an answer comes after the request was applied") {
  EchoWorld bench = running();
  InterceptRule rule = of(InterceptFate::error, MessageKind::response);
  rule.error = ErrorCode::not_coordinator;
  (void)bench.world.intercept(rule);
  const std::uint64_t handled = bench.echo().requests();
  const std::size_t before = answers(bench);
  bench.run(milliseconds(100));
  CHECK(bench.echo().requests() == handled + 2);
  CHECK(answers(bench) == before + 1);
}

TEST_CASE("a disconnect resets the connection of the message and loses it") {
  EchoWorld bench = running();
  InterceptRule rule = of(InterceptFate::disconnect, MessageKind::request);
  rule.from = std::vector{bench.one};
  rule.most = 1;
  (void)bench.world.intercept(rule);
  bench.run(milliseconds(120));
  REQUIRE(bench.client(bench.one).lost().size() == 1);
  CHECK(bench.client(bench.one).lost()[0].second == DisconnectReason::reset);
  CHECK(bench.client(bench.two).lost().empty());
  CHECK(bench.echo().lost().size() == 1);
}

TEST_CASE("a copy of a world holds the same messages and goes on alike") {
  EchoWorld bench = running();
  const InterceptId id = bench.world.intercept(of(InterceptFate::hold, MessageKind::response));
  bench.run(milliseconds(250));
  EchoWorld copy = bench;
  for (EchoWorld* each : {&bench, &copy}) {
    each->run(milliseconds(100));
    each->world.lift(id);
    each->run(milliseconds(100));
  }
  CHECK(bench.world.trace_hash() == copy.world.trace_hash());
  CHECK(answers(bench) == answers(copy));
}
