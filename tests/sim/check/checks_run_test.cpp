// Real runs: a good one breaks nothing; the same with one observation changed breaks what that observation is about; and
// faults that break a promise are found and excused by the reason that is theirs.
#include <functional>

#include <catch2/catch.hpp>

#include "sim/check/checks.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// clang-format off
constexpr const char* under_faults = R"json({
  "name": "checked", "seed": 3, "duration": "9s", "epilogue": false,
  "cluster": {"brokers": 3, "controllers": 3, "profile": "fast", "config": {"min.insync.replicas": 2, "offsets.topic.num.partitions": 1}},
  "topics": [{"name": "t", "partitions": 1, "replication_factor": 3, "assignment": [[1, 2, 3]]}],
  "producers": [{"id": "p", "topic": "t", "rate": "100/s", "to": "8s"}],
  "consumers": [{"assign": ["t-0"], "config": {"auto.offset.reset": "earliest"}}],
  "timeline": [{"at": "2s", "crash": "leader(t-0)", "for": "1s"}]
})json";
// clang-format on

struct Recorded {
  Checks before;  // at time 0
  Checks after;
  std::vector<Observation> observations;
  TopicIdPartition partition;
};

const Recorded& recorded() {
  static const Recorded run = [] {
    Simulation simulation{scenario(under_faults), WireMode::fast};
    REQUIRE(simulation.form().has_value());
    Recorded made{simulation.checks(), simulation.checks(), {}, {}};
    while (simulation.step()) {
      for (const Observation& o : simulation.world().observations()) made.observations.push_back(o);
    }
    made.after = simulation.checks();
    made.partition = made.after.history().partition(TopicPartition{"t", PartitionIndex{0}})->id;
    return made;
  }();
  return run;
}

// The run again, with the first observation that `change` takes changed as it says.
template <class Change>
Checks rerun(const Change& change) {
  Checks checks = recorded().before;
  bool changed = false;
  for (Observation o : recorded().observations) {
    if (!changed && o.note()) changed = change(o);
    checks.observe(o);
  }
  CHECK(changed);
  return checks;
}

// Changes an event of kind E about t-0, late enough in the run, where `with` says that it has changed it.
template <class E, class With>
std::uint64_t violations_with(std::string_view id, const With& with) {
  const Instant late = recorded().observations.front().at + milliseconds(500);
  const Checks checks = rerun([&](Observation& o) {
    const E* told = o.at > late ? o.get_if<E>() : nullptr;
    if (!told || told->partition != recorded().partition) return false;
    E event = *told;
    if (!with(event)) return false;
    o.what = trace::Event{std::move(event)};
    return true;
  });
  return checks.findings().violations_of(id);
}

}  // namespace

TEST_CASE("a leader that crashes under load and comes back breaks no promise", "[check]") {
  const Checks& good = recorded().after;
  for (const Finding& finding : good.findings().kept()) UNSCOPED_INFO(finding.invariant << ": " << finding.detail);
  CHECK(good.findings().kept().empty());
  const auto evaluations = good.evaluations();
  for (const std::string_view id :
       {"log-offsets-ordered", "replicas-match", "epoch-offset-unique", "epochs-monotonic", "isr-holds-committed",
        "candidates-complete", "leader-complete", "maximal-isr-respected", "min-isr-respected", "isr-valid",
        "one-leader-per-epoch", "reads-below-limit", "producer-state-replayable", "recovery-complete",
        "acked-record-lost", "record-duplicated", "order-broken", "raft-safety"}) {
    CAPTURE(id);
    CHECK(evaluations.at(id) > 0);
  }
}

TEST_CASE("one observation of a good run changed breaks the promise that it is about", "[check]") {
  using trace::ReplicaRole;
  CHECK(violations_with<trace::FetchAnswered>("reads-below-limit",
                                              [](auto& e) {
                                                e.to = e.to.plus(100);
                                                return true;
                                              })
        == 1);
  CHECK(violations_with<trace::ProduceAnswered>("min-isr-respected",
                                                [](auto& e) {
                                                  e.isr_size = 1;
                                                  return true;
                                                })
        == 1);
  CHECK(violations_with<trace::ProducersTold>("producer-state-replayable",
                                              [](auto& e) {
                                                if (e.producers.empty()) return false;
                                                ++e.producers.front().last_sequence;
                                                return true;
                                              })
        == 1);
  CHECK(violations_with<trace::LogLoaded>("recovery-complete",
                                          [](auto& e) {
                                            e.log_end = e.batches.back().base;
                                            e.batches.pop_back();
                                            e.high_watermark = std::min(e.high_watermark, e.log_end);
                                            return true;
                                          })
        == 1);
  CHECK(violations_with<trace::PartitionChanged>("isr-valid",
                                                 [](auto& e) {
                                                   e.isr.push_back(NodeId{9});
                                                   return true;
                                                 })
        == 1);
  CHECK(violations_with<trace::IsrViewChanged>("maximal-isr-respected",
                                               [](auto& e) {
                                                 if (e.pending || e.maximal_isr.size() < 3) return false;
                                                 e.maximal_isr.pop_back();
                                                 return true;
                                               })
        > 0);
  CHECK(violations_with<trace::LogAppended>("epochs-monotonic",
                                            [](auto& e) {
                                              e.leader_epoch = LeaderEpoch{e.leader_epoch.value + 1};
                                              return e.role == ReplicaRole::leader;
                                            })
        == 1);
}

TEST_CASE("a follower that does not hold what it said it does is found as soon as its leader commits it", "[check]") {
  const auto other_bytes = [](trace::LogAppended& e) {
    if (e.role == trace::ReplicaRole::leader) return false;
    e.batches.back().crc ^= 1;
    return true;
  };
  CHECK(violations_with<trace::LogAppended>("isr-holds-committed", other_bytes) > 0);
  CHECK(violations_with<trace::LogAppended>("candidates-complete", other_bytes) > 0);
  CHECK(violations_with<trace::LogAppended>("replicas-match", other_bytes) > 0);
  CHECK(violations_with<trace::LogAppended>("epoch-offset-unique", other_bytes) == 1);
}

TEST_CASE("power lost by all replicas excuses what nobody had synced and nothing else", "[check]") {
  Simulation run = Simulation{
      scenario(
          under_faults,
          {{"/timeline", R"([{"at": "2s", "power_off": {"target": "all brokers", "keep": "none"}, "for": "1s"}])"}}),
      WireMode::fast};
  REQUIRE(run.form().has_value());
  while (run.step()) {}
  for (const Finding& finding : run.findings().kept()) {
    if (!finding.excuse) UNSCOPED_INFO(finding.invariant << ": " << finding.detail);
  }
  CHECK(run.findings().violations() == 0);
  CHECK(run.findings().findings_of("leader-complete") > 0);
  CHECK(run.findings().findings_of("acked-somewhere") > 0);
  CHECK(run.findings().findings_of("acked-record-lost") > 0);
  CHECK(run.findings().kept().front().excuse == Excuse::power_loss);
}

TEST_CASE("an unclean election excuses what its leader lacks", "[check]") {
  const std::vector<Patch> unclean{
      {"/cluster/config",
       R"({"min.insync.replicas": 1, "unclean.leader.election.enable": true, "offsets.topic.num.partitions": 1})"},
      {"/timeline", R"([{"at": "1s", "crash": 2}, {"at": "1s", "crash": 3}, {"at": "4s", "crash": 1},
                        {"at": "4500ms", "start": 2}, {"at": "4500ms", "start": 3}, {"at": "7s", "start": 1}])"}};
  Simulation run{scenario(under_faults, unclean), WireMode::fast};
  REQUIRE(run.form().has_value());
  while (run.step()) {}
  for (const Finding& finding : run.findings().kept()) {
    if (!finding.excuse) UNSCOPED_INFO(finding.invariant << ": " << finding.detail);
  }
  CHECK(run.findings().violations() == 0);
  CHECK(run.findings().findings_of("leader-complete") > 0);
  CHECK(run.findings().findings_of("acked-record-lost") > 0);
  CHECK(run.findings().kept().front().excuse == Excuse::unclean_election);
}

TEST_CASE("notes taken alone give the same history and no invariant looks at it", "[check]") {
  Checks checks = recorded().before;
  for (const Observation& o : recorded().observations) checks.observe(o, Checks::Asked::none);
  const CommittedLog* committed = checks.committed(recorded().partition);
  REQUIRE(committed != nullptr);
  CHECK(committed->end() == recorded().after.committed(recorded().partition)->end());
  CHECK(committed->end() > recorded().before.committed(recorded().partition)->end());
  CHECK(checks.evaluations() == recorded().before.evaluations());
  CHECK(recorded().after.evaluations() != recorded().before.evaluations());
}
