// What happens to machines, disks and clocks, from the timeline's entry to what Kafka makes of it.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const std::vector<Patch> traffic{
    {"/producers", R"([{"id": "p", "topic": "t", "partition": 0, "rate": "100/s", "to": "2s"}])"}};

std::string faults(const Simulation& run) {
  std::string text;
  for (const FaultRecord& fault : run.driver().faults())
    text += (text.empty() ? "" : "; ") + fault.fault + " " + fault.target;
  return text;
}

std::string told(const Simulation& run, std::string_view kind) {
  std::string text;
  for (const StoryLine& line : lines_of(run.story(), kind)) text += line.subject + ": " + line.text + "\n";
  return text;
}

std::optional<NodeId> leader(const Simulation& run) { return run.checks().history().partition(t0)->leader; }
std::size_t isr(const Simulation& run) { return run.checks().history().partition(t0)->isr.size(); }

}  // namespace

TEST_CASE("a wiped broker comes back at once with empty disks and copies all again") {
  Simulation run = formed(with_timeline(R"({"at": "1s", "wipe": 1})", "8s", traffic));
  run_until(run, milliseconds(1'001));
  CHECK(is_up(run, 1));
  CHECK(run.world().disk(host_of(run, 1)).used_bytes() < 1'000);
  while (run.step()) {}
  run.finish();
  CHECK(told(run, "disk") == "broker 1: has empty disks\n");
  CHECK(run.findings().violations() == 0);
  CHECK(leader(run) == NodeId{2});
  CHECK(isr(run) == 2);
  const PartitionHistory* partition = run.checks().history().partition(t0);
  CHECK(partition->replica(NodeId{1})->log_end == partition->replica(NodeId{2})->log_end);
  CHECK(partition->replica(NodeId{1})->log_end.value >= 150);
}

TEST_CASE("with for a wiped machine stays dark that long") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "wipe": 1, "for": "300ms"})"));
  run_until(run, milliseconds(799));
  CHECK_FALSE(is_up(run, 1));
  run_until(run, milliseconds(800));
  CHECK(is_up(run, 1));
}

TEST_CASE("of two slow disks or processors in force on a host the slower counts until it is undone") {
  Simulation run = formed(with_timeline(R"({"at": "100ms", "slow_disk": {"broker": "all brokers", "times": 3}, "for": "800ms"},
      {"at": "200ms", "slow_disk": {"broker": 1, "times": 20}, "for": "100ms"},
      {"at": "100ms", "slow_cpu": {"target": 1, "times": 10}, "name": "cpu"}, {"at": "500ms", "undo": "cpu"})"));
  const auto at = [&](int ms) {
    run_until(run, milliseconds(ms));
    const sim::Host& one = run.world().host(host_of(run, 1));
    return std::pair{one.disk_permille(), one.cpu_permille()};
  };
  using Slowness = std::pair<std::int64_t, std::int64_t>;
  CHECK(at(150) == Slowness{3'000, 10'000});
  CHECK(at(250) == Slowness{20'000, 10'000});
  CHECK(at(350) == Slowness{3'000, 10'000});
  CHECK(at(600) == Slowness{3'000, 1'000});
  CHECK(at(950) == Slowness{1'000, 1'000});
  CHECK(run.world().host(host_of(run, 2)).disk_permille() == 1'000);
}

TEST_CASE("the ends of what makes a host slow or wrong are told with its name") {
  const Simulation run = whole(with_timeline(
      R"({"at": "200ms", "slow_disk": {"broker": "all brokers", "times": 3}, "for": "100ms"},
         {"at": "200ms", "slow_cpu": {"target": 3000, "times": 2}, "for": "200ms"},
         {"at": "200ms", "clock": {"target": 1, "jump": "1s"}, "name": "ahead"}, {"at": "500ms", "undo": "ahead"},
         {"at": "200ms", "freeze_metadata": 2, "for": "400ms"}, {"at": "200ms", "slow_disk": {"broker": 1, "times": 3}},
         {"at": "1s", "full_disk": 1, "for": "10ms"})"));
  CHECK(told(run, "heal")
        == "broker 1, broker 2: slow_disk is over\ncontroller 3000: slow_cpu is over\nbroker 1: clock is over\n"
           "broker 2: freeze_metadata is over\nbroker 1: full_disk is over\n");
  for (const StoryLine& line : lines_of(run.story(), "heal")) CHECK(line.tone == Tone::good);
}

TEST_CASE("a leader whose disk is full takes its log directory offline and another leads") {
  const Simulation run = whole(with_timeline(R"x({"at": "1s", "full_disk": "leader(t-0)", "for": "4s"})x", "10s", traffic));
  CHECK(faults(run) == "full_disk broker 1; log directory offline broker 1");
  CHECK(run.driver().faults()[1].reason.find("no space left") != std::string::npos);
  CHECK(told(run, "disk").find("broker 1: takes its log directory offline") == 0);
  CHECK(leader(run) == NodeId{2});
  CHECK(is_up(run, 1));  // the disk has room again, and the broker was started
  CHECK(isr(run) == 2);
  CHECK(run.measures().counts("p", std::nullopt, std::nullopt).failed == 0);
}

TEST_CASE("a disk that fails ends a broker and a controller alike and both come back with it") {
  Simulation run = formed(with_timeline(R"({"at": "1s", "fail_disk": 2, "for": "2s"}, {"at": "5s", "fail_disk": 3000})",
                                        "9s", traffic));
  run_until(run, milliseconds(2'999));
  CHECK_FALSE(is_up(run, 2));
  CHECK(isr(run) == 1);
  run_until(run, milliseconds(3'000));
  CHECK(is_up(run, 2));
  while (run.step()) {}
  CHECK_FALSE(is_up(run, 3000));
  CHECK(faults(run)
        == "fail_disk broker 2; log directory offline broker 2; fail_disk controller 3000; log directory offline "
           "controller 3000");
}

TEST_CASE("a broker that another fault had ended is not started by the end of a disk fault") {
  const Simulation run =
      whole(with_timeline(R"({"at": "500ms", "crash": 1}, {"at": "1s", "full_disk": 1, "for": "500ms"})"));
  CHECK_FALSE(is_up(run, 1));
}

TEST_CASE("flipped bits are found by the follower that copies them and by a reader and mended by a recovery") {
  const std::vector<Patch> read{traffic[0],
                                {"/consumers", R"([{"id": "r", "assign": ["t-0"], "from": "3s",
                                                    "config": {"auto.offset.reset": "earliest"}}])"}};
  Simulation run = formed(with_timeline(R"({"at": "2500ms", "corrupt": {"broker": 1, "partition": "t-0", "bits": 2}},
      {"at": "4s", "crash": 1, "for": "1s"})", "12s", read));
  run_until(run, milliseconds(2'600));
  const std::string what = told(run, "disk");
  CHECK(what.find("broker 1: flips a bit of byte ") == 0);
  CHECK(what.find(" of t-0/00000000000000000000.log, in the batch of offsets ") != std::string::npos);
  CHECK(run.world().disk(host_of(run, 1)).flipped_bits().size() == 2);
  run_until(run, milliseconds(3'999));
  CHECK(run.measures().counts("r", std::nullopt, std::nullopt).consumed < 200);
  while (run.step()) {}
  run.finish();
  CHECK(told(run, "recovery").find("bytes of a damaged end cut") != std::string::npos);
  CHECK(run.world().disk(host_of(run, 1)).flipped_bits().empty());
  CHECK(isr(run) == 2);
  CHECK(run.findings().violations() == 0);
}

TEST_CASE("which bits are flipped follows from the seed and where nothing is stored nothing happens") {
  const auto flipped = [](const std::string& seed) {
    const Simulation run = whole(with_timeline(
        R"({"at": "2500ms", "corrupt": {"broker": "all brokers", "partition": "t-0", "bits": 3}})", "2600ms",
        {traffic[0], {"/seed", seed}}));
    return std::pair{run.world().disk(host_of(run, 1)).flipped_bits(), run.world().disk(host_of(run, 2)).flipped_bits()};
  };
  const auto first = flipped("5");
  CHECK(first.first.size() == 3);
  CHECK_FALSE(first.first == first.second);
  CHECK(flipped("5") == first);
  CHECK_FALSE(flipped("6") == first);
  const Simulation empty =
      whole(with_timeline(R"({"at": "500ms", "corrupt": {"broker": 1, "partition": "t-1"}})", "600ms"));
  CHECK(told(empty, "fault").find("it has no records of t-1: nothing happens") != std::string::npos);
}

TEST_CASE("a clock that jumped and drifted is right again when that is undone") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "clock": {"target": 1, "jump": "-5s", "drift": "100000ppm"}, "for": "1s"},
                                           {"at": "1s", "clock": {"target": 1, "jump": "2s"}})"));
  const auto ahead = [&run] {
    return run.world().wall_clock(host_of(run, 1)) - run.world().wall_clock(host_of(run, 2));
  };
  run_until(run, milliseconds(499));
  CHECK(ahead() == 0);
  run_until(run, milliseconds(501));
  CHECK(std::abs(ahead() - (-5'000)) <= 1);
  run_until(run, milliseconds(1'001));
  CHECK(std::abs(ahead() - (-2'950)) <= 1);
  run_until(run, milliseconds(1'500));
  CHECK(std::abs(ahead() - 2'000) <= 1);
  run_until(run, milliseconds(2'500));
  CHECK(std::abs(ahead() - 2'000) <= 1);
}

TEST_CASE("clients stop in order and start again and so do controllers") {
  const std::vector<Patch> both{traffic[0], {"/consumers", R"([{"group": "g", "topics": ["t"]}])"}};
  Simulation run = formed(with_timeline(R"({"at": "500ms", "stop": "p", "for": "500ms"}, {"at": "700ms", "stop": "g/1"},
      {"at": "1500ms", "start": "g/1"}, {"at": "1600ms", "restart": 3000})", "5s", both));
  const auto up = [&run](const char* client) { return run.world().is_up(run.cluster().client(client)->host); };
  run_until(run, milliseconds(900));
  CHECK_FALSE(up("p"));
  CHECK_FALSE(up("g/1"));
  while (run.step()) {}
  CHECK(up("p"));
  CHECK(up("g/1"));
  CHECK(is_up(run, 3000));
  CHECK(run.measures().counts("p", std::nullopt, std::nullopt).failed == 0);
}

TEST_CASE("a power loss that keeps nothing may tear the next record of every replica") {
  const std::string produce = R"({"at": "100ms", "produce": {"topic": "t", "value": "v0", "partition": 0}},
                                 {"at": "200ms", "produce": {"topic": "t", "value": "v1", "partition": 0}}, )";
  Simulation run = formed(with_timeline(
      produce + R"({"at": "1s", "power_off": {"target": 2, "keep": "none", "torn": true}, "for": "500ms"})"));
  run_until(run, milliseconds(1'100));
  const auto log = run.world().disk(host_of(run, 2)).info("t-0/00000000000000000000.log");
  REQUIRE(log.has_value());
  CHECK(log->size > 61);  // nothing of it had been synced: a part of the first batch, garbage to its end
  CHECK(log->size < 2 * 61);
  while (run.step()) {}
  CHECK(told(run, "recovery").find("bytes of a damaged end cut") != std::string::npos);
}
