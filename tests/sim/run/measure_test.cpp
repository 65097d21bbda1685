// Metrics of whole runs: what they say is compared with what the run's machines and histories hold.
#include <catch2/catch.hpp>

#include "core/broker/broker.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// 60 records by "shop" to a-0 and a-1, 20 by "till" to b-0, all read by the group "g"; "lazy" reads nothing of b.
const std::string busy = small(2, "3s", R"(
  "topics": [{"name": "a", "assignment": [[1, 2], [2, 1]]}, {"name": "b", "assignment": [[2, 1]]}],
  "producers": [{"id": "shop", "topic": "a", "count": 2, "records": 30, "rate": "60/s", "value_size": "100B",
                 "config": {"linger.ms": 0}},
                {"id": "till", "topic": "b", "records": 20, "rate": "40/s"}],
  "consumers": [{"group": "g", "topics": ["a", "b"], "config": {"auto.offset.reset": "earliest", "auto.commit.interval.ms": 200}},
                {"group": "late", "topics": ["b"], "from": "2900ms"}],
)");

Simulation& finished() {
  static Simulation run = run_to_end(scenario(busy));
  return run;
}

std::optional<std::int64_t> number(const Simulation& run, const MetricQuery& query) {
  const auto value = run.measure(query);
  return value ? std::optional{std::get<std::int64_t>(*value)} : std::nullopt;
}
bool has_value(Metric metric, Subject of = {}, std::optional<NodeId> on = {}) {
  return number(finished(), {metric, {}, std::move(of), on}).has_value();
}
std::int64_t value(Metric metric, Subject of = {}, std::optional<NodeId> on = {}) {  // -7: none
  return number(finished(), {metric, {}, std::move(of), on}).value_or(-7);
}

const TopicPartition a0{"a", PartitionIndex{0}};
const TopicPartition a1{"a", PartitionIndex{1}};
const TopicPartition b0{"b", PartitionIndex{0}};

}  // namespace

TEST_CASE("records are counted over all and by client and by topic and by partition") {
  CHECK(value(Metric::records_produced) == 80);
  CHECK(value(Metric::records_acked) == 80);
  CHECK(value(Metric::records_consumed) == 80);
  CHECK(value(Metric::records_failed) == 0);
  CHECK(value(Metric::records_lost) == 0);
  CHECK(value(Metric::records_duplicated) == 0);
  CHECK(value(Metric::records_out_of_order) == 0);
  CHECK(value(Metric::records_out_of_order, GroupName{"g"}) == 0);
  CHECK(value(Metric::records_acked, TopicName{"a"}) == 60);
  CHECK(value(Metric::records_acked, b0) == 20);
  CHECK(value(Metric::records_acked, a0) + value(Metric::records_acked, a1) == 60);
  CHECK(value(Metric::records_produced, ClientName{"shop", std::nullopt}) == 60);
  CHECK(value(Metric::records_produced, ClientName{"shop", 2}) == 30);
  CHECK(value(Metric::records_consumed, GroupName{"g"}) == 80);
  CHECK(value(Metric::records_consumed, GroupName{"late"}) == 0);
}

TEST_CASE("log metrics are those of the leader or of the replica that is asked") {
  CHECK(value(Metric::log_end, b0) == 20);
  CHECK(value(Metric::log_end, b0, NodeId{1}) == 20);
  CHECK(value(Metric::high_watermark, b0) == 20);
  CHECK(value(Metric::last_stable_offset, b0) == 20);
  CHECK(value(Metric::log_start, b0) == 0);
  CHECK(value(Metric::log_segments, TopicName{"a"}) == 2);
  CHECK(value(Metric::log_cleanings, TopicName{"a"}) == 0);
  CHECK(value(Metric::log_size, TopicName{"a"}) > 60 * 100);
  CHECK(value(Metric::log_size, b0) == value(Metric::log_size, b0, NodeId{1}));
  CHECK(value(Metric::leader, b0) == 2);
  CHECK(value(Metric::leader, b0, NodeId{1}) == 2);
  CHECK(value(Metric::leader_epoch, b0) == 0);
  CHECK(value(Metric::leader_epoch, b0, NodeId{1}) == 0);
  CHECK_FALSE(has_value(Metric::leader));
  CHECK(value(Metric::isr_size) == 2);
  CHECK(value(Metric::replicas_online, b0) == 2);
}

TEST_CASE("a replica that a broker does not hold has no value") {
  CHECK_FALSE(has_value(Metric::log_end, TopicPartition{"b", PartitionIndex{7}}));
  CHECK_FALSE(has_value(Metric::leader, b0, NodeId{9}));
}

TEST_CASE("bytes in count the batches of producers and bytes out those that consumers fetched") {
  const std::int64_t stored = value(Metric::log_size, TopicName{"a"}) + value(Metric::log_size, b0);
  CHECK(value(Metric::bytes_in, TopicName{"a"}) + value(Metric::bytes_in, b0) == stored);
  CHECK(value(Metric::bytes_in, ClientName{"shop", std::nullopt}) == value(Metric::bytes_in, TopicName{"a"}));
  CHECK(value(Metric::bytes_in, NodeId{1}) > 0);
  CHECK(value(Metric::bytes_in, NodeId{1}) + value(Metric::bytes_in, NodeId{2}) == value(Metric::bytes_in));
  CHECK(value(Metric::bytes_out, TopicName{"a"}) == value(Metric::bytes_in, TopicName{"a"}));
  CHECK(value(Metric::bytes_out, ClientName{"g", 1}) == stored);
  CHECK(value(Metric::bytes_out) == stored);
  CHECK(value(Metric::bytes_out, NodeId{1}) + value(Metric::bytes_out, NodeId{2}) == stored);
}

TEST_CASE("lag is the high watermark less what was committed") {
  CHECK(value(Metric::lag, GroupName{"g"}) == 0);
  CHECK(value(Metric::lag, GroupName{"late"}) == 20);
  CHECK(value(Metric::lag) == 20);
  CHECK(value(Metric::lag_max) == 20);
  CHECK(value(Metric::lag, TopicName{"a"}) == 0);
  CHECK(value(Metric::lag, b0) == 20);
  CHECK(value(Metric::lag, ClientName{"g", 1}) == 0);
}

TEST_CASE("a group's metrics are those of its coordinator") {
  CHECK(value(Metric::group_members, GroupName{"g"}) == 1);
  CHECK(value(Metric::group_generation, GroupName{"g"}) == 1);
  CHECK(value(Metric::rebalances, GroupName{"g"}) == 1);
  CHECK(finished().measure({Metric::group_state, {}, GroupName{"g"}, {}}) == MetricValue{std::string{"Stable"}});
  CHECK_FALSE(finished().measure({Metric::group_state, {}, GroupName{"nobody"}, {}}).has_value());
  CHECK_FALSE(has_value(Metric::group_generation));
  CHECK(value(Metric::group_members) >= 1);
}

TEST_CASE("disks and the controller and latencies have values") {
  const std::int64_t capacity = static_cast<std::int64_t>(DiskSpec{}.capacity);
  CHECK(value(Metric::disk_used, NodeId{1}) > 0);
  CHECK(value(Metric::disk_used, NodeId{1}) + value(Metric::disk_free, NodeId{1}) == capacity);
  CHECK(value(Metric::disk_used) > value(Metric::disk_used, NodeId{1}));
  CHECK(value(Metric::disk_free) <= value(Metric::disk_free, NodeId{2}));
  CHECK(value(Metric::controller) == 3000);
  CHECK(value(Metric::controller_epoch) >= 1);
  CHECK(value(Metric::latency_produce_p50) > 0);
  CHECK(value(Metric::latency_produce_p50) <= value(Metric::latency_produce_p99));
  CHECK(value(Metric::latency_produce_p99) <= value(Metric::latency_produce_max));
  CHECK(value(Metric::latency_end_to_end_p50) <= value(Metric::latency_end_to_end_max));
  CHECK(value(Metric::elections) == 0);
}

TEST_CASE("a percentile over all is that of the producer with the most") {
  for (const Metric metric : {Metric::latency_produce_p50, Metric::latency_produce_p99}) {
    CHECK(value(metric) == std::max(value(metric, ClientName{"shop", std::nullopt}), value(metric, ClientName{"till", std::nullopt})));
  }
}

TEST_CASE("what pipelines write again counts among all that is duplicated") {
  Simulation run = formed(scenario(small(1, "14s", R"("topics": [{"name": "a"}, {"name": "b"}], "epilogue": false,
    "producers": [{"id": "shop", "topic": "a", "rate": "100/s", "to": "5s"}],
    "pipelines": [{"id": "billing", "group": "billing", "from": "a", "to": "b", "process_time": "20ms",
                   "consumer_config": {"session.timeout.ms": 3000, "heartbeat.interval.ms": 500}}],
    "timeline": [{"at": "3s", "crash": "billing/1", "for": "500ms"}], )")));
  while (run.step()) {}
  const auto of_billing = number(run, {Metric::records_duplicated, {}, ClientName{"billing", std::nullopt}, {}});
  CHECK(of_billing > 0);
  CHECK(number(run, {Metric::records_duplicated, {}, {}, {}}) == of_billing);
}

TEST_CASE("a machine without power holds what its disk has kept and believes nothing") {
  const TopicPartition t{"t", PartitionIndex{0}};
  const std::pair<std::string, std::int64_t> kinds[] = {{R"("none")", 0}, {R"({"partition": "t-0", "records": 4})", 4}, {R"("all")", 10}};
  for (const auto& [keep, left] : kinds) {
    CAPTURE(keep);
    Simulation run = formed(scenario(small(2, "4s", R"("topics": [{"name": "t", "assignment": [[1, 2]]}], "epilogue": false,
      "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s", "config": {"linger.ms": 0}}],
      "timeline": [{"at": "1500ms", "power_off": {"target": 2, "keep": )" + keep + R"(}}, {"at": "2s", "start": 2}], )")));
    run_until(run, milliseconds(1'499));
    CHECK(number(run, {Metric::log_end, {}, t, NodeId{2}}) == 10);
    CHECK(number(run, {Metric::high_watermark, {}, t, NodeId{2}}) == 10);
    run_until(run, milliseconds(1'600));
    CHECK(number(run, {Metric::log_end, {}, t, NodeId{2}}) == left);
    CHECK(number(run, {Metric::log_start, {}, t, NodeId{2}}) == 0);
    CHECK_FALSE(number(run, {Metric::high_watermark, {}, t, NodeId{2}}));
    CHECK_FALSE(number(run, {Metric::last_stable_offset, {}, t, NodeId{2}}));
    CHECK(number(run, {Metric::log_end, {}, t, {}}) == 10);
    while (run.step()) {}
    CHECK(number(run, {Metric::log_end, {}, t, NodeId{2}}) == 10);
    CHECK(number(run, {Metric::high_watermark, {}, t, NodeId{2}}) == 10);
  }
}

TEST_CASE("a log that is on no disk any more has lost what was acknowledged before anybody starts again") {
  for (const std::string keep : {"none", "all"}) {
    Simulation run = formed(scenario(alone(R"("timeline": [{"at": "1500ms", "power_off": {"target": 1, "keep": ")" + keep + R"("}}], "epilogue": false, )")));
    run_until(run, milliseconds(1'499));
    CHECK(run.findings().findings_of("acked-somewhere") == 0);
    while (run.step()) {}
    CHECK((run.findings().findings_of("acked-somewhere") > 0) == (keep == "none"));
  }
}

TEST_CASE("elections and unavailability and errors count where a leader dies") {
  Simulation run = formed(scenario(small(2, "4s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2], [2, 1]]}],
    "producers": [{"id": "p", "topic": "t", "rate": "50/s"}],
    "timeline": [{"at": "500ms", "crash": 1, "for": "2s"}],
  )")));
  run_until(run, milliseconds(700));
  const TopicPartition first{"t", PartitionIndex{0}};
  CHECK(number(run, {Metric::log_end, {}, first, NodeId{1}}).has_value());
  CHECK_FALSE(number(run, {Metric::leader, {}, first, NodeId{1}}).has_value());  // it believes nothing: it is down
  CHECK(*number(run, {Metric::unavailable, {}, first, {}}) == run.now().ns - milliseconds(500).ns);
  while (run.step()) {}
  CHECK(number(run, {Metric::elections, {}, {}, {}}) == 1);
  CHECK(number(run, {Metric::elections, {}, first, {}}) == 1);
  CHECK(number(run, {Metric::elections, {}, TopicPartition{"t", PartitionIndex{1}}, {}}) == 0);
  CHECK(number(run, {Metric::elections_unclean, {}, {}, {}}) == 0);
  CHECK(number(run, {Metric::leader, {}, first, {}}) == 2);
  CHECK(number(run, {Metric::leader_epoch, {}, first, {}}) == 1);
  CHECK(*number(run, {Metric::unavailable, {}, first, {}}) > milliseconds(500).ns);
  CHECK(*number(run, {Metric::unavailable, {}, first, {}}) < seconds(3).ns);
  CHECK(number(run, {Metric::unavailable, {}, TopicPartition{"t", PartitionIndex{1}}, {}}) == 0);
}

TEST_CASE("a broker that the controller does not reach goes on believing what it knew") {
  Simulation run = formed(scenario(small(2, "3s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2]]}], "epilogue": false,
    "timeline": [{"at": "200ms", "partition": [[1], [3000]]}],
  )")));
  while (run.step()) {}
  const TopicPartition t{"t", PartitionIndex{0}};
  CHECK(number(run, {Metric::isr_size, {}, t, {}}) == 1);
  CHECK(number(run, {Metric::isr_size, {}, t, NodeId{2}}) == 1);
  CHECK(number(run, {Metric::isr_size, {}, t, NodeId{1}}) == 2);
  CHECK(number(run, {Metric::leader, {}, t, {}}) == 2);
  CHECK(number(run, {Metric::leader, {}, t, NodeId{1}}) == 1);
  CHECK(number(run, {Metric::leader_epoch, {}, t, NodeId{1}}) == 0);
  CHECK(number(run, {Metric::leader_epoch, {}, t, NodeId{2}}) == 1);
}

TEST_CASE("the lag of a group covers what any of its members subscribes to") {
  Simulation run = formed(scenario(small(1, "2s", R"(
    "topics": [{"name": "a", "partitions": 1}, {"name": "b", "partitions": 1}], "epilogue": false,
    "producers": [{"id": "p", "topic": "a", "records": 20}, {"id": "q", "topic": "b", "records": 30}],
    "consumers": [{"group": "u", "topics": ["a"], "config": {"enable.auto.commit": false}},
                  {"group": "u", "topics": ["b"], "config": {"enable.auto.commit": false}}],
  )")));
  while (run.step()) {}
  CHECK(number(run, {Metric::lag, {}, GroupName{"u"}, {}}) == 50);
  CHECK(number(run, {Metric::lag_max, {}, GroupName{"u"}, {}}) == 30);
}
