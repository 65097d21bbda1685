#include "sim/kernel/world.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

// Some of everything that can happen, at moments of the run.
void trouble(EchoWorld& echo, std::uint64_t appointment) {
  World& world = echo.world;
  switch (appointment) {
    case 0: world.crash(echo.server); break;
    case 1: world.start(echo.server); break;
    case 2: world.cut({echo.server}, {echo.one}); break;
    case 3: world.pause(echo.two); break;
    case 4: world.resume(echo.two); break;
    case 5: world.heal(CutId{1}); break;
    case 6: world.power_off(echo.server, {}); break;
    case 7: world.start(echo.server); break;
    case 8: world.request_stop(echo.two); break;
    case 9: world.set_link(echo.one, echo.server, {milliseconds(5), milliseconds(9), 1'000'000, 100'000}); break;
    default: break;
  }
}

void schedule_trouble(EchoWorld& echo) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    echo.world.schedule(Instant{} + milliseconds(700) * static_cast<std::int64_t>(i + 1), i);
  }
}

bool step(EchoWorld& echo) {
  const auto done = echo.world.step();
  if (done && done->appointment) trouble(echo, *done->appointment);
  return done.has_value();
}

std::uint64_t run_with_trouble(std::uint64_t seed, WireMode mode) {
  EchoWorld echo{seed, mode};
  schedule_trouble(echo);
  while (echo.world.now() < Instant{} + seconds(9) && step(echo)) {}
  return echo.world.trace_hash();
}

}  // namespace

TEST_CASE("the same seed gives the same run and another seed another") {
  const std::uint64_t first = run_with_trouble(7, WireMode::fast);
  CHECK(run_with_trouble(7, WireMode::fast) == first);
  CHECK(run_with_trouble(8, WireMode::fast) != first);
}

TEST_CASE("messages as structs and messages through the codec give the same run") {
  CHECK(run_with_trouble(7, WireMode::exact) == run_with_trouble(7, WireMode::fast));
}

TEST_CASE("a copy of the world goes on as the original does from any event") {
  EchoWorld echo{3};
  schedule_trouble(echo);
  std::vector<EchoWorld> copies;
  std::uint64_t events = 0;
  while (echo.world.now() < Instant{} + seconds(9) && step(echo)) {
    if (++events % 50 == 0) copies.push_back(echo);
  }
  REQUIRE(copies.size() > 10);
  for (EchoWorld& copy : copies) {
    while (copy.world.events_executed() < echo.world.events_executed() && step(copy)) {}
    CHECK(copy.world.trace_hash() == echo.world.trace_hash());
    CHECK(copy.world.now() == echo.world.now());
  }
}

TEST_CASE("what happens to a copy leaves the original alone") {
  EchoWorld echo;
  echo.run(seconds(1));
  EchoWorld undisturbed = echo;
  EchoWorld copy = echo;
  copy.world.crash(copy.server);
  copy.run(seconds(1));
  CHECK(echo.world.is_up(echo.server));
  echo.run(seconds(1));
  undisturbed.run(seconds(1));
  CHECK(echo.world.trace_hash() == undisturbed.world.trace_hash());
  CHECK(echo.world.trace_hash() != copy.world.trace_hash());
}

TEST_CASE("requests are answered after they are durable") {
  EchoWorld echo;
  echo.run(seconds(1));
  const auto& answers = echo.client(echo.one).answers();
  CHECK(answers.size() >= 9);
  for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i].second == static_cast<std::int32_t>(i) + 1);
  CHECK(echo.world.disk(echo.server).info("echo.log")->durable_size >= answers.size() * 100);
}

TEST_CASE("an appointment is told at its place in the order of events") {
  EchoWorld echo;
  echo.world.schedule(Instant{} + milliseconds(500), 42);
  echo.world.schedule(Instant{} + milliseconds(500), 43);
  const auto first = echo.world.run_until(Instant{} + seconds(1));
  REQUIRE(first);
  CHECK(first->appointment == 42U);
  CHECK(echo.world.now() == Instant{} + milliseconds(500));
  CHECK(echo.world.run_until(Instant{} + seconds(1))->appointment == 43U);
  CHECK_FALSE(echo.world.run_until(Instant{} + seconds(1)));
  CHECK(echo.world.now() == Instant{} + seconds(1));
}

TEST_CASE("notes are observed in their order and are no part of the hash") {
  EchoWorld echo;
  std::uint64_t seen = echo.world.observations().size();  // the three processes were started
  std::uint64_t requests = 0;
  while (echo.world.now() < Instant{} + seconds(1)) {
    REQUIRE(echo.world.step());
    for (const Observation& one : echo.world.observations()) {
      CHECK(one.seq == seen++);
      CHECK(one.at == echo.world.now());
      if (one.get_if<trace::Remark>() && one.host == echo.server) ++requests;
    }
  }
  CHECK(requests == echo.echo().requests());
  CHECK(requests > 15);
}

TEST_CASE("a crash drops the effects of steps whose service time is not over and keeps the page cache") {
  HostSpec slow = server_spec(Durable::no);
  slow.cpu.base = milliseconds(50);
  EchoWorld echo{1, WireMode::fast, slow};
  while (!echo.world.machine<EchoServer>(echo.server) || echo.echo().requests() == 0) REQUIRE(echo.world.step());
  echo.world.crash(echo.server);
  CHECK_FALSE(echo.world.is_up(echo.server));
  CHECK(echo.world.disk(echo.server).info("echo.log")->size >= 100);
  echo.run(seconds(1));
  CHECK(echo.client(echo.one).answers().empty());

  echo.world.start(echo.server);
  echo.run(seconds(1));
  CHECK(echo.world.incarnation(echo.server) == 2);
  CHECK(echo.echo().found() >= 100);
  CHECK(echo.client(echo.one).answers().size() >= 3);
}

TEST_CASE("after a crash clients hear a reset and are refused until the process is back") {
  EchoWorld echo;
  echo.run(seconds(1));
  echo.world.crash(echo.server);
  echo.run(seconds(1));
  const auto& lost = echo.client(echo.one).lost();
  REQUIRE(lost.size() > 3);
  CHECK(lost[0].second == DisconnectReason::reset);
  CHECK(lost[1].second == DisconnectReason::refused);
  const std::size_t answers = echo.client(echo.one).answers().size();
  echo.world.start(echo.server);
  echo.run(seconds(1));
  CHECK(echo.client(echo.one).answers().size() > answers + 5);
}

TEST_CASE("power loss is silence and takes what was not synced") {
  EchoWorld echo{1, WireMode::fast, server_spec(Durable::no)};
  echo.run(seconds(1));
  const std::uint64_t written = echo.world.disk(echo.server).info("echo.log")->size;
  CHECK(written > 1000);
  PowerLossSpec nothing;
  nothing.keep = Keep::none;
  echo.world.power_off(echo.server, nothing);
  CHECK_FALSE(echo.world.is_up(echo.server));
  echo.run(seconds(1));
  CHECK(echo.client(echo.one).lost().empty());
  echo.world.start(echo.server);
  echo.run(seconds(5));
  CHECK(echo.echo().found() == 0);
  REQUIRE_FALSE(echo.client(echo.one).lost().empty());
  CHECK(echo.client(echo.one).lost()[0].second == DisconnectReason::reset);
}

TEST_CASE("a flush that was answered survives a power loss") {
  EchoWorld echo;
  echo.run(seconds(1));
  const std::uint64_t answered = echo.client(echo.one).answers().size() + echo.client(echo.two).answers().size();
  PowerLossSpec nothing;
  nothing.keep = Keep::none;
  echo.world.power_off(echo.server, nothing);
  echo.world.start(echo.server);
  echo.run(seconds(5));
  CHECK(echo.echo().found() >= answered * 100);
}

TEST_CASE("a paused process keeps its connections and does all that piled up when it goes on") {
  EchoWorld echo;
  echo.run(seconds(1));
  const std::uint64_t before = echo.echo().requests();
  echo.world.pause(echo.server);
  CHECK(echo.world.is_paused(echo.server));
  echo.run(seconds(5));
  CHECK(echo.echo().requests() == before);
  CHECK(echo.client(echo.one).lost().empty());
  echo.world.resume(echo.server);
  echo.run(seconds(2));
  CHECK(echo.echo().requests() >= before + 120);
  CHECK(echo.client(echo.one).lost().empty());
}

TEST_CASE("effects in the making are postponed by a pause") {
  HostSpec slow = server_spec(Durable::no);
  slow.cpu.base = milliseconds(50);
  EchoWorld echo{1, WireMode::fast, slow};
  while (!echo.world.machine<EchoServer>(echo.server) || echo.echo().requests() == 0) REQUIRE(echo.world.step());
  echo.run(milliseconds(10));
  const Instant begun = echo.world.now();
  echo.world.pause(echo.server);
  echo.run(milliseconds(500));
  CHECK(echo.client(echo.one).answers().empty());
  CHECK(echo.client(echo.two).answers().empty());
  echo.world.resume(echo.server);
  echo.run(milliseconds(60));
  const bool first_is_one = !echo.client(echo.one).answers().empty();
  const auto& answers = echo.client(first_is_one ? echo.one : echo.two).answers();
  REQUIRE_FALSE(answers.empty());
  CHECK(answers[0].first > begun + milliseconds(530));
}

TEST_CASE("a deadline that came during a pause fires when the process goes on") {
  EchoWorld echo;
  echo.run(seconds(1));
  const std::uint64_t woken = echo.client(echo.one).woken();
  echo.world.pause(echo.one);
  echo.run(seconds(3));
  CHECK(echo.client(echo.one).woken() == woken);
  echo.world.resume(echo.one);
  echo.run(milliseconds(1));
  CHECK(echo.client(echo.one).woken() == woken + 1);
}

TEST_CASE("a process that was paused and crashes leaves nothing behind") {
  EchoWorld echo;
  echo.run(seconds(1));
  echo.world.pause(echo.server);
  echo.run(seconds(1));
  echo.world.crash(echo.server);
  CHECK_FALSE(echo.world.is_paused(echo.server));
  echo.world.start(echo.server);
  echo.run(seconds(1));
  CHECK(echo.client(echo.one).lost().at(0).second == DisconnectReason::reset);
  CHECK(echo.echo().requests() > 10);
}

TEST_CASE("a process that is asked to stop ends by itself and closes its connections") {
  EchoWorld echo;
  echo.run(seconds(1));
  echo.world.request_stop(echo.server);
  CHECK(echo.world.is_up(echo.server));
  bool exited = false;
  (void)echo.world.run_until(echo.world.now() + milliseconds(20));
  for (const Observation& one : echo.world.observations()) {
    if (const auto* exit = one.get_if<ProcessExited>()) exited = exit->orderly && exit->reason == "stopped";
  }
  CHECK(exited);
  CHECK_FALSE(echo.world.is_up(echo.server));
  REQUIRE_FALSE(echo.client(echo.one).lost().empty());
  CHECK(echo.client(echo.one).lost()[0].second == DisconnectReason::closed_by_peer);
}

TEST_CASE("a command reaches the machine within the order of events") {
  EchoWorld echo;
  echo.run(seconds(1));
  const std::int32_t asked = echo.client(echo.one).asked();
  echo.world.command(echo.one, Finish{});
  CHECK(echo.client(echo.one).asked() == asked);
  REQUIRE(echo.world.step());
  CHECK(echo.client(echo.one).asked() == asked + 1);
}

TEST_CASE("a cut stops answers and healing brings them without a lost connection") {
  EchoWorld echo;
  echo.run(seconds(1));
  const CutId cut = echo.world.cut({echo.server}, {echo.one});
  echo.run(seconds(2));
  const std::size_t during = echo.client(echo.one).answers().size();
  CHECK(echo.client(echo.two).answers().size() > during + 10);
  echo.world.heal(cut);
  echo.run(seconds(10));
  CHECK(echo.client(echo.one).lost().empty());
  CHECK(echo.client(echo.one).answers().size() > during + 100);
}

TEST_CASE("a process listens when its start is over") {
  HostSpec slow = server_spec();
  slow.cpu.base = seconds(2);
  EchoWorld echo{1, WireMode::fast, slow};
  echo.run(milliseconds(1'900));
  CHECK(echo.world.is_up(echo.server));
  CHECK(echo.client(echo.one).lost().at(0).second == DisconnectReason::refused);
  echo.run(seconds(1));
  CHECK(echo.world.network().connection_count() == 2);
}

TEST_CASE("a disk that fails ends a process that says so and its connections are reset") {
  EchoWorld echo;
  echo.run(seconds(1));
  echo.world.edit_disk(echo.server).set_failing(Switch::on);
  echo.run(seconds(1));
  CHECK_FALSE(echo.world.is_up(echo.server));
  CHECK(echo.client(echo.one).lost().at(0).second == DisconnectReason::reset);
}

TEST_CASE("a machine that is wiped is dead in silence and has empty disks") {
  EchoWorld echo;
  echo.run(seconds(1));
  REQUIRE(echo.world.disk(echo.server).used_bytes() > 0);
  echo.world.wipe(echo.server);
  CHECK_FALSE(echo.world.is_up(echo.server));
  CHECK(echo.world.disk(echo.server).files().empty());
  bool told = false;
  for (const Observation& o : echo.world.observations()) told = told || o.get_if<DisksWiped>() != nullptr;
  CHECK(told);
  echo.world.start(echo.server);
  echo.run(milliseconds(100));
  CHECK(echo.world.machine<EchoServer>(echo.server)->found() == 0);
}

TEST_CASE("disks become slow and full and failing and rotten by the world's word alone and into the hash") {
  EchoWorld echo;
  echo.run(seconds(1));
  std::uint64_t hash = echo.world.trace_hash();
  const auto changed = [&] { return std::exchange(hash, echo.world.trace_hash()) != echo.world.trace_hash(); };
  echo.world.set_disk_times(echo.server, 3'000);
  CHECK(changed());
  CHECK(echo.world.host(echo.server).disk_permille() == 3'000);
  echo.world.set_disk_full(echo.server, Switch::on);
  CHECK(changed());
  CHECK(echo.world.disk(echo.server).free_bytes() == 0);
  echo.world.corrupt(echo.server, "echo.log", 5, std::byte{1});
  CHECK(changed());
  CHECK(echo.world.disk(echo.server).flipped_bits() == std::vector<FlippedBits>{{"echo.log", 5, std::byte{1}}});
  REQUIRE(echo.world.observations().back().get_if<DataCorrupted>() != nullptr);
  const auto before = echo.world.observations().size();
  echo.world.corrupt(echo.server, "nothing", 5, std::byte{1});
  CHECK(echo.world.observations().size() == before);
  echo.world.set_disk_failing(echo.server, Switch::on);
  CHECK(changed());
  echo.run(seconds(1));
  CHECK_FALSE(echo.world.is_up(echo.server));
}

TEST_CASE("hosts that are added move nobody else") {
  std::vector<std::vector<std::pair<Instant, std::int32_t>>> answers;
  for (const bool with_stranger : {false, true}) {
    EchoWorld echo{5};
    if (with_stranger) {
      HostSpec stranger = server_spec();
      stranger.name = "stranger";
      stranger.endpoint = Endpoint{"stranger", 9092};
      echo.world.start(echo.world.add_host(stranger));
    }
    echo.run(seconds(2));
    answers.push_back(echo.client(echo.one).answers());
  }
  CHECK(answers[0] == answers[1]);
}

TEST_CASE("what is asked of a host in the wrong state does nothing") {
  EchoWorld echo;
  echo.run(seconds(1));
  const std::uint64_t hash = echo.world.trace_hash();
  echo.world.start(echo.server);
  echo.world.resume(echo.server);
  CHECK(echo.world.trace_hash() == hash);
  echo.world.crash(echo.server);
  const std::uint64_t down = echo.world.trace_hash();
  echo.world.crash(echo.server);
  echo.world.pause(echo.server);
  echo.world.request_stop(echo.server);
  echo.world.command(echo.server, Finish{});
  CHECK(echo.world.trace_hash() == down);
}
