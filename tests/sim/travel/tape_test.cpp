#include "sim/travel/tape.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "sim/serve/session.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

// clang-format off
constexpr const char* small = R"json({
  "name": "small", "seed": 5, "duration": "6s",
  "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"min.insync.replicas": 2, "offsets.topic.num.partitions": 2}},
  "topics": [{"name": "t", "partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]]}],
  "producers": [{"id": "p", "topic": "t", "rate": "100/s", "to": "4s"}],
  "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest"}}],
  "timeline": [{"at": "2s", "crash": "leader(t-0)", "for": "1s"}],
  "expect": [{"no": "violations"}]
})json";
constexpr const char* with_chaos = R"json({
  "name": "chaos", "seed": 9, "duration": "5s",
  "cluster": {"brokers": 3, "controllers": 1, "profile": "fast", "config": {"offsets.topic.num.partitions": 1}},
  "topics": [{"name": "t", "partitions": 1, "replication_factor": 3}],
  "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "4s"}],
  "chaos": {"from": "1s", "to": "4s", "faults": [{"crash": "any broker", "every": "1s", "for": "300ms..600ms"}]}
})json";
// clang-format on

TapeSource source_of(const std::string& text, std::vector<Patch> patches = {}) {
  TapeSource source;
  source.head.source = {text, std::move(patches), "."};
  source.head.file = "small.json";
  return source;
}

std::unique_ptr<Tape> tape_of(const std::string& text, TapeLimits limits = {}) {
  auto tape = Tape::begin(source_of(text), std::move(limits));
  REQUIRE(tape);
  return std::move(*tape);
}

bool always() { return true; }

// A headless run of a scenario's text.
Simulation headless(const std::string& text) {
  Parsed parsed = parse_scenario(text);
  for (const Diagnostic& d : parsed.diagnostics) {
    CAPTURE(d.message);
    CHECK(d.severity != Severity::error);
  }
  REQUIRE(parsed.scenario);
  Simulation run{std::make_shared<const Scenario>(std::move(*parsed.scenario)), WireMode::fast};
  REQUIRE(run.form());
  return run;
}

void to_end(Simulation& run) {
  while (run.step()) {
  }
}

std::uint64_t end_hash(Tape& tape, Tape::Branch branch) {
  REQUIRE(tape.explore(branch, always));
  REQUIRE(tape.verdict(branch) != nullptr);
  return tape.verdict(branch)->world().trace_hash();
}

}  // namespace

TEST_CASE("wound to any moment in any order a tape shows what a run that goes straight there shows") {
  const auto tape = tape_of(small);
  Cursor cursor = tape->start();
  tape->explore(0, always);
  const std::vector<std::int64_t> moments = kafkasim::test::sanitized ? std::vector<std::int64_t>{2001, 500, 2000}
                                                                     : std::vector<std::int64_t>{3000, 500, 5999, 0, 2001, 2000, 4321, 4320, 4400};
  for (const std::int64_t ms : moments) {
    tape->seek(cursor, milliseconds(ms));
    Simulation straight = headless(small);
    while (straight.next_event_at() && *straight.next_event_at() - straight.origin() <= milliseconds(ms)) REQUIRE(straight.step());
    CAPTURE(ms);
    CHECK(cursor.shown == milliseconds(ms));
    CHECK(cursor.run.events() == straight.events());
    CHECK(cursor.run.world().trace_hash() == straight.world().trace_hash());
  }
}

TEST_CASE("a step back undoes exactly one event and a step forward does the same event again") {
  const auto tape = tape_of(small);
  Cursor cursor = tape->at(0, milliseconds(2100));
  const int steps = kafkasim::test::sanitized ? 8 : 40;
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < steps; ++i) {
    hashes.push_back(cursor.run.world().trace_hash());
    REQUIRE(tape->step(cursor));
  }
  const std::uint64_t events = cursor.run.events();
  for (int i = steps - 1; i >= 0; --i) {
    REQUIRE(tape->step_back(cursor));
    CHECK(cursor.run.world().trace_hash() == hashes[static_cast<std::size_t>(i)]);
    CHECK(*cursor.recent.since() - cursor.run.origin() <= cursor.run.now() - milliseconds(600));
  }
  CHECK(cursor.run.events() == events - static_cast<std::uint64_t>(steps));
  CHECK(cursor.shown == cursor.run.now());
}

TEST_CASE("at time 0 there is nothing to go back to and at the end nothing to go on to") {
  const auto tape = tape_of(small);
  Cursor cursor = tape->start();
  CHECK_FALSE(tape->step_back(cursor));
  tape->seek(cursor, seconds(100));
  CHECK(cursor.shown == seconds(6));
  CHECK_FALSE(tape->step(cursor));
}

TEST_CASE("what is explored ends with the trace hash of the headless run and its verdict") {
  const auto tape = tape_of(small);
  Simulation straight = headless(small);
  to_end(straight);
  CHECK(end_hash(*tape, 0) == straight.world().trace_hash());
  CHECK(tape->verdict(0)->findings().violations() == 0);
  CHECK(tape->series(0).samples().size() > 100);
}

TEST_CASE("acting in the past begins a branch and leaves the run as it was") {
  const auto tape = tape_of(small);
  const std::uint64_t before = end_hash(*tape, 0);
  Cursor cursor = tape->at(0, milliseconds(1500));
  REQUIRE(tape->act(cursor, R"({"crash": 3})", "crash broker 3"));
  REQUIRE(tape->branch_count() == 2);
  CHECK(cursor.branch == 1);
  CHECK(tape->branch(1).parent == 0);
  CHECK(tape->branch(1).name == "B");
  CHECK_FALSE(tape->branch(0).superseded);
  CHECK_FALSE(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{3})));
  CHECK(end_hash(*tape, 1) != before);
  CHECK(end_hash(*tape, 0) == before);
  tape->seek(cursor, milliseconds(1400));
  CHECK(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{3})));
  tape->seek(cursor, milliseconds(1600));
  CHECK_FALSE(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{3})));
  tape->enter(cursor, 0);
  CHECK(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{3})));
  CHECK(cursor.shown == milliseconds(1600));
}

TEST_CASE("a branch saved as a scenario gives the same trace hash without a window") {
  for (const char* text : {small, with_chaos}) {
    const auto tape = tape_of(text);
    Cursor cursor = tape->at(0, milliseconds(900));
    REQUIRE(tape->act(cursor, R"({"pause": 2, "name": "gc", "for": "500ms"})", "pause broker 2"));
    tape->seek(cursor, milliseconds(1234));
    REQUIRE(tape->act(cursor, R"({"partition": [1]})", "cut broker 1 off"));
    REQUIRE(tape->act(cursor, R"({"produce": {"topic": "t", "key": "k", "value": "by hand"}})", "produce"));
    tape->seek(cursor, milliseconds(2500));
    REQUIRE(tape->act(cursor, R"({"undo": "by hand 2"})", "heal"));
    const Result<std::string> saved = tape->as_scenario(cursor.branch);
    REQUIRE(saved);
    CAPTURE(*saved);
    Simulation straight = headless(*saved);
    to_end(straight);
    CHECK(end_hash(*tape, cursor.branch) == straight.world().trace_hash());
  }
}

TEST_CASE("seed and changes made on the command line are part of a saved scenario") {
  TapeSource source = source_of(small, {{"/producers/0/rate", "\"300/s\""}});
  source.head.seed = 77;
  source.head.until = seconds(3);
  auto tape = Tape::begin(std::move(source));
  REQUIRE(tape);
  Cursor cursor = (*tape)->at(0, milliseconds(1000));
  REQUIRE((*tape)->act(cursor, R"({"note": "here"})", "note"));
  const Result<std::string> saved = (*tape)->as_scenario(cursor.branch);
  REQUIRE(saved);
  Simulation straight = headless(*saved);
  CHECK(straight.scenario().seed == 77);
  CHECK(straight.scenario().duration == seconds(3));
  to_end(straight);
  CHECK(end_hash(**tape, cursor.branch) == straight.world().trace_hash());
}

TEST_CASE("what was done by hand can be taken back one after the other") {
  const auto tape = tape_of(small);
  const std::uint64_t before = end_hash(*tape, 0);
  Cursor cursor = tape->at(0, milliseconds(1000));
  REQUIRE(tape->act(cursor, R"({"crash": 1})", "crash broker 1"));
  REQUIRE(tape->act(cursor, R"({"crash": 2})", "crash broker 2"));
  CHECK(tape->branch(cursor.branch).acts.size() == 2);
  CHECK(tape->branch(1).superseded);
  CHECK(tape->branch(cursor.branch).name == "B");
  REQUIRE(tape->undo(cursor));
  CHECK(tape->branch(cursor.branch).acts.size() == 1);
  CHECK(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{2})));
  CHECK_FALSE(cursor.run.world().is_up(cursor.run.cluster().brokers.at(NodeId{1})));
  REQUIRE(tape->undo(cursor));
  CHECK(cursor.branch == 0);
  CHECK_FALSE(tape->undo(cursor));
  CHECK(end_hash(*tape, 0) == before);
}

TEST_CASE("an entry that means nothing changes nothing and says why") {
  const auto tape = tape_of(small);
  Cursor cursor = tape->at(0, milliseconds(1000));
  const std::uint64_t hash = cursor.run.world().trace_hash();
  for (const char* entry : {R"({"crash": 9})", "[]", "not JSON", R"({"crsh": 1})", R"({"undo": "nobody"})"}) {
    const Result<void> done = tape->act(cursor, entry, "nonsense");
    CAPTURE(entry);
    REQUIRE_FALSE(done);
    CHECK_FALSE(done.error().message.empty());
  }
  CHECK(tape->branch_count() == 1);
  CHECK(cursor.branch == 0);
  CHECK(cursor.run.world().trace_hash() == hash);
}

TEST_CASE("nothing can be done at the end of a run") {
  const auto tape = tape_of(small);
  Cursor cursor = tape->at(0, seconds(6));
  CHECK_FALSE(tape->act(cursor, R"({"crash": 1})", "crash broker 1"));
}

TEST_CASE("with little memory there are fewer copies and the same moments") {
  const Tape* looked_at = nullptr;
  TapeLimits limits;
  limits.bytes = 50'000;
  limits.memory_in_use = [&looked_at] { return looked_at ? looked_at->copies() * 1'000 : 0; };  // as if each copy took so much
  const auto tape = tape_of(small, limits);
  looked_at = tape.get();
  REQUIRE(tape->explore(0, always));
  CHECK(tape->copies() < 60);
  const auto plenty = tape_of(small);
  REQUIRE(plenty->explore(0, always));
  CHECK(plenty->copies() > 300);
  for (const std::int64_t ms : {700, 3300, 1900}) {
    const Cursor few = tape->at(0, milliseconds(ms));
    const Cursor many = plenty->at(0, milliseconds(ms));
    CHECK(few.run.world().trace_hash() == many.run.world().trace_hash());
  }
}

TEST_CASE("a run that grows by itself costs no copies") {
  const Tape* looked_at = nullptr;
  std::uint64_t grown = 0;
  TapeLimits limits;
  limits.bytes = 50'000;
  limits.memory_in_use = [&] { return (looked_at ? looked_at->copies() * 10 : 0) + (grown += 1'000); };
  const auto tape = tape_of(small, limits);
  looked_at = tape.get();
  REQUIRE(tape->explore(0, always));
  CHECK(tape->copies() > 150);
}

TEST_CASE("after seeking a cursor knows what happened shortly before") {
  const auto tape = tape_of(small);
  REQUIRE(tape->explore(0, always));
  Cursor cursor = tape->at(0, milliseconds(5000));
  tape->seek(cursor, milliseconds(2500));
  REQUIRE(cursor.recent.since());
  CHECK(*cursor.recent.since() - cursor.run.origin() <= milliseconds(1900));
  bool crash_seen = false;
  for (const Observation& o : cursor.recent.observations()) crash_seen = crash_seen || o.get_if<ProcessCrashed>();
  CHECK(crash_seen);
}

TEST_CASE("a recording is wound like a run and nothing can be done to it") {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/run.ksrec";
  {
    RecordingHead head = source_of(small).head;
    head.version = "test";
    head.advertised = {{NodeId{1}, {"127.0.0.1", 9092}}, {NodeId{2}, {"127.0.0.1", 9093}}, {NodeId{3}, {"127.0.0.1", 9094}}};
    auto session = Session::begin(head, path);
    REQUIRE(session);
    while (!(*session)->step_to((*session)->run().origin() + seconds(1), 1000)) {
    }
    const GuestId guest = (*session)->dial(NodeId{1});
    while (!(*session)->step_to((*session)->run().origin() + seconds(2), 1000)) {
    }
    (*session)->hang_up(guest);
    while (!(*session)->step_to((*session)->run().origin() + seconds(3), 1000)) {
    }
    (*session)->end();
  }
  Result<Recording> recording = read_recording(path);
  REQUIRE(recording);
  REQUIRE(recording->end());
  const std::uint64_t hash = recording->end()->hash;
  auto tape = Tape::begin({recording->head, recording->operations});
  REQUIRE(tape);
  Cursor cursor = (*tape)->at(0, milliseconds(1500));
  CHECK(cursor.run.guests().host());
  CHECK_FALSE((*tape)->act(cursor, R"({"crash": 1})", "crash broker 1"));
  CHECK_FALSE((*tape)->as_scenario(0));
  CHECK(end_hash(**tape, 0) == hash);
}
