#include "sim/kernel/host.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/kernel/echo.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

// Ten microseconds a step and five milliseconds a sync; what making its file cost is charged.
struct Synced {
  Host host{HostId{0}, spec(), WallClock{wall_clock_at_zero}, Random{1}};
  FileId file{*host.disk().open("f", OpenMode::create)};
  Synced() { (void)host.charge(Instant{}, 0, 0); }
  static std::shared_ptr<const HostSpec> spec() {
    HostSpec spec = server_spec();
    spec.cpu = CpuCost{microseconds(10), {}};
    spec.disk.sync = milliseconds(5);
    return std::make_shared<const HostSpec>(spec);
  }
  // The next step syncs, and is served by the first thread.
  LaneThread& serve(Instant now) {
    REQUIRE(host.disk().sync(file));
    host.lanes().thread(0).busy = true;
    (void)host.charge(now, 0, 0);
    return host.lanes().thread(0);
  }
};

Duration time(Host& host, Instant now, std::uint64_t bytes, std::uint32_t thread = 0) { return host.charge(now, thread, bytes).due - now; }
Instant end_of_flush(Host& host, Instant now, FileId file) {
  return host.flushes().at(host.begin_flush(now, {1, FlushToken{1}, host.disk().begin_flush(file)})).due;
}

}  // namespace

TEST_CASE("a jump of one node's clock leaves the others and all deadlines alone") {
  EchoWorld echo;
  echo.run(seconds(1));
  EchoWorld same = echo;
  echo.world.jump_clock(echo.one, seconds(3'600));
  echo.run(seconds(1));
  same.run(seconds(1));
  CHECK(echo.world.wall_clock(echo.one) - same.world.wall_clock(same.one) == 3'600'000);
  CHECK(echo.world.wall_clock(echo.two) == same.world.wall_clock(same.two));
  CHECK(echo.client(echo.one).answers() == same.client(same.one).answers());
}

TEST_CASE("the right time moves all clocks as far and those of hosts that come later are right") {
  EchoWorld echo;
  echo.run(seconds(1));
  echo.world.jump_clock(echo.one, seconds(-7));
  echo.world.set_right_time(Timestamp{1'900'000'000'000});
  CHECK(echo.world.wall_clock(echo.one) == Timestamp{1'899'999'993'000});
  CHECK(echo.world.wall_clock(echo.two) == Timestamp{1'900'000'000'000});
  HostSpec late = server_spec();
  late.name = "late";
  late.endpoint.reset();
  const HostId added = echo.world.add_host(late);
  echo.run(seconds(5));
  CHECK(echo.world.wall_clock(added) == Timestamp{1'900'000'005'000});
  CHECK(echo.world.right_clock().at(echo.world.now()) == Timestamp{1'900'000'005'000});
}

TEST_CASE("a step costs its base and its bytes and all of it more on a slow processor") {
  HostSpec spec = server_spec();
  spec.cpu = CpuCost{microseconds(10), microseconds(2)};
  Host host{HostId{0}, std::make_shared<const HostSpec>(spec), WallClock{wall_clock_at_zero}, Random{1}};
  CHECK(time(host, Instant{}, 0) == microseconds(10));
  CHECK(time(host, Instant{}, 10'240) == microseconds(30));
  host.set_cpu_permille(10'000);
  CHECK(time(host, Instant{}, 10'240) == microseconds(300));
}

TEST_CASE("concurrent steps wait for the one disk") {
  Synced synced;
  Host& host = synced.host;
  const FileId file = synced.file;
  REQUIRE(host.disk().sync(file));
  CHECK(time(host, Instant{}, 0) == milliseconds(5) + microseconds(10));
  REQUIRE(host.disk().sync(file));
  CHECK(time(host, {}, 0, 1) == milliseconds(10) + microseconds(10));
  CHECK(time(host, Instant{}, 0, 2) == microseconds(10));  // without the disk there is nothing to wait for
}

TEST_CASE("on a slow disk every operation takes longer and the processor does not") {
  Synced synced;
  Host& host = synced.host;
  const FileId file = synced.file;
  host.set_disk_permille(Instant{}, 2'500);
  REQUIRE(host.disk().sync(file));
  CHECK(time(host, Instant{}, 0) == microseconds(12'510));
  CHECK(end_of_flush(host, Instant{} + seconds(1), file) == Instant{} + seconds(1) + microseconds(12'500));
  CHECK(time(host, Instant{} + seconds(2), 0) == microseconds(10));
  host.set_disk_permille(Instant{} + seconds(2), 1'000);
  REQUIRE(host.disk().sync(file));
  CHECK(time(host, Instant{} + seconds(3), 0) == microseconds(5'010));
}

TEST_CASE("when a disk gets another pace what is left of its work takes that much more or less time") {
  Synced synced;
  Host& host = synced.host;
  host.set_disk_permille(Instant{}, 1'000'000);
  const Instant began{};
  LaneThread& thread = synced.serve(began);
  CHECK(thread.due == began + microseconds(10) + seconds(5));
  const std::uint64_t number = host.begin_flush(began, {1, FlushToken{1}, host.disk().begin_flush(synced.file)});
  const Instant flushed = host.flushes().at(number).due;
  CHECK(flushed == thread.due + seconds(5));

  SECTION("faster in the middle") {
    host.set_disk_permille(began + seconds(3), 1'000);
    CHECK(thread.due == began + seconds(3) + (seconds(2) + microseconds(10)) / 1'000);
    const Instant sooner = host.flushes().at(number).due;
    CHECK(sooner == thread.due + milliseconds(5));
    CHECK(host.disk_free_at() == sooner);
    CHECK_FALSE(host.end_flush(flushed, number));
    CHECK(host.end_flush(sooner, number));
  }
  SECTION("slower before the processor has done its part") {
    host.set_disk_permille(began, 2'000'000);
    CHECK(thread.due == began + microseconds(10) + seconds(10));
  }
  SECTION("and the disk is charged for what it does and not for what the processor does before") {
    Synced other;
    other.host.set_cpu_permille(1'000'000);
    LaneThread& busy = other.serve(began);
    REQUIRE(busy.due == began + milliseconds(15));
    other.host.set_disk_permille(began, 10'000);
    CHECK(busy.due == began + milliseconds(60));
    CHECK(other.host.disk_free_at() == busy.due);
  }
  SECTION("while the process is stopped its services wait as they are") {
    host.pause(began + seconds(1));
    host.set_disk_permille(began + seconds(3), 1'000);
    host.resume(began + seconds(4));
    CHECK(thread.due == began + seconds(4) + (seconds(4) + microseconds(10)) / 1'000);
  }
  SECTION("what a step did without the disk stays as it is") {
    LaneThread& other = host.lanes().thread(1);
    other.busy = true;
    (void)host.charge(began, 1, 0);
    host.set_disk_permille(began, 1'000);
    CHECK(other.due == began + microseconds(10));
  }
  SECTION("no time at all") {
    host.set_disk_permille(began + seconds(3), 0);
    CHECK(thread.due == began + seconds(3));
    host.set_disk_permille(began + seconds(3), 1'000);
    CHECK(thread.due == began + seconds(3));
  }
}

TEST_CASE("what is read costs the processor once more without zero copy") {
  HostSpec spec = server_spec();
  spec.cpu = CpuCost{microseconds(10), microseconds(2)};
  for (const Switch zero_copy : {Switch::on, Switch::off}) {
    spec.disk.zero_copy = zero_copy;
    Host host{HostId{0}, std::make_shared<const HostSpec>(spec), WallClock{wall_clock_at_zero}, Random{1}};
    const FileId file = *host.disk().open("f", OpenMode::create);
    const SharedBytes bytes = SharedBytes::of(std::string(10'240, 'x'));
    REQUIRE(host.disk().append(file, {&bytes, 1}));
    (void)host.charge(Instant{}, 0, 0);
    REQUIRE(host.disk().read(file, 0, 10'240));
    CHECK(time(host, Instant{} + seconds(1), 10'240) == microseconds(zero_copy == Switch::on ? 30 : 50));
  }
}

TEST_CASE("an idle process has one wake up in the queue") {
  World world{1, WireMode::fast};
  const HostId lonely = world.add_host(client_spec("lonely"));
  world.start(lonely);
  (void)world.run_until(Instant{} + seconds(10));
  CHECK(world.machine<EchoClient>(lonely)->lost().size() > 50);  // nobody listens
  const std::uint64_t executed = world.events_executed();
  CHECK(executed < 6 * world.machine<EchoClient>(lonely)->lost().size() + 20);
}

TEST_CASE("a machine that leaves a deadline that is due is found out") {
  struct Restless {
    void step(const Input&, Env&) {}
    [[nodiscard]] std::optional<Instant> next_deadline() const { return Instant{}; }
  };
  World world{1, WireMode::fast};
  HostSpec spec;
  spec.name = "restless";
  spec.cpu = CpuCost{{}, {}};
  spec.factory = [] { return AnyMachine{Restless{}}; };
  world.start(world.add_host(spec));
  CHECK_THROWS_AS(world.run_until(Instant{} + seconds(1)), InternalError);
}
