#include "sim/fault/driver.hpp"

#include <catch2/catch.hpp>

#include "sim/workload/producing_app.hpp"
#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::vector<std::string> notes(const Simulation& run) {
  std::vector<std::string> texts;
  for (const StoryLine& line : lines_of(run.story(), "note"))
    texts.push_back(std::to_string(line.at.whole_ms()) + " " + line.text);
  return texts;
}

std::vector<std::string> warnings(const Simulation& run) {
  std::vector<std::string> texts;
  for (const StoryLine& line : lines_of(run.story(), "fault")) {
    if (line.tone == Tone::warning) texts.push_back(line.text);
  }
  return texts;
}

std::string faults_in_time(const Simulation& run) {
  std::string text;
  for (const FaultRecord& fault : run.driver().faults())
    text += (text.empty() ? "" : "; ") + std::to_string(fault.at.whole_ms()) + " " + fault.fault + " " + fault.target;
  return text;
}

}  // namespace

TEST_CASE("a crash kills the process and for starts it again") {
  Simulation run =
      formed(with_timeline(R"({"at": "500ms", "crash": 1, "for": "700ms"}, {"at": "600ms", "crash": 3000})"));
  run_until(run, milliseconds(499));
  CHECK(is_up(run, 1));
  run_until(run, milliseconds(600));
  CHECK_FALSE(is_up(run, 1));
  CHECK_FALSE(is_up(run, 3000));
  run_until(run, milliseconds(1199));
  CHECK_FALSE(is_up(run, 1));
  run_until(run, milliseconds(1200));
  CHECK(is_up(run, 1));
  CHECK_FALSE(is_up(run, 3000));
  CHECK(faults_in_time(run) == "500 crash broker 1; 600 crash controller 3000");
}

TEST_CASE("a machine without power starts again after for and keeps what the entry says") {
  const std::string produce = R"({"at": "100ms", "produce": {"topic": "t", "value": "v0", "partition": 0}},
                                 {"at": "200ms", "produce": {"topic": "t", "value": "v1", "partition": 0}},
                                 {"at": "300ms", "produce": {"topic": "t", "value": "v2", "partition": 0}}, )";
  const std::pair<std::string, std::int64_t> kinds[] = {
      {R"("none")", 0}, {R"("all")", 3}, {R"({"partition": "t-0", "records": 2})", 2}};
  for (const auto& [keep, left] : kinds) {
    CAPTURE(keep);
    Simulation run = formed(with_timeline(produce + R"({"at": "1s", "power_off": {"target": 2, "keep": )" + keep
                                          + R"(}, "for": "500ms"})"));
    run_until(run, milliseconds(999));
    CHECK(run.checks().history().partition(TopicPartition{"t", PartitionIndex{0}})->replica(NodeId{2})->log_end
          == Offset{3});
    run_until(run, milliseconds(1100));
    CHECK_FALSE(is_up(run, 2));
    while (run.step()) {}
    CHECK(is_up(run, 2));
    const auto loaded = lines_of(run.story(), "recovery");
    REQUIRE_FALSE(loaded.empty());
    const bool first = loaded[0].subject == "t-0";
    REQUIRE((first || loaded.size() > 1));
    CHECK(loaded[first ? 0 : 1].text.find("loads offsets 0 to " + std::to_string(left) + ",") != std::string::npos);
  }
}

TEST_CASE("a stopped broker leaves in order and start brings it back") {
  Simulation run =
      formed(with_timeline(R"({"at": "500ms", "stop": 1}, {"at": "2s", "start": 1}, {"at": "2s", "start": 2})"));
  run_until(run, milliseconds(1900));
  CHECK_FALSE(is_up(run, 1));
  CHECK(run.checks().history().partition(TopicPartition{"t", PartitionIndex{0}})->leader == NodeId{2});
  while (run.step()) {}
  CHECK(is_up(run, 1));
  CHECK(run.world().incarnation(host_of(run, 1)) == 2);
  CHECK(run.world().incarnation(host_of(run, 2)) == 1);  // it was up: nothing to start
}

TEST_CASE("a broker that is told to stop for a shorter time than it takes comes back all the same") {
  const Simulation run = whole(with_timeline(R"({"at": "500ms", "stop": 1, "for": "1ms"})"));
  CHECK(is_up(run, 1));
  CHECK(run.world().incarnation(host_of(run, 1)) == 2);
}

TEST_CASE("a restart stops in order and starts as soon as the process has ended") {
  const Simulation run = whole(with_timeline(R"({"at": "500ms", "restart": 1}, {"at": "700ms", "restart": 3000})"));
  CHECK(run.world().incarnation(host_of(run, 1)) == 2);
  CHECK(run.world().incarnation(host_of(run, 3000)) == 2);
  bool orderly = false;
  for (const StoryLine& line : lines_of(run.story(), "process"))
    orderly = orderly || (line.subject == "broker 1" && line.text.starts_with("ends"));
  CHECK(orderly);
}

TEST_CASE("a restart of what is down starts it") {
  const Simulation run = whole(with_timeline(R"({"at": "500ms", "crash": 1}, {"at": "900ms", "restart": 1})"));
  CHECK(run.world().incarnation(host_of(run, 1)) == 2);
}

TEST_CASE("a pause freezes until for is over") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "pause": 1, "for": "300ms"})"));
  run_until(run, milliseconds(799));
  CHECK(run.world().is_paused(host_of(run, 1)));
  CHECK(is_up(run, 1));
  run_until(run, milliseconds(800));
  CHECK_FALSE(run.world().is_paused(host_of(run, 1)));
}

TEST_CASE("a partition cuts off the group from everyone else or from another group and heals") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "partition": [1], "for": "200ms"},
                                           {"at": "1s", "partition": [[1], [2]], "one_way": true, "name": "half"},
                                           {"at": "1200ms", "undo": "half"})"));
  const auto open = [&run](std::int32_t from, std::int32_t to) {
    return run.world().network().topology().open(host_of(run, from), host_of(run, to));
  };
  run_until(run, milliseconds(600));
  CHECK_FALSE(open(1, 2));
  CHECK_FALSE(open(2, 1));
  CHECK_FALSE(open(1, 3000));
  CHECK(open(2, 3000));
  run_until(run, milliseconds(700));
  CHECK(open(1, 2));
  run_until(run, milliseconds(1100));
  CHECK_FALSE(open(1, 2));
  CHECK(open(2, 1));
  CHECK(open(1, 3000));
  run_until(run, milliseconds(1200));
  CHECK(open(1, 2));
  CHECK(lines_of(run.story(), "heal").size() == 2);
}

TEST_CASE("traffic changes the rate of the producer that is meant until for is over") {
  const std::vector<Patch> producers{{"/producers", R"([{"id": "p", "topic": "t", "rate": "10/s", "count": 2}])"}};
  Simulation run = formed(with_timeline(R"({"at": "1s", "traffic": {"producer": "p/2", "times": 10}, "for": "1s"},
                                           {"at": "2s", "traffic": {"producer": "p", "rate": "0/s"}})",
                                        "3s", producers));
  const auto produced = [&run](const char* name) {
    return run.measures().counts(name, std::nullopt, std::nullopt).produced;
  };
  run_until(run, seconds(1));
  CHECK(produced("p/2") <= 12);
  run_until(run, milliseconds(1999));
  CHECK(produced("p/1") <= 22);
  CHECK(produced("p/2") >= 95);
  CHECK(produced("p/2") <= 125);
  const std::int64_t until_then = produced("p/1");
  while (run.step()) {}
  CHECK(produced("p/1") <= until_then + 1);
  CHECK(faults_in_time(run) == "1000 traffic p/2; 2000 traffic p/1, p/2");
}

TEST_CASE("records by hand come from the producer that is named or from one of its own") {
  const std::vector<Patch> producers{{"/producers", R"([{"id": "p", "topic": "t"}])"}};
  const Simulation run =
      whole(with_timeline(R"({"at": "500ms", "produce": {"topic": "t", "value": "a", "partition": 1, "as": "p"}},
                                                {"at": "600ms", "produce": {"topic": "t", "key": "k", "partition": 0}})",
                          "2s", producers));
  CHECK(run.measures().counts("p", std::nullopt, TopicPartition{"t", PartitionIndex{1}}).acked == 1);
  CHECK(run.measures().counts("by-hand", std::nullopt, TopicPartition{"t", PartitionIndex{0}}).acked == 1);
  const auto told = lines_of(run.story(), "produce");
  REQUIRE(told.size() == 2);
  CHECK(told[0].subject == "p");
  CHECK(run.driver().faults().empty());  // an operation, not a fault
}

TEST_CASE("notes are told in their moment and those of one moment in the order of the file") {
  const Simulation run = whole(with_timeline(R"({"at": "700ms", "note": "c"}, {"at": "500ms", "note": "a"},
                                                {"at": "500ms", "plus": "100ms", "note": "b"}, {"at": "700ms", "note": "d"})",
                                             "1s"));
  CHECK(notes(run) == std::vector<std::string>{"500 a", "600 b", "700 c", "700 d"});
}

TEST_CASE("an entry fires after another has fired and plus later") {
  const Simulation run = whole(with_timeline(
      R"({"after": "second", "note": "third"}, {"after": "first", "plus": "250ms", "name": "second", "note": "second"},
                                                {"at": "500ms", "name": "first", "note": "first"}, {"after": "never", "note": "lost"},
                                                {"when": {"metric": "isr.size", "of": "t-0", "at_least": 3}, "name": "never", "note": "never"})",
      "1s"));
  CHECK(notes(run) == std::vector<std::string>{"500 first", "750 second", "750 third"});
}

TEST_CASE("a condition fires its entry once when it first holds and plus later") {
  const Simulation run = whole(with_timeline(R"({"at": "500ms", "crash": 1, "for": "500ms"},
                                                {"at": "2s", "crash": 2},
                                                {"when": {"metric": "leader", "of": "t-0", "is": 2}, "name": "moved", "note": "moved"},
                                                {"when": {"metric": "leader", "of": "t-0", "is": 2}, "plus": "50ms", "note": "later"},
                                                {"when": {"all": [{"metric": "leader", "of": "t-0", "is": 2},
                                                          {"metric": "isr.size", "of": "t-0", "is": 2}]}, "note": "both"})",
                                             "4s"));
  const auto elections = run.story().elections();
  REQUIRE(elections.size() > 0);
  const auto told = lines_of(run.story(), "note");
  REQUIRE(told.size() == 3);
  CHECK(told[0].text == "moved");
  CHECK(told[0].at == elections[0].at);
  CHECK(told[1].text == "later");
  CHECK(told[1].at == elections[0].at + milliseconds(50));
  CHECK(told[2].text == "both");
  CHECK(told[2].at > milliseconds(1000));
}

TEST_CASE("a condition with a time or with another entry counts only from then on") {
  const Simulation run =
      whole(with_timeline(R"({"at": "600ms", "when": {"metric": "isr.size", "of": "t-0", "is": 2}, "note": "at"},
                                                {"at": "100ms", "name": "go", "note": "go"},
                                                {"after": "go", "plus": "200ms", "when": {"metric": "isr.size", "of": "t-0", "is": 2}, "note": "after"})",
                          "1s"));
  CHECK(notes(run) == std::vector<std::string>{"100 go", "300 after", "600 at"});
}

TEST_CASE("undo ends early what for would have ended and a second end does nothing") {
  Simulation run = formed(with_timeline(
      R"({"at": "500ms", "crash": 1, "for": "2s", "name": "down"}, {"at": "900ms", "undo": "down"}, {"at": "2s", "crash": 1})"));
  run_until(run, milliseconds(900));
  CHECK(is_up(run, 1));
  while (run.step()) {}
  CHECK_FALSE(is_up(run, 1));
}

TEST_CASE("undo of what has not happened yet does nothing") {
  Simulation run =
      formed(with_timeline(R"({"at": "500ms", "undo": "later"}, {"at": "600ms", "crash": 1, "name": "later"})", "1s"));
  while (run.step()) {}
  CHECK_FALSE(is_up(run, 1));
}

TEST_CASE("a target that is nobody at the moment is a warning and no fault") {
  const Simulation run = whole(with_timeline(
      R"({"at": "200ms", "crash": "all controllers"}, {"at": "300ms", "crash": "controller", "for": "100ms"},
                                                {"at": "400ms", "partition": [["controller"], [1]]})",
      "1s"));
  CHECK(faults_in_time(run) == "200 crash controller 3000");
  CHECK(warnings(run)
        == std::vector<std::string>{"controller is nobody at the moment: nothing happens",
                                    "one of the groups is empty at the moment: nothing happens"});
}

TEST_CASE("what is down cannot be taken down and what runs cannot be started and the end of such an entry does nothing") {
  Simulation run = formed(with_timeline(
      R"({"at": "500ms", "crash": 1}, {"at": "600ms", "crash": 1, "for": "100ms"}, {"at": "800ms", "stop": 1, "for": "100ms"},
         {"at": "1s", "pause": 1, "for": "100ms"}, {"at": "1200ms", "start": 2}, {"at": "1300ms", "pause": 2, "for": "400ms"},
         {"at": "1400ms", "pause": 2, "for": "100ms"}, {"at": "1500ms", "power_off": 1}, {"at": "1600ms", "power_off": 1, "for": "100ms"})"));
  run_until(run, milliseconds(1'650));
  CHECK(run.world().is_paused(host_of(run, 2)));  // the end of the second pause was no end
  while (run.step()) {}
  CHECK_FALSE(run.world().is_paused(host_of(run, 2)));
  CHECK_FALSE(is_up(run, 1));
  CHECK(run.world().incarnation(host_of(run, 1)) == 1);
  CHECK(faults_in_time(run) == "500 crash broker 1; 1300 pause broker 2; 1500 power_off broker 1");
  CHECK(warnings(run)
        == std::vector<std::string>{"broker 1 is down already: nothing happens", "broker 1 is down already: nothing happens",
                                    "broker 1 is down: nothing happens", "broker 2 runs already: nothing happens",
                                    "broker 2 is paused already: nothing happens", "broker 1 has no power as it is: nothing happens"});
}

TEST_CASE("of several that an entry means only those are hit that can be") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "crash": 1}, {"at": "600ms", "crash": "all brokers", "for": "200ms"})"));
  run_until(run, milliseconds(700));
  CHECK_FALSE(is_up(run, 2));
  while (run.step()) {}
  CHECK(is_up(run, 2));
  CHECK_FALSE(is_up(run, 1));
  CHECK(faults_in_time(run) == "500 crash broker 1; 600 crash broker 2");
  CHECK(warnings(run) == std::vector<std::string>{"broker 1 is down already: nothing happens"});
}

TEST_CASE("a host that two faults have taken down starts at the end of the later one") {
  struct Case {
    std::string_view timeline;
    std::vector<std::int32_t> down;  // ms
    std::vector<std::int32_t> up;
  };
  const Case cases[] = {
      {R"({"at": "500ms", "crash": 1, "for": "500ms"}, {"at": "700ms", "power_off": 1, "for": "1s"})", {999, 1'001, 1'699}, {1'700, 2'900}},
      {R"({"at": "500ms", "crash": 1, "for": "1500ms"}, {"at": "700ms", "power_off": 1, "for": "300ms"})", {999}, {1'000, 2'001, 2'900}},
      {R"({"at": "500ms", "crash": 1, "for": "500ms"}, {"at": "700ms", "power_off": 1})", {999, 1'001, 2'900}, {}},
      {R"({"at": "500ms", "crash": 1, "for": "500ms"}, {"at": "600ms", "wipe": 1, "for": "1s"})", {999, 1'001, 1'599}, {1'600, 2'900}},
      {R"({"at": "500ms", "wipe": 1, "for": "500ms"}, {"at": "600ms", "start": 1}, {"at": "700ms", "crash": 1, "for": "1s"})",
       {599, 701, 1'001, 1'699},
       {1'700}},
      {R"({"at": "500ms", "crash": 1, "for": "500ms"}, {"at": "600ms", "start": 1}, {"at": "700ms", "stop": 1})", {599, 1'700, 2'900}, {}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.timeline);
    Simulation run = formed(with_timeline(std::string{one.timeline}));
    for (const std::int32_t at : one.down) {
      run_until(run, milliseconds(at));
      CHECK_FALSE(is_up(run, 1));
    }
    for (const std::int32_t at : one.up) {
      run_until(run, milliseconds(at));
      CHECK(is_up(run, 1));
    }
  }
}

TEST_CASE("whom any broker means follows from the seed and not from other entries") {
  const std::string any = R"({"at": "500ms", "pause": "any broker"})";
  const std::string first = faults_in_time(whole(with_timeline(any, "600ms")));
  CHECK(faults_in_time(whole(with_timeline(any + R"(, {"at": "100ms", "pause": "any broker", "for": "1ms"})", "600ms")))
            .ends_with(first));
  bool differs = false;
  for (int seed = 1; seed <= 8; ++seed)
    differs = differs || faults_in_time(whole(with_timeline(any, "600ms", {{"/seed", std::to_string(seed)}}))) != first;
  CHECK(differs);
}

TEST_CASE("a copy of a run in the middle of a fault undoes it as the original does") {
  Simulation run = formed(with_timeline(
      R"({"at": "500ms", "pause": 1, "for": "400ms"}, {"at": "700ms", "partition": [2], "for": "300ms"}, {"at": "900ms", "restart": 2})",
      "2s"));
  run_until(run, milliseconds(800));
  Simulation copy = run;
  while (run.step()) {}
  while (copy.step()) {}
  CHECK(copy.world().trace_hash() == run.world().trace_hash());
  CHECK(faults_in_time(copy) == faults_in_time(run));
}

TEST_CASE("entries due at the same moment fire in the order of the file however they came to be due") {
  Simulation run = whole(with_timeline(R"({"after": "first", "plus": "500ms", "note": "a"},
                                          {"at": "1s", "note": "b"},
                                          {"at": "500ms", "name": "first", "note": "first"},
                                          {"after": "first", "plus": "500ms", "note": "c"},
                                          {"at": "900ms", "plus": "100ms", "note": "d"})"));
  CHECK(notes(run) == std::vector<std::string>{"500 first", "1000 a", "1000 b", "1000 c", "1000 d"});
}
