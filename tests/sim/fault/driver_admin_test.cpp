#include <catch2/catch.hpp>

#include "core/broker/broker.hpp"
#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

std::string told_of_admin(const Simulation& run) {
  std::string text;
  for (const StoryLine& line : lines_of(run.story(), "admin")) text += (text.empty() ? "" : "; ") + line.text;
  return text;
}

const PartitionHistory& partition(const Simulation& run, std::int32_t index) {
  return *run.checks().history().partition(TopicPartition{"t", PartitionIndex{index}});
}

std::int64_t value_of(const Simulation& run, Metric metric, Subject of = {}) {
  return std::get<std::int64_t>(run.measure({metric, {}, std::move(of), {}}).value());
}

std::vector<std::string> members_up(const Simulation& run) {
  std::vector<std::string> names;
  for (const ClientHost& client : run.cluster().clients) {
    if (client.owner == "g" && run.world().is_up(client.host)) names.push_back(client.name);
  }
  return names;
}

const Patch two_members{"/consumers", R"([{"group": "g", "topics": ["t"], "count": 2, "config": {"auto.offset.reset": "earliest"}}])"};

}  // namespace

TEST_CASE("leadership moves to the broker that an election names and back to the preferred one") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "elect_leader": {"partition": "t-0", "to": 2}},
                                           {"at": "1s", "reassign": {"partition": "t-0", "to": [1, 2]}},
                                           {"at": "1500ms", "elect_leader": {"partition": "t-0"}})"));
  run_until(run, milliseconds(900));
  CHECK(partition(run, 0).leader == NodeId{2});
  CHECK(partition(run, 0).acting_leader() != nullptr);
  CHECK(partition(run, 0).isr.size() == 2);
  run_until(run, milliseconds(1400));
  CHECK(partition(run, 0).leader == NodeId{2});
  run_until(run, milliseconds(2500));
  CHECK(partition(run, 0).leader == NodeId{1});
  CHECK(told_of_admin(run) == "elect_leader t-0 to 2; elect_leader t-0 to 2: the leader is elected; reassign t-0 to [1,2]; "
                     "reassign t-0 to [1,2]: the controller takes the partition there; elect_leader t-0; "
                     "elect_leader t-0: the leader is elected");
}

TEST_CASE("an operation's error is told on the timeline and counts as seen by a client") {
  Simulation run = formed(with_timeline(R"({"at": "100ms", "elect_leader": {"partition": "t-0"}},
                                           {"at": "500ms", "crash": 2},
                                           {"at": "2900ms", "elect_leader": {"partition": "t-1"}},
                                           {"at": "600ms", "delete_records": {"partition": "t-0", "before": 9}})"));
  while (run.step()) {}
  CHECK(told_of_admin(run).find("elect_leader t-0: the election is not needed") != std::string::npos);
  CHECK(told_of_admin(run).find("elect_leader t-1: PREFERRED_LEADER_NOT_AVAILABLE") != std::string::npos);
  CHECK(told_of_admin(run).find("delete_records t-0 before 9: OFFSET_OUT_OF_RANGE") != std::string::npos);
}

TEST_CASE("records are deleted and a topic is created in the middle of a run") {
  Simulation run = formed(with_timeline(R"({"at": "100ms", "produce": {"topic": "t", "partition": 0}},
                                           {"at": "200ms", "produce": {"topic": "t", "partition": 0}},
                                           {"at": "1s", "delete_records": {"partition": "t-0", "before": 1}},
                                           {"at": "1s", "create_topic": {"name": "late", "partitions": 1, "replication_factor": 2}},
                                           {"at": "2s", "produce": {"topic": "late", "value": "v"}})"));
  while (run.step()) {}
  CHECK(partition(run, 0).acting_leader()->log_start == Offset{1});
  CHECK(told_of_admin(run).find("delete_records t-0 before 1: the log starts at 1 on all live replicas")
        != std::string::npos);
  const PartitionHistory* late = run.checks().history().partition(TopicPartition{"late", PartitionIndex{0}});
  REQUIRE(late != nullptr);
  CHECK(late->acting_leader()->log_end == Offset{1});
}

TEST_CASE("a run without administration has no administrator") {
  Simulation run = formed(with_timeline(R"({"at": "1s", "note": "n"})"));
  while (run.step()) {}
  CHECK_FALSE(run.world().find_host("administrator").has_value());
}

TEST_CASE("members are numbered in the order of joining and a number is never used again") {
  Simulation run = formed(with_timeline(R"({"at": "1s", "add_consumers": {"group": "g", "count": 2}},
                                           {"at": "2s", "remove_consumers": {"group": "g", "count": 3}},
                                           {"at": "3s", "add_consumers": {"group": "g", "count": 1}, "for": "1s"})",
                                        "6s", {two_members}));
  run_until(run, milliseconds(900));
  CHECK(members_up(run) == std::vector<std::string>{"g/1", "g/2"});
  run_until(run, milliseconds(1900));
  CHECK(members_up(run) == std::vector<std::string>{"g/1", "g/2", "g/3", "g/4"});
  run_until(run, milliseconds(2900));
  CHECK(members_up(run) == std::vector<std::string>{"g/1"});
  run_until(run, milliseconds(3900));
  CHECK(members_up(run) == std::vector<std::string>{"g/1", "g/5"});
  run_until(run, milliseconds(5900));
  CHECK(members_up(run) == std::vector<std::string>{"g/1"});
  CHECK(value_of(run, Metric::group_members, GroupName{"g"}) == 1);
}

TEST_CASE("members that vanish are missed only when their session is over") {
  Simulation run = formed(with_timeline(R"({"at": "2s", "crash_consumers": {"group": "g", "count": 1}})", "8s", {two_members}));
  run_until(run, milliseconds(2500));
  CHECK(members_up(run) == std::vector<std::string>{"g/1"});
  CHECK(value_of(run, Metric::group_members, GroupName{"g"}) == 2);
  run_until(run, seconds(8));
  CHECK(value_of(run, Metric::group_members, GroupName{"g"}) == 1);
}

TEST_CASE("a group that seeks stops and reads again from where its offsets were reset to") {
  const std::string produce = R"({"at": "100ms", "produce": {"topic": "t", "partition": 0, "value": "a"}},
                                 {"at": "200ms", "produce": {"topic": "t", "partition": 0, "value": "b"}},
                                 {"at": "1500ms", "produce": {"topic": "t", "partition": 0, "value": "c"}}, )";
  const std::pair<std::string, std::int64_t> places[] = {
      {R"("earliest")", 6}, {R"("latest")", 3}, {"2", 4}, {R"({"time": "1s"})", 4}};
  for (const auto& [to, consumed] : places) {
    CAPTURE(to);
    Simulation run = formed(with_timeline(
        produce + R"({"at": "3s", "seek": {"group": "g", "to": )" + to + "}}", "9s", {two_members}));
    while (run.step()) {}
    CHECK(members_up(run) == std::vector<std::string>{"g/1", "g/2"});
    CHECK(value_of(run, Metric::records_consumed) == consumed);
    CHECK(told_of_admin(run).find("the group goes on with") != std::string::npos);
  }
}

TEST_CASE("a topic grows and is configured and brokers are configured in the middle of a run") {
  Simulation run = formed(with_timeline(R"({"at": "1s", "add_partitions": {"topic": "t", "to": 4}},
                                           {"at": "1s", "configure": {"topic": "t", "config": {"min.insync.replicas": 2}}},
                                           {"at": "1s", "configure": {"broker": "all brokers", "config": {"log.retention.ms": 9000}}},
                                           {"at": "2s", "produce": {"topic": "t", "partition": 3, "value": "v"}})"));
  while (run.step()) {}
  CHECK(told_of_admin(run).find("add_partitions t to 4: the partitions are added") != std::string::npos);
  CHECK(told_of_admin(run).find("configure topic t, min.insync.replicas=2: the settings are changed") != std::string::npos);
  CHECK(told_of_admin(run).find("configure broker 2, log.retention.ms=9000: the settings are changed") != std::string::npos);
  REQUIRE(run.checks().history().partition(TopicPartition{"t", PartitionIndex{3}}) != nullptr);
  CHECK(partition(run, 3).acting_leader()->log_end == Offset{1});
  CHECK(partition(run, 0).min_insync_replicas == 2);
}

TEST_CASE("a topic is deleted in the middle of a run and no broker holds it any more") {
  Simulation run = formed(with_timeline(R"({"at": "500ms", "produce": {"topic": "t", "partition": 0, "value": "v"}},
                                           {"at": "1s", "delete_topic": "t"})"));
  while (run.step()) {}
  CHECK(told_of_admin(run).find("delete_topic t: the topic is deleted") != std::string::npos);
  for (const auto& [id, host] : run.cluster().brokers)
    CHECK(run.world().machine<Broker>(host)->replicas().report().empty());
}
