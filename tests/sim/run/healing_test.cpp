#include "sim/run/healing.hpp"

#include <algorithm>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string three(std::string_view timeline) {
  return R"({"name": "three", "seed": 5, "duration": "3s", "cluster": {"brokers": 3, "controllers": 3, "profile": "fast",
    "config": {"offsets.topic.num.partitions": 1, "min.insync.replicas": 1}},
    "topics": [{"name": "t", "assignment": [[1, 2, 3]]}],
    "producers": [{"id": "p", "topic": "t", "records": 20, "rate": "20/s"}],
    "timeline": [)"
         + std::string{timeline} + "]}";
}

Core draw(const Simulation& run, std::uint64_t seed = 1) {
  const Patient patient{run.scenario(), run.world(), run.cluster(), run.checks().history()};
  return draw_core(patient, Random{seed});
}

Simulation at_the_end(std::string_view timeline, const std::vector<Patch>& patches = {}) {
  Simulation run = formed(scenario(three(timeline), patches));
  while (run.step()) {}
  return run;
}

World& world_of(Simulation& run) { return const_cast<World&>(run.world()); }

}  // namespace

TEST_CASE("a cluster in which nothing is broken is its own core") {
  const Simulation run = at_the_end("");
  const Core core = draw(run);
  CHECK(core.brokers == std::vector{NodeId{1}, NodeId{2}, NodeId{3}});
  CHECK(core.controllers.size() == 3);
  REQUIRE(core.tested.size() == 1);
  CHECK(run.checks().history().name(core.tested[0]) == "t-0");
}

TEST_CASE("a broken broker that nobody needs is in the core of some draws and outside that of others") {
  const Simulation run = at_the_end(R"({"at": "1s", "crash": 3})");
  std::size_t with = 0;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    const Core core = draw(run, seed);
    CHECK(core.has_broker(NodeId{1}));
    CHECK(core.has_broker(NodeId{2}));
    if (core.has_broker(NodeId{3})) ++with;
  }
  CHECK(with > 0);
  CHECK(with < 32);
}

TEST_CASE("the core holds a majority of the voters and a complete member of every ISR") {
  // Broker 1 is the last in the ISR, and down: without it nobody has all.
  const Simulation run = at_the_end(
      R"({"at": "1s", "crash": 2}, {"at": "1s", "crash": 3}, {"at": "2900ms", "crash": 1},
         {"at": "2950ms", "crash": "all controllers"})");
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    const Core core = draw(run, seed);
    CHECK(core.has_broker(NodeId{1}));
    CHECK(core.controllers.size() >= 2);
  }
}

TEST_CASE("a node that the controllers of the core still hear belongs to the core") {
  // Broker 1 is cut off. Whichever side a draw begins with, no controller that lives is left outside.
  const Simulation run = at_the_end(R"({"at": "1s", "partition": [1]})");
  std::size_t with = 0;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    const Core core = draw(run, seed);
    CHECK(core.controllers.size() == 3);
    CHECK(core.has_broker(NodeId{2}));
    CHECK(core.has_broker(NodeId{3}));
    if (core.has_broker(NodeId{1})) ++with;
  }
  CHECK(with > 0);
  CHECK(with < 32);
}

TEST_CASE("healing starts and resumes and connects what is in the core and leaves the rest as it is") {
  Simulation run = at_the_end(R"({"at": "1s", "crash": 3}, {"at": "1s", "pause": 2}, {"at": "1s", "partition": [1]})");
  World& world = world_of(run);
  const auto host = [&run](int id) { return run.cluster().brokers.at(NodeId{id}); };
  heal({host(1), host(2)}, run.cluster(), run.checks().history(), world);
  CHECK_FALSE(world.is_paused(host(2)));
  CHECK_FALSE(world.is_up(host(3)));
  CHECK(world.network().topology().open(host(1), host(2)));
  CHECK_FALSE(world.network().topology().open(host(1), host(3)));
  heal({host(3)}, run.cluster(), run.checks().history(), world);
  CHECK(world.is_up(host(3)));
}

TEST_CASE("where somebody has fallen silent clients may need request.timeout.ms longer") {
  const Simulation whole = at_the_end("");
  const Simulation silent = at_the_end(R"({"at": "1s", "pause": 3})");
  const auto budget = [](const Simulation& run) {
    return convergence_budget({run.scenario(), run.world(), run.cluster(), run.checks().history()}, draw(run));
  };
  CHECK(budget(whole) == seconds(20));
  CHECK(budget(silent) == seconds(50));
}

TEST_CASE("when a majority of voters has lost its log nothing can recover") {
  Simulation run = at_the_end("");
  const auto why = [&run] {
    return unrecoverable({run.scenario(), run.world(), run.cluster(), run.checks().history()}, draw(run));
  };
  CHECK(why().empty());
  for (const std::int32_t id : {3000, 3001}) {
    const HostId host = run.cluster().controllers.at(NodeId{id});
    world_of(run).crash(host);
    for (const FileInfo& file : run.world().disk(host).files())
      REQUIRE(world_of(run).edit_disk(host).remove(file.path));
  }
  REQUIRE(why().size() == 1);
  CHECK(why()[0].find("1 of 3 voters") != std::string::npos);
}

TEST_CASE("where a topic is deleted a member may need max.poll.interval.ms longer to join") {
  const std::vector<Patch> patches{{"/topics/-", R"({"name": "u"})"},
                                   {"/consumers", R"([{"group": "g", "topics": ["t", "u"], "config": {"max.poll.interval.ms": 70000}}])"}};
  const auto budget = [&patches](std::string_view timeline) {
    const Simulation run = at_the_end(timeline, patches);
    return convergence_budget({run.scenario(), run.world(), run.cluster(), run.checks().history()}, draw(run));
  };
  CHECK(budget(R"({"at": "1s", "delete_topic": "u"})") - budget("") == seconds(75));  // and what may be under way
}

TEST_CASE("a reader that tries a record again for ever which it cannot process keeps its group from recovering") {
  const auto why = [](const std::string& offset, const std::string& then) {
    const Simulation run = at_the_end("", {{"/consumers", R"([{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest"},
      "poison": {"partition": "t-0", "offset": )" + offset + R"(, "then": ")" + then + R"("}}])"}});
    return unrecoverable({run.scenario(), run.world(), run.cluster(), run.checks().history()}, draw(run));
  };
  CHECK(why("3", "retry") == std::vector<std::string>{"g tries offset 3 of t-0 again for ever, which it cannot process"});
  CHECK(why("3", "skip").empty());
  CHECK(why("20", "retry").empty());  // there is no such record yet
}
