// How World executes events: what a machine is given when, what leaves it when, and what of that the trace hash holds.
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "core/message/version.hpp"
#include "sim/kernel/world.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

// What a machine is to do when it is told to: by the value of a command.
class Puppet {
 public:
  explicit Puppet(bool dials) : dials_{dials} {}
  void step(const Input& in, Env& env) {
    if (const auto* started = std::get_if<Started>(&in)) {
      connection_ = ConnectionId{started->host, std::uint64_t{started->incarnation} << 32 | 1};
      file_ = *env.disk.open("f", OpenMode::create_or_existing);
      if (dials_) env.out.add(Connect{connection_, {"peer", 1}});
    } else if (const auto* received = std::get_if<Received>(&in)) {
      told("received", env);
      if (received->envelope.message.kind() == MessageKind::request) {
        env.out.add(Send{
            received->connection,
            {received->envelope.correlation_id, received->envelope.version, "", Message::of(HeartbeatResponse{})}});
      }
    } else if (const auto* flushed = std::get_if<Flushed>(&in)) {
      told(flushed->ok ? "flushed" : "not flushed", env);
    } else if (std::holds_alternative<Woken>(in)) {
      told("woken", env);
      deadline_.reset();
    } else if (const auto* command = std::get_if<Command>(&in)) {
      obey(*std::get<ProduceCommand>(*command).value, env);
    }
  }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return deadline_; }
  [[nodiscard]] const std::vector<std::pair<Instant, std::string>>& log() const { return log_; }

 private:
  void told(const std::string& what, Env& env) { log_.emplace_back(env.now, what); }
  void ask(const std::string& member, Env& env) {
    env.out.add(Send{connection_,
                     {++correlation_, spoken_version(ApiKey::heartbeat), "p",
                      Message::of(HeartbeatRequest{"g", Generation{1}, member, std::nullopt})}});
  }
  void obey(const std::string& what, Env& env) {
    told(what, env);
    if (what == "ask a b") {
      ask("a", env);
      ask("b", env);
    } else if (what == "ask b a") {
      ask("b", env);
      ask("a", env);
    } else if (what == "ask a") {
      ask("a", env);
    } else if (what == "remark") {
      env.out.note(trace::Remark{"something to tell"});
    } else if (what == "flush") {
      (void)env.disk.append(file_, std::vector<SharedBytes>{SharedBytes::of("x")});
      env.out.add(Flush{file_, FlushToken{1}});
    } else if (what == "flush nothing") {
      env.out.add(Flush{FileId{99}, FlushToken{2}});
    } else if (what == "sync and tell") {
      (void)env.disk.sync(file_);
      env.out.add(Flush{std::nullopt, FlushToken{4}});
    } else if (what == "wake me") {
      deadline_ = env.now + milliseconds(30);
    } else if (what == "exit") {
      env.out.add(Exit{false, "told to"});
      env.out.add(Flush{file_, FlushToken{3}});
    }
  }

  bool dials_;
  ConnectionId connection_{};
  FileId file_{};
  std::int32_t correlation_{0};
  std::optional<Instant> deadline_;
  std::vector<std::pair<Instant, std::string>> log_;
};

struct Two {
  explicit Two(Duration cpu = microseconds(20))
      : world{1, WireMode::fast, LinkQuality{milliseconds(1), milliseconds(1), 1U << 30, 0}} {
    HostSpec served;
    served.name = "peer";
    served.endpoint = Endpoint{"peer", 1};
    served.factory = [] { return AnyMachine{Puppet{false}}; };
    peer = world.add_host(served);
    HostSpec dialling;
    dialling.name = "puppet";
    dialling.factory = [] { return AnyMachine{Puppet{true}}; };
    dialling.cpu.base = cpu;
    dialling.disk.sync = milliseconds(4);
    puppet = world.add_host(dialling);
    world.start(peer);
    (void)world.run_until(Instant{} + milliseconds(10));
    world.start(puppet);
    (void)world.run_until(Instant{} + seconds(1));
  }
  Two& tell(const std::string& what) {
    world.command(puppet, ProduceCommand{"", std::nullopt, what, std::nullopt, {}});
    return *this;
  }
  std::uint64_t hash_after(Duration time = seconds(1)) {
    (void)world.run_until(world.now() + time);
    return world.trace_hash();
  }
  [[nodiscard]] std::vector<std::string> log(HostId host) const {
    std::vector<std::string> texts;
    for (const auto& [at, what] : world.machine<Puppet>(host)->log()) texts.push_back(what);
    return texts;
  }
  World world;
  HostId peer;
  HostId puppet;
};
using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("the hash changes with an input and an effect and the order of effects") {
  const std::uint64_t quiet = Two{}.hash_after();
  const std::uint64_t one = Two{}.tell("ask a").hash_after();
  const std::uint64_t ab = Two{}.tell("ask a b").hash_after();
  const std::uint64_t ba = Two{}.tell("ask b a").hash_after();
  CHECK(std::set{quiet, one, ab, ba}.size() == 4);
  CHECK(Two{}.tell("ask a b").hash_after() == ab);
}

TEST_CASE("the hash changes with the moment of an event") {
  Two early;
  Two late;
  early.world.schedule(early.world.now() + milliseconds(5), 1);
  late.world.schedule(late.world.now() + milliseconds(6), 1);
  (void)early.world.step();
  (void)late.world.step();
  CHECK(early.world.trace_hash() != late.world.trace_hash());
}

TEST_CASE("a remark is observed and changes nothing") {
  Two with;
  with.tell("remark");
  bool seen = false;
  const std::uint64_t events = with.world.events_executed();
  while (with.world.step()) {
    for (const Observation& o : with.world.observations()) seen = seen || o.get_if<trace::Remark>() != nullptr;
  }
  CHECK(seen);
  Two without;
  without.tell("nothing");
  const std::uint64_t before = without.world.events_executed();
  while (without.world.step()) {}
  CHECK(with.world.events_executed() - events == without.world.events_executed() - before);
}

TEST_CASE("effects leave after the service time and not before") {
  Two two{milliseconds(50)};
  const Instant told = two.world.now();
  two.tell("ask a");
  (void)two.world.run_until(told + milliseconds(50));
  CHECK(two.log(two.puppet) == Log{"ask a"});
  CHECK(two.log(two.peer).empty());
  (void)two.world.run_until(told + milliseconds(53));
  CHECK(two.log(two.peer) == Log{"received"});
}

TEST_CASE("a crash in the service time drops what would have left") {
  Two two{milliseconds(50)};
  two.tell("ask a");
  (void)two.world.run_until(two.world.now() + milliseconds(20));
  two.world.crash(two.puppet);
  (void)two.world.run_until(two.world.now() + seconds(1));
  CHECK(two.log(two.peer).empty());
}

TEST_CASE("a machine is woken at its deadline once") {
  Two two;
  const Instant told = two.world.now();
  two.tell("wake me");
  (void)two.world.run_until(told + seconds(1));
  const auto& log = two.world.machine<Puppet>(two.puppet)->log();
  REQUIRE(log.size() == 2);
  CHECK(log[1].second == "woken");
  CHECK(log[1].first == log[0].first + milliseconds(30));
}

TEST_CASE("a flush is answered when the disk is done and one of a file that is gone at once") {
  Two two;
  two.tell("flush");
  (void)two.world.run_until(two.world.now() + milliseconds(3));
  CHECK(two.log(two.puppet) == Log{"flush"});
  CHECK(two.world.disk(two.puppet).info("f")->durable_size == 0);
  (void)two.world.run_until(two.world.now() + milliseconds(3));
  CHECK(two.log(two.puppet) == Log{"flush", "flushed"});
  CHECK(two.world.disk(two.puppet).info("f")->durable_size == 1);
  two.tell("flush nothing");
  (void)two.world.run_until(two.world.now() + milliseconds(10));
  CHECK(two.log(two.puppet).back() == "flushed");
  two.world.edit_disk(two.puppet).set_failing(Switch::on);
  two.tell("flush nothing");
  (void)two.world.run_until(two.world.now() + milliseconds(10));
  CHECK(two.log(two.puppet).back() == "not flushed");
}

TEST_CASE("a flush of no file is answered when the disk is done with the step that asked for it") {
  Two two{Duration{}};
  two.tell("sync and tell");
  (void)two.hash_after(milliseconds(4) - Duration{1});
  CHECK(two.log(two.puppet) == Log{"sync and tell"});
  (void)two.hash_after(Duration{1});
  CHECK(two.log(two.puppet) == Log{"sync and tell", "flushed"});
}

TEST_CASE("what a slow disk has not done yet it does at its new pace when it becomes fast again") {
  for (const char* work : {"flush", "sync and tell"}) {
    Two two{Duration{}};
    two.world.set_disk_times(two.puppet, 1'000'000);
    two.tell(work);
    (void)two.hash_after(seconds(3));
    CHECK(two.log(two.puppet) == Log{work});
    two.world.set_disk_times(two.puppet, 1'000);
    (void)two.hash_after(milliseconds(1) - microseconds(100));  // a second of four was left
    CHECK(two.log(two.puppet) == Log{work});
    (void)two.hash_after(microseconds(200));
    CHECK(two.log(two.puppet) == Log{work, "flushed"});
    (void)two.hash_after(seconds(3));
    CHECK(two.log(two.puppet) == Log{work, "flushed"});
  }
}

TEST_CASE("what a disk has not done yet takes longer when it becomes slow") {
  Two two{Duration{}};
  two.tell("flush");
  (void)two.hash_after(milliseconds(3));
  two.world.set_disk_times(two.puppet, 10'000);
  (void)two.hash_after(milliseconds(10) - microseconds(100));
  CHECK(two.log(two.puppet) == Log{"flush"});
  (void)two.hash_after(microseconds(200));
  CHECK(two.log(two.puppet) == Log{"flush", "flushed"});
}

TEST_CASE("a flush that a loss of power overtakes is answered to nobody") {
  Two two;
  two.tell("flush");
  (void)two.world.run_until(two.world.now() + milliseconds(2));
  two.world.power_off(two.puppet, {Keep::all, {}, {}});
  two.world.start(two.puppet);
  (void)two.world.run_until(two.world.now() + seconds(1));
  CHECK(two.log(two.puppet).empty());
}

TEST_CASE("what a machine emits behind its exit does not happen") {
  Two two;
  two.tell("exit");
  std::optional<ProcessExited> exited;
  while (two.world.now() < Instant{} + seconds(2) && two.world.step()) {
    for (const Observation& o : two.world.observations()) {
      if (const auto* e = o.get_if<ProcessExited>()) exited = *e;
    }
  }
  REQUIRE(exited.has_value());
  CHECK_FALSE(exited->orderly);
  CHECK(exited->reason == "told to");
  CHECK_FALSE(two.world.is_up(two.puppet));
}

TEST_CASE("a world of which everything is done has no next event") {
  World world{1, WireMode::fast};
  CHECK_FALSE(world.step().has_value());
  CHECK(world.events_executed() == 0);
}
