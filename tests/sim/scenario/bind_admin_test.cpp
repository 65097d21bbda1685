#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const std::string placed = head + R"("cluster": {"brokers": 3},
  "topics": [{"name": "orders", "assignment": [[1, 2], [2, 3]]}, {"name": "free", "partitions": 1, "replication_factor": 2}],
  "consumers": [{"group": "analytics", "topics": ["orders"]}],
)";

std::string placed_entry(const std::string& operation) {
  return placed + R"("timeline": [{"at": "1s", )" + operation + "}]}";
}

template <class Op>
Op only(const std::string& operation) {
  return std::get<Op>(good(placed_entry(operation)).timeline.at(0).operation);
}

const TopicPartition orders0{"orders", PartitionIndex{0}};

}  // namespace

TEST_CASE("an election says which partition and how and of whom") {
  const auto plain = only<ElectLeader>(R"("elect_leader": {"partition": "orders-0"})");
  CHECK(plain.partition == orders0);
  CHECK(plain.mode == ElectionMode::preferred);
  CHECK_FALSE(plain.to.has_value());
  const auto full = only<ElectLeader>(R"("elect_leader": {"partition": "orders-0", "unclean": true, "to": 2})");
  CHECK(full.mode == ElectionMode::unclean);
  CHECK(full.to == NodeId{2});
  check_warning(placed_entry(R"("elect_leader": {"partition": "orders-0", "to": @3})"), "/timeline/0/elect_leader/to",
                "broker 3 holds no replica of orders-0 unless the partition is reassigned to it");
  check_error(placed_entry(R"("elect_leader": @{"unclean": false})"), "/timeline/0/elect_leader",
              "'partition' is missing");
  check_error(placed_entry(R"("elect_leader": {"partition": "orders-0"}, "for": @"1s")"), "/timeline/0/for",
              "'for' cannot stand here: 'elect_leader' cannot be undone");
}

TEST_CASE("a partition may be moved to any brokers or its replicas put in another order or a move be given up") {
  const auto order = only<Reassign>(R"("reassign": {"partition": "orders-0", "to": [2, 1]})");
  CHECK(order.to == std::vector{NodeId{2}, NodeId{1}});
  CHECK(only<Reassign>(R"("reassign": {"partition": "free-0", "to": [3, 1]})").partition.topic == "free");
  CHECK(only<Reassign>(R"("reassign": {"partition": "orders-0", "to": [3]})").to == std::vector{NodeId{3}});
  CHECK_FALSE(only<Reassign>(R"("reassign": {"partition": "orders-0", "cancel": true})").to.has_value());
  check_error(placed_entry(R"("reassign": @{"partition": "orders-0"})"), "/timeline/0/reassign",
              "'reassign' needs 'to', or 'cancel': true, and not both");
  check_error(placed_entry(R"("reassign": @{"partition": "orders-0", "to": [1], "cancel": true})"), "/timeline/0/reassign",
              "'reassign' needs 'to', or 'cancel': true, and not both");
  check_error(placed_entry(R"("reassign": {"partition": "orders-0", "to": [2, @2]})"), "/timeline/0/reassign/to/1",
              "broker 2 cannot hold two replicas of a partition");
}

TEST_CASE("records are deleted before an offset or up to the high watermark") {
  CHECK(only<DeleteRecords>(R"("delete_records": {"partition": "orders-0", "before": 7})").before == Offset{7});
  CHECK_FALSE(only<DeleteRecords>(R"("delete_records": {"partition": "orders-0", "before": -1})").before.has_value());
  check_error(placed_entry(R"("delete_records": {"partition": "orders-0", "before": @-2})"),
              "/timeline/0/delete_records/before", "this must be at least -1");
}

TEST_CASE("a topic that the timeline creates can be named by clients and metrics and entries") {
  const Scenario scenario = good(head + R"("cluster": {"brokers": 1},
    "producers": [{"id": "shop", "topic": "late", "rate": "1/s", "from": "2s"}],
    "timeline": [{"at": "3s", "produce": {"topic": "late", "partition": 1}},
                 {"at": "1s", "create_topic": {"name": "late", "partitions": 2, "config": {"retention.ms": 1000}}}],
    "expect": [{"metric": "log.end", "of": "late-1", "at_least": 1}]})");
  const auto& create = std::get<CreateTopic>(scenario.timeline.at(1).operation);
  CHECK(create.topic.partitions == 2);
  CHECK(create.topic.config == std::vector<std::pair<std::string, std::string>>{{"retention.ms", "1000"}});
  CHECK(scenario.topics.empty());
}

TEST_CASE("a topic that is deleted may be created again with more partitions and what is there already is warned of") {
  const std::string topic = R"("cluster": {"brokers": 1}, "topics": [{"name": "t"}], "timeline": [)";
  const std::string again = R"({"at": "2s", "create_topic": {"name": "t", "partitions": 3}})";
  const std::string expect = R"(], "expect": [{"metric": "log.end", "of": "t-2", "at_least": 0}]})";
  const Parsed twice = parse_scenario(head + topic + R"({"at": "1s", "delete_topic": "t"}, )" + again + expect);
  REQUIRE(twice.scenario.has_value());
  CHECK(twice.diagnostics.empty());
  const Parsed there = parse_scenario(head + topic + again + expect);
  REQUIRE(there.scenario.has_value());
  REQUIRE(there.diagnostics.size() == 1);
  CHECK(there.diagnostics[0].message == "there is a topic 't' already, and nothing deletes it");
}

TEST_CASE("members come and leave and vanish by number") {
  CHECK(only<AddConsumers>(R"("add_consumers": {"group": "analytics", "count": 2}, "for": "5s")").count == 2);
  CHECK(only<RemoveConsumers>(R"("remove_consumers": {"group": "analytics", "count": 1})").group == "analytics");
  CHECK(only<CrashConsumers>(R"("crash_consumers": {"group": "analytics", "count": 3})").count == 3);
  check_error(placed_entry(R"("add_consumers": {"group": @"analytic", "count": 2})"), "/timeline/0/add_consumers/group",
              "there is no group 'analytic', did you mean 'analytics'?");
  check_error(placed_entry(R"("add_consumers": {"group": "analytics", "count": @0})"),
              "/timeline/0/add_consumers/count", "this must be between 1 and 1000");
}

TEST_CASE("a seek goes to an end or an offset or a virtual time") {
  const auto to = [](const std::string& where) {
    return only<Seek>(R"("seek": {"group": "analytics", "to": )" + where + "}").to;
  };
  CHECK(std::get<SeekEnd>(to(R"("earliest")")) == SeekEnd::earliest);
  CHECK(std::get<SeekEnd>(to(R"("latest")")) == SeekEnd::latest);
  CHECK(std::get<Offset>(to("17")) == Offset{17});
  CHECK(std::get<Duration>(to(R"({"time": "5s"})")) == seconds(5));
  check_error(placed_entry(R"("seek": {"group": "analytics", "to": @"earlies"})"), "/timeline/0/seek/to",
              "'earlies' is none of 'earliest', 'latest', did you mean 'earliest'?");
  check_error(placed_entry(R"("seek": {"group": "analytics", "to": @[]})"), "/timeline/0/seek/to",
              "'to' is \"earliest\", \"latest\", an offset, or {\"time\": ...}");
}

TEST_CASE("a topic is deleted by its name and grown to a number of partitions that may then be named") {
  CHECK(only<DeleteTopic>(R"("delete_topic": "orders")").topic == "orders");
  check_error(placed_entry(R"("delete_topic": @"orderz")"), "/timeline/0/delete_topic",
              "there is no topic 'orderz', did you mean 'orders'?");
  const auto grow = only<AddPartitions>(R"("add_partitions": {"topic": "orders", "to": 5})");
  CHECK(grow.topic == "orders");
  CHECK(grow.to == 5);
  check_error(placed_entry(R"("add_partitions": {"topic": "orders", "to": @2})"), "/timeline/0/add_partitions/to",
              "topic 'orders' has 2 partitions already");
  const Scenario scenario = good(placed + R"("timeline": [
    {"at": "2s", "produce": {"topic": "orders", "partition": 4}},
    {"at": "1s", "add_partitions": {"topic": "orders", "to": 5}}]})");
  CHECK(std::get<Produce>(scenario.timeline.at(0).operation).partition == PartitionIndex{4});
}

TEST_CASE("a topic or brokers are configured and brokers only as far as they can be while they run") {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const auto topic = only<Configure>(R"("configure": {"topic": "orders", "config": {"retention.ms": 5}})");
  CHECK(std::get<std::string>(topic.of) == "orders");
  CHECK(topic.config == Pairs{{"retention.ms", "5"}});
  const auto broker = only<Configure>(R"("configure": {"broker": "all brokers", "config": {"log.retention.ms": 5}})");
  CHECK(std::get<Target>(broker.of).text == "all brokers");
  check_error(placed_entry(R"("configure": {"topic": "orders", "config": {@"retention.days": 5}})"),
              "/timeline/0/configure/config/retention.days",
              "unknown topic setting 'retention.days', did you mean 'retention.ms'?");
  check_error(placed_entry(R"("configure": {"broker": 1, "config": {@"num.io.threads": 5}})"),
              "/timeline/0/configure/config/num.io.threads", "'num.io.threads' cannot be changed while a broker runs");
  check_error(placed_entry(R"("configure": @{"config": {}})"), "/timeline/0/configure",
              "'configure' needs either 'topic' or 'broker'");
}

TEST_CASE("voters are added and removed where the quorum may change") {
  const auto entry = [](const std::string& features, const std::string& operation) {
    return head + R"("cluster": {"brokers": 1, "controllers": 3)" + features + R"(}, "timeline": [{"at": "1s", )" + operation + "}]}";
  };
  const std::string changing = R"(, "spare_controllers": 1, "features": {"kraft_version": 1})";
  const auto operation = [&](const std::string& text) { return good(entry(changing, text)).timeline.at(0).operation; };
  CHECK(std::get<AddVoter>(operation(R"("add_voter": 3003)")).target.text == "3003");
  CHECK(std::get<RemoveVoter>(operation(R"("remove_voter": "controller")")).target.text == "controller");
  check_error(entry("", R"("add_voter": @3002)"), "/timeline/0/add_voter",
              R"(voters can change only with "features": {"kraft_version": 1} in 'cluster')");
  check_error(entry(changing, R"("remove_voter": 3001, "for": @"1s")"), "/timeline/0/for",
              "'for' cannot stand here: 'remove_voter' cannot be undone");
}
