// Faults of the network and of messages, in a run.
#include <catch2/catch.hpp>

#include "core/broker/broker.hpp"
#include "core/controller/controller.hpp"
#include "sim/fault/driver.hpp"
#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const TopicPartition t_0{"t", PartitionIndex{0}};

std::string texts(const Simulation& run, std::string_view kind) {
  std::string all;
  for (const StoryLine& line : lines_of(run.story(), kind)) {
    all += std::to_string(line.at.whole_ms()) + " " + line.subject + ": " + line.text + "; ";
  }
  return all;
}
bool tells(const Simulation& run, std::string_view kind, std::string_view what) {
  return texts(run, kind).find(what) != std::string::npos;
}
Offset log_end(const Simulation& run, std::int32_t broker) {
  return run.checks().history().partition(t_0)->replica(NodeId{broker})->log_end;
}
const std::string writes = R"({"at": "100ms", "produce": {"topic": "t", "value": "v0", "partition": 0}}, )";

}  // namespace

TEST_CASE("a slow link makes a copy arrive later and mends after its time") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "slow_link": {"between": [1, 2], "latency": "300ms"}, "for": "1s"},
      {"at": "900ms", "produce": {"topic": "t", "value": "v", "partition": 0}},
      {"at": "2900ms", "produce": {"topic": "t", "value": "v", "partition": 0}})",
                                        "4s"));
  run_until(run, milliseconds(1150));
  CHECK(log_end(run, 1) == Offset{1});
  CHECK(log_end(run, 2) == Offset{0});
  run_until(run, milliseconds(2800));
  CHECK(log_end(run, 2) == Offset{1});
  run_until(run, milliseconds(2950));
  CHECK(log_end(run, 2) == Offset{2});
  CHECK(tells(run, "heal", "1500 network"));
}

TEST_CASE("a disconnect resets connections and both sides find each other again") {
  Simulation run = formed(with_timeline(
      R"({"at": "500ms", "disconnect": {"between": [1, 2]}}, {"at": "1s", "produce": {"topic": "t", "value": "v", "partition": 0}})"));
  run_until(run, milliseconds(2900));
  CHECK(log_end(run, 2) == Offset{1});
  CHECK(run.driver().faults().at(0).fault == "disconnect");
}

TEST_CASE("answers to fetches that are held keep a copy behind until the intercept is undone") {
  Simulation run = formed(with_timeline(
      R"x({"at": "50ms", "name": "dam", "intercept": {"from": "leader(t-0)", "to": 2, "api": "Fetch", "kind": "response", "then": "hold"}, "for": "800ms"}, )x"
      + writes + R"({"hit": "dam", "plus": "10ms", "note": "the first is held"})"));
  run_until(run, milliseconds(849));
  CHECK(log_end(run, 1) == Offset{1});
  CHECK(log_end(run, 2) == Offset{0});
  CHECK(lines_of(run.story(), "note").size() == 1);
  CHECK(tells(run, "intercept", "broker 2: the Fetch response from broker 1 is the first that dam takes"));
  run_until(run, milliseconds(1500));
  CHECK(log_end(run, 2) == Offset{1});
}

TEST_CASE("release lets one held message through and says when there is none") {
  Simulation run = formed(with_timeline(
      R"({"at": "50ms", "name": "dam", "intercept": {"to": 2, "api": "Fetch", "kind": "response", "then": "hold"}},
         {"at": "51ms", "release": "dam", "count": 1}, )"
      + writes + R"({"at": "700ms", "release": "dam", "count": 1}, {"at": "1400ms", "release": "dam"})"));
  run_until(run, milliseconds(699));
  CHECK(log_end(run, 2) == Offset{0});
  run_until(run, milliseconds(1300));
  CHECK(log_end(run, 2) == Offset{1});
  CHECK(tells(run, "fault", "dam holds nothing at the moment"));
  CHECK(tells(run, "release", "700 dam: 1 of "));
}

TEST_CASE("a client that is answered with an error in the broker's place sees it and tries again") {
  const std::vector<Patch> more{{"/producers", R"([{"id": "p", "topic": "t"}])"}};
  const Simulation run = run_to_end(with_timeline(
      R"({"at": "50ms", "intercept": {"from": "p", "api": "Produce", "kind": "request", "then": {"error": "NOT_LEADER_OR_FOLLOWER"}, "count": 2}},
         {"at": "100ms", "produce": {"topic": "t", "value": "v", "partition": 0, "as": "p"}})",
      "3s", more));
  CHECK(run.checks().history().partition(t_0)->acked.size() == 1);
  MetricQuery errors;
  errors.metric = Metric::errors;
  errors.error = ErrorCode::not_leader_or_follower;
  CHECK(run.measure(errors) == MetricValue{std::int64_t{2}});
}

TEST_CASE("an intercept whose sender is nobody does nothing but warn") {
  const Simulation run = run_to_end(with_timeline(
      R"({"at": "100ms", "crash": 3000}, {"at": "1s", "intercept": {"from": "controller"}}, {"at": "1s", "campaign": 3000},
         {"at": "1s", "slow_link": {"between": ["controller", 1], "loss": 0.5}}, {"at": "1100ms", "start": 3000})",
      "3s"));
  CHECK(run.world().intercepts().empty());
  CHECK(tells(run, "fault", "its sender or its receiver is nobody"));
  CHECK(tells(run, "fault", "controller 3000 is no controller that runs"));
}

TEST_CASE("a broker whose metadata is frozen goes on leading until it thaws") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "name": "ice", "freeze_metadata": 2, "for": "1500ms"},
      {"at": "600ms", "stop": 1})",
                                        "4s"));
  run_until(run, milliseconds(1900));
  const auto leads = [&run] {
    const Broker* broker = run.world().machine<Broker>(host_of(run, 2));
    const auto report = broker->replicas().report();
    return std::ranges::count_if(report, [](const ReplicaReport& r) { return r.role == ReportedRole::leader; });
  };
  const auto before = leads();
  run_until(run, milliseconds(2100));
  CHECK(leads() > before);
}

TEST_CASE("of two freezes the strictest counts and what is undone leaves the other in force") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "name": "one", "freeze_metadata": 2},
      {"at": "500ms", "name": "two", "freeze_metadata": {"target": 2, "partition": "t-0", "leader_epoch": 1}},
      {"at": "600ms", "stop": 1}, {"at": "1500ms", "start": 1}, {"at": "2500ms", "undo": "one"}, {"at": "3s", "undo": "two"})",
                                        "6s"));
  const auto epoch = [&run] {
    const Broker* broker = run.world().machine<Broker>(host_of(run, 2));
    const TopicImage* topic = broker->image().topic(std::string{"t"});
    return topic->partitions.at(0).leader_epoch.value;
  };
  const auto isr = [&run] {
    const Broker* broker = run.world().machine<Broker>(host_of(run, 2));
    return broker->image().topic(std::string{"t"})->partitions.at(0).isr.size();
  };
  run_until(run, milliseconds(2499));
  CHECK(epoch() == 0);
  run_until(run, milliseconds(2999));
  CHECK(epoch() == 1);
  CHECK(isr() == 1);
  run_until(run, milliseconds(5900));
  CHECK(epoch() == 1);
  CHECK(isr() == 2);
}

TEST_CASE("a campaign makes a follower of the quorum stand in the next epoch and a leader is left alone") {
  const auto s = with_timeline(R"({"at": "500ms", "campaign": 3000}, {"at": "1s", "campaign": "controller"})", "3s",
                               {{"/cluster/controllers", "3"}});
  Simulation run = formed(s);
  const bool leads = run.measures().controller()->first == NodeId{3000};
  while (run.step()) {}
  CHECK(tells(run, "fault", "leads already: nothing happens"));
  CHECK(tells(run, "quorum", "controller 3000: stands for election") == !leads);
}

TEST_CASE("a freeze of the metadata ends with the process that it froze") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "freeze_metadata": 2, "for": "2s"}, {"at": "600ms", "freeze_metadata": "all brokers"},
      {"at": "800ms", "crash": 2, "for": "200ms"})"));
  run_until(run, milliseconds(799));
  CHECK(run.driver().faults_in_force().size() == 2);
  while (run.step()) {}
  const std::string over = "800 broker 2: freeze_metadata is over: the process that was frozen has ended; ";
  CHECK(texts(run, "heal") == over + over);  // of either, and nothing at 2500 ms
  REQUIRE(run.driver().faults_in_force().size() == 1);  // broker 1 is frozen still
  CHECK(run.driver().faults_in_force()[0].entry == 1);
}

TEST_CASE("a freeze of a process that began in the same moment as another one ended stays") {
  Simulation run = formed(with_timeline(R"({"at": "800ms", "crash": 2}, {"at": "800ms", "start": 2}, {"at": "800ms", "freeze_metadata": 2})"));
  while (run.step()) {}
  CHECK(texts(run, "heal").find("freeze_metadata is over") == std::string::npos);
  CHECK(run.driver().faults_in_force().back().entry == 2);
}
