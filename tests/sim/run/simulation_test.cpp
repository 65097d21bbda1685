#include "sim/run/simulation.hpp"

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "sim/check/acked_record_lost.hpp"
#include "sim/check/offset_inconsistent.hpp"
#include "sim/report/report.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/sim/run/support.hpp"
#include "tests/support/sanitized.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Three brokers with short timers: the leader of t-0 crashes under load and comes back.
// clang-format off
constexpr const char* small_cluster = R"json({
  "name": "small", "seed": 5, "duration": "12s",
  "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"min.insync.replicas": 2, "offsets.topic.num.partitions": 2}},
  "topics": [{"name": "t", "partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]]}],
  "producers": [{"id": "p", "topic": "t", "rate": "200/s", "to": "8s"}],
  "consumers": [{"group": "g", "topics": ["t"],
                 "config": {"auto.offset.reset": "earliest", "session.timeout.ms": 3000, "heartbeat.interval.ms": 500, "auto.commit.interval.ms": 500}}],
  "timeline": [{"at": "2s", "crash": "leader(t-0)", "for": "3s"}],
  "expect": [{"no": "violations"},
             {"metric": "leader", "of": "t-0", "not": 1, "after": "2s", "within": "3s"},
             {"metric": "isr.size", "of": "t-0", "is": 3},
             {"metric": "lag", "of": "g", "is": 0},
             {"metric": "records.lost", "is": 0}]
})json";
// clang-format on

void finish(Simulation& run) {
  while (run.step()) {}
  run.finish();
}

}  // namespace

TEST_CASE("combined nodes that make fifty logs at once keep their controller", "[run]") {
  Simulation run = formed(scenario(R"json({
    "name": "combined", "seed": 3, "duration": "10s", "cluster": {"brokers": 3, "controllers": 0, "profile": "fast"},
    "topics": [{"name": "t", "partitions": 1, "replication_factor": 3}],
    "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "8s"}],
    "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest"}}]
  })json"));
  const auto epoch = run.measure({Metric::controller_epoch, {}, {}, {}});
  finish(run);
  CHECK(run.measure({Metric::controller_epoch, {}, {}, {}}) == epoch);
  CHECK(run.measure({Metric::lag, {}, {}, {}}) == MetricValue{std::int64_t{0}});
  CHECK(outcome_of(run, Strict::yes) == Outcome::pass);
}

TEST_CASE("with short timers nobody is fenced and nobody elected because the active controller has lost its power", "[run]") {
  for (const int seed : {1, 2, 3}) {
    CAPTURE(seed);
    Simulation run = formed(scenario(R"json({
      "name": "silent", "seed": 5, "duration": "6s", "epilogue": false, "cluster": {"brokers": 3, "controllers": 3, "profile": "fast"},
      "topics": [{"name": "t", "partitions": 3, "replication_factor": 3}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}],
      "timeline": [{"at": "1s", "power_off": "controller"}]
    })json", {{"/seed", std::to_string(seed)}}));
    const std::int32_t epoch = run.measures().controller_epoch();
    while (run.step()) {}
    CHECK(run.measures().controller_epoch() > epoch);
    CHECK(run.measures().controller().has_value());
    CHECK(lines_of(run.story(), "broker").empty());
    CHECK(run.story().elections().size() == 0);
  }
}

TEST_CASE("a leader that crashes under load is replaced and nothing acknowledged is lost", "[run]") {
  Simulation run = formed(scenario(small_cluster));
  finish(run);
  for (const ExpectationResult& result : run.expectations()) {
    CAPTURE(result.text);
    CHECK(result.held);
  }
  CHECK(outcome_of(run, Strict::yes) == Outcome::pass);
  CHECK(run.driver().faults().size() == 1);
  REQUIRE(run.story().elections().size() > 0);
  const auto acked = run.measure({Metric::records_acked, {}, {}, {}});
  CHECK(acked == run.measure({Metric::records_produced, {}, {}, {}}));
  CHECK(acked == run.measure({Metric::records_consumed, {}, {}, {}}));
}

TEST_CASE("the same scenario and seed give the same hash and story in both wire modes and another seed gives others",
          "[run]") {
  std::vector<Patch> patches;
  if (kafkasim::test::sanitized) patches = {{"/duration", "\"3s\""}, {"/expect", "[]"}};
  Simulation a = formed(scenario(small_cluster, patches));
  Simulation b = formed(scenario(small_cluster, patches));
  Simulation exact = formed(scenario(small_cluster, patches), WireMode::exact);
  patches.push_back({"/seed", "6"});
  Simulation other = formed(scenario(small_cluster, patches));
  for (Simulation* run : {&a, &b, &exact, &other}) finish(*run);
  CHECK(a.world().trace_hash() == b.world().trace_hash());
  CHECK(timeline_ndjson(a.story()) == timeline_ndjson(b.story()));
  CHECK(a.world().trace_hash() == exact.world().trace_hash());
  CHECK(timeline_ndjson(a.story()) == timeline_ndjson(exact.story()));
  CHECK(a.world().trace_hash() != other.world().trace_hash());
}

TEST_CASE("a copy taken at any event goes on like the original", "[run]") {
  Simulation original = formed(scenario(small_cluster));
  std::vector<Simulation> copies;
  for (std::uint64_t i = 0; original.step(); ++i) {
    if (i % (kafkasim::test::sanitized ? 6000 : 1500) == 0) copies.push_back(original);
  }
  REQUIRE(copies.size() > 3);
  for (Simulation& copy : copies) {
    while (copy.step()) {}
    CHECK(copy.world().trace_hash() == original.world().trace_hash());
    CHECK(copy.events() == original.events());
    CHECK(timeline_ndjson(copy.story()) == timeline_ndjson(original.story()));
  }
}

TEST_CASE("the epilogue changes neither hash nor story nor time", "[run]") {
  Simulation run = formed(scenario(small_cluster));
  while (run.step()) {}
  const std::uint64_t hash = run.world().trace_hash();
  const Duration now = run.now();
  run.finish();
  CHECK(run.world().trace_hash() == hash);
  CHECK(run.now() == now);
}

TEST_CASE("with acks 1 the crash of a leader loses what it had acknowledged and with acks all it never does", "[run]") {
  const auto losing_seeds = [](std::string_view acks) {
    int losing = 0;
    for (int seed = 1; seed <= (kafkasim::test::sanitized ? 1 : 40); ++seed) {
      CAPTURE(acks, seed);
      const std::vector<Patch> patches{
          {"/seed", std::to_string(seed)},
          {"/producers/0", R"({"id": "p", "topic": "t", "count": 4, "rate": "250/s", "from": "1s", "to": "3s"})"},
          {"/producers/0/config", std::string{R"({"acks": ")"}.append(acks) + "\"}"},
          {"/consumers", "[]"},
          {"/duration", "\"4s\""},
          {"/expect", "[]"}};
      Simulation run = formed(scenario(small_cluster, patches));
      finish(run);
      CHECK(run.findings().violations() == 0);
      const auto lost = run.measure({Metric::records_lost, {}, {}, {}});
      CHECK((lost == MetricValue{std::int64_t{0}}) == run.findings().kept().empty());
      for (const Finding& finding : run.findings().kept()) {
        CHECK(finding.excuse == Excuse::acks);
        if (finding.invariant == OffsetInconsistent::id) continue;  // another record stands there afterwards
        CHECK(finding.invariant == AckedRecordLost::id);
        CHECK(finding.detail.find("acknowledged to p/") != std::string::npos);
      }
      losing += run.findings().kept().empty() ? 0 : 1;
    }
    return losing;
  };
  CHECK((losing_seeds("1") > 0 || kafkasim::test::sanitized));
  CHECK(losing_seeds("all") == 0);
}

TEST_CASE("a quorum whose timers are short keeps its leader while nothing happens", "[run]") {
  Simulation run = formed(
      scenario(small_cluster, {{"/timeline", "[]"}, {"/producers", "[]"}, {"/consumers", "[]"}, {"/expect", "[]"}}));
  while (run.step()) {}
  CHECK(run.measure({Metric::controller_epoch, {}, {}, {}}) == MetricValue{std::int64_t{1}});
}

TEST_CASE("an expectation that does not hold fails the run and tells what was measured", "[run]") {
  Simulation run = formed(scenario(
      small_cluster, {{"/expect", R"([{"metric": "isr.size", "of": "t-0", "at_most": 1, "text": "wrong"}])"}}));
  finish(run);
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
  REQUIRE(run.expectations().size() == 2);  // and the default one
  CHECK_FALSE(run.expectations()[0].held);
  CHECK(run.expectations()[0].measured == MetricValue{std::int64_t{3}});
}

// clang-format off
constexpr const char* compacted_topic = R"json({
  "name": "compacted", "seed": 5, "duration": "14s",
  "cluster": {"brokers": 3, "controllers": 3, "profile": "fast",
              "config": {"min.insync.replicas": 2, "log.cleaner.backoff.ms": 700}},
  "topics": [{"name": "t", "partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]],
              "config": {"cleanup.policy": "compact", "segment.ms": 500, "min.cleanable.dirty.ratio": 0.1}}],
  "producers": [{"id": "p", "topic": "t", "rate": "200/s", "to": "10s", "keys": {"distribution": "zipf", "cardinality": 20}}],
  "timeline": [{"at": "3s", "crash": "leader(t-0)", "for": "2s"},
               {"at": "7s", "crash": "leader(t-1)", "for": "2s"}],
  "expect": [{"no": "violations"}, {"metric": "isr.size", "of": "t-0", "is": 3}, {"metric": "records.lost", "is": 0}]
})json";
// clang-format on

TEST_CASE("a compacted topic is cleaned on all brokers through crashes and no check takes that for a loss", "[run]") {
  Simulation run = formed(scenario(compacted_topic));
  finish(run);
  for (const ExpectationResult& result : run.expectations()) {
    CAPTURE(result.text);
    CHECK(result.held);
  }
  CHECK(outcome_of(run, Strict::yes) == Outcome::pass);
  std::set<std::string> who;
  for (std::size_t i = 0; i < run.story().lines().size(); ++i) {
    const StoryLine& line = run.story().lines()[i];
    if (line.kind == "compaction") who.insert(line.text.substr(0, line.text.find(" compacts")));
  }
  CHECK(who.size() == 3);
}

// The power goes off at a broker that alone holds the partition, with all that was not synced.
TEST_CASE("what flush.messages or flush.ms has synced survives the power") {
  const auto end_after = [](const std::string& config, const std::string& cluster) {
    const Simulation run = run_to_end(scenario(small(1, "8s", R"(
      "topics": [{"name": "t", "config": {)" + config + R"(}}], "epilogue": false,
      "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s"}],
      "timeline": [{"at": "5s", "power_off": {"target": 1, "keep": "none"}, "for": "500ms"}], )"),
                                               {{"/cluster/config", cluster}}));
    return run.measure({Metric::log_end, {}, TopicPartition{"t", PartitionIndex{0}}, {}});
  };
  const std::string plain = R"({"offsets.topic.num.partitions": 1})";
  const std::string scheduled = R"({"offsets.topic.num.partitions": 1, "log.flush.scheduler.interval.ms": 500, "log.initial.task.delay.ms": 500})";
  CHECK(end_after("", plain) == MetricValue{std::int64_t{0}});
  CHECK(end_after(R"("flush.messages": 1)", plain) == MetricValue{std::int64_t{10}});
  CHECK(end_after("", scheduled) == MetricValue{std::int64_t{10}});
  CHECK(end_after(R"("flush.ms": 1000)", scheduled) == MetricValue{std::int64_t{10}});
}
