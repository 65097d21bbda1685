#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::string expecting(const std::string& list) { return world + R"("expect": [)" + list + "]}"; }
ExpectMetric metric(const std::string& members) {
  const Scenario s = good(expecting("{" + members + "}"));
  REQUIRE(std::holds_alternative<ExpectMetric>(s.expect.at(0).what));
  return std::get<ExpectMetric>(s.expect[0].what);
}
MetricValue value(const std::string& members) { return metric(members).condition.value; }
}  // namespace

TEST_CASE("a run without a word about violations expects none") {
  const Scenario plain = good(expecting(R"({"metric": "records.lost", "is": 0})"));
  REQUIRE(plain.expect.size() == 2);
  CHECK_FALSE(std::get<ExpectNo>(plain.expect[1].what).invariant.has_value());
  CHECK(good(expecting(R"({"violates": "acked-record-lost"})")).expect.size() == 1);
  CHECK(good(expecting(R"({"no": "churn"})")).expect.size() == 1);
}

TEST_CASE("a comparison takes the units of its metric") {
  CHECK(value(R"("metric": "lag", "of": "analytics", "at_most": 5)") == MetricValue{std::int64_t{5}});
  CHECK(value(R"("metric": "log.size", "at_most": "20MiB")") == MetricValue{std::int64_t{20 << 20}});
  CHECK(value(R"("metric": "log.size", "at_most": 7)") == MetricValue{std::int64_t{7}});
  CHECK(value(R"("metric": "latency.produce.p99", "at_most": "5s")") == MetricValue{seconds(5).ns});
  CHECK(value(R"("metric": "latency.produce.p99", "at_most": 5)") == MetricValue{milliseconds(5).ns});
  CHECK(value(R"("metric": "leader", "of": "orders-0", "is": -1)") == MetricValue{std::int64_t{-1}});
  CHECK(value(R"("metric": "group.state", "of": "analytics", "is": "Stable")") == MetricValue{std::string{"Stable"}});
}

TEST_CASE("a leader and a controller may be more or less than a node and none is less than all") {
  const Condition someone_leads = metric(R"("metric": "leader", "of": "orders-0", "at_least": 1)").condition;
  CHECK(someone_leads.comparison == Comparison::at_least);
  CHECK(someone_leads.value == MetricValue{std::int64_t{1}});
  const Condition none_is_active = metric(R"("metric": "controller", "at_most": -1)").condition;
  CHECK(none_is_active.comparison == Comparison::at_most);
  CHECK(none_is_active.value == MetricValue{std::int64_t{-1}});
}

TEST_CASE("what a metric is of is found among partitions and topics and groups and clients and brokers") {
  CHECK(metric(R"("metric": "isr.size", "of": "orders-1", "is": 3)").condition.query.of
        == Subject{TopicPartition{"orders", PartitionIndex{1}}});
  CHECK(metric(R"("metric": "isr.size", "of": "orders", "is": 3)").condition.query.of == Subject{TopicName{"orders"}});
  CHECK(metric(R"("metric": "lag", "of": "analytics", "is": 3)").condition.query.of == Subject{GroupName{"analytics"}});
  CHECK(metric(R"("metric": "records.acked", "of": "many/2", "is": 3)").condition.query.of
        == Subject{ClientName{"many", 2}});
  CHECK(metric(R"("metric": "disk.free", "of": 2, "at_least": "1GiB")").condition.query.of == Subject{NodeId{2}});
  CHECK(metric(R"("metric": "errors.NOT_LEADER_OR_FOLLOWER", "is": 3)").condition.query.error
        == ErrorCode::not_leader_or_follower);
  CHECK(metric(R"("metric": "log.end", "of": "orders-0", "on": 2, "is": 3)").condition.query.on == NodeId{2});
}

TEST_CASE("an expectation is looked at once or always or within some time") {
  CHECK(metric(R"("metric": "records.lost", "is": 0)").time == ExpectTime{AtEnd{}});
  CHECK(metric(R"("metric": "records.lost", "is": 0, "at": "end")").time == ExpectTime{AtEnd{}});
  CHECK(metric(R"("metric": "records.lost", "is": 0, "at": "5s")").time == ExpectTime{AtMoment{seconds(5)}});
  CHECK(metric(R"("metric": "records.lost", "is": 0, "always": true, "from": "1s")").time
        == ExpectTime{Always{seconds(1), std::nullopt}});
  CHECK(metric(R"("metric": "records.lost", "is": 0, "within": "5s", "after": "3s")").time
        == ExpectTime{Within{seconds(3), seconds(5)}});
}

TEST_CASE("expected records are compared whole or in part") {
  const Scenario s = good(expecting(
      R"({"records": "orders-0", "include": ["a", null], "on": 2, "isolation": "read_committed", "text": "mine"})"));
  const auto& records = std::get<ExpectRecords>(s.expect[0].what);
  CHECK(records.match == RecordsMatch::include);
  CHECK(records.values.size() == 2);
  CHECK(records.on == NodeId{2});
  CHECK(records.isolation == Isolation::read_committed);
  CHECK(s.expect[0].text == "mine");
}

TEST_CASE("an expectation in the timeline has no time of its own") {
  check_error(world + R"("timeline": [{"at": "1s", "expect": {"metric": "lag", "is": 0, "at": @"end"}}]})",
              "/timeline/0/expect/at",
              "an expectation in the timeline has no time of its own: it is looked at when the entry fires");
  CHECK(good(world + R"("timeline": [{"at": "1s", "expect": {"metric": "lag", "is": 0}}]})").timeline.size() == 1);
}

TEST_CASE("faults of metrics stand at their place") {
  check_error(expecting(R"({"metric": @"isr.sise", "is": 1})"), "/expect/0/metric",
              "unknown metric 'isr.sise', did you mean 'isr.size'?");
  check_error(expecting(R"({"metric": @"errors.NOT_LEADER_OR_FOLOWER", "is": 1})"), "/expect/0/metric",
              "Kafka has no error code 'NOT_LEADER_OR_FOLOWER', did you mean 'NOT_LEADER_OR_FOLLOWER'?");
  check_error(expecting(R"(@{"metric": "leader", "is": 1})"), "/expect/0", "'leader' needs 'of': a partition");
  check_error(expecting(R"({"metric": "isr.size", "of": @"orders-9", "is": 1})"), "/expect/0/of",
              "topic 'orders' has no partition 9: it has 3, from 0 on");
  check_error(expecting(R"({"metric": "isr.size", "of": @"ordes-0", "is": 1})"), "/expect/0/of",
              "there is no topic 'ordes', did you mean 'orders'?");
  check_error(expecting(R"({"metric": "group.members", "of": @"analitics", "is": 1})"), "/expect/0/of",
              "'group.members' is of a group: 'analitics' is none, did you mean 'analytics'?");
  check_error(expecting(R"({"metric": "controller", "of": @"orders-0", "is": 3000})"), "/expect/0/of",
              "'controller' is of the whole cluster: leave 'of' out");
  check_error(expecting(R"({"metric": "disk.used", "of": @7, "at_most": 3})"), "/expect/0/of", "there is no broker 7");
  check_error(expecting(R"({"metric": "lag", "on": @1, "at_most": 3})"), "/expect/0/on",
              "'lag' is nothing that a replica knows for itself: leave 'on' out");
  check_error(expecting(R"({"metric": "group.state", "of": "analytics", "at_least": @"Stable"})"), "/expect/0/at_least",
              "'group.state' can only be compared by 'is' and 'not'");
  check_error(expecting(R"({"metric": "leader", "of": "orders-0", "at_most": @4})"), "/expect/0/at_most", "there is no broker 4");
  check_error(expecting(R"({"metric": "leader", "of": "orders-0", "not": @4})"), "/expect/0/not",
              "there is no broker 4");
  check_error(expecting(R"({"metric": "lag", "is": @0.5})"), "/expect/0/is",
              "this must be a whole number, not a fraction");
  check_error(expecting(R"({"metric": "lag", "is": 0, "not": @1})"), "/expect/0/not",
              "only one of 'is', 'not', 'at_least' and 'at_most' can stand here");
  check_error(expecting(R"(@{"metric": "lag"})"), "/expect/0",
              "one of 'is', 'not', 'at_least' and 'at_most' is missing");
}

TEST_CASE("faults of expectations stand at their place") {
  check_error(expecting(R"(@{"of": "orders-0"})"), "/expect/0",
              "one of 'metric', 'no', 'violates' and 'records' is missing");
  check_error(expecting(R"({"no": @"acked-record-los"})"), "/expect/0/no",
              "unknown invariant 'acked-record-los', did you mean 'acked-record-lost'?");
  check_error(expecting(R"({"no": "violations", @"of": "orders-0"})"), "/expect/0/of", "'of' does not go with 'no'");
  check_error(expecting(R"(@{"metric": "lag", "is": 0, "at": "5s", "always": true})"), "/expect/0",
              "only one of 'at', 'always' and 'within' can stand here");
  check_error(expecting(R"({"metric": "lag", "is": 0, "after": @"5s"})"), "/expect/0/after",
              "'after' stands only with 'within'");
  check_error(expecting(R"({"metric": "lag", "is": 0, "always": @false})"), "/expect/0/always",
              "'always' can only be true");
  check_error(expecting(R"(@{"records": "orders-0"})"), "/expect/0",
              "one of 'are', 'include' and 'exclude' is missing");
  check_warning(expecting(R"({"metric": "lag", "is": 0, "at": @"61s"})"), "/expect/0/at",
                "61s is after the end of the run at 60s");
  check_warning(expecting(R"({"metric": "lag", "is": 0, "after": "55s", "within": @"10s"})"), "/expect/0/within",
                "65s is after the end of the run at 60s");
}
