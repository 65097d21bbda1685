#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
const std::string pipelines_in =
    head + R"("cluster": {"brokers": 3}, "topics": [{"name": "orders", "partitions": 2}, {"name": "invoices"}], )";
std::string pipeline(const std::string& members, const std::string& rest = "") {
  return pipelines_in + R"("pipelines": [{"id": "billing", "group": "bills", "from": "orders", "to": "invoices")" + members + "}]" + rest + "}";
}
}  // namespace

TEST_CASE("a pipeline that says no more works at least once and commits by itself") {
  const Scenario s = good(pipeline(""));
  const PipelineSpec& p = s.pipelines.at(0);
  CHECK(p.guarantee == Guarantee::at_least_once);
  CHECK(p.group() == "bills");
  CHECK(p.from() == "orders");
  CHECK(p.to == "invoices");
  CHECK_FALSE(p.consumer.config.enable_auto_commit);
  CHECK(p.consumer.config.auto_offset_reset == "earliest");
  CHECK(p.producer.config.transactional_id.empty());
  CHECK(all_consumers(s).size() == 1);
  CHECK(all_producers(s).size() == 1);
  CHECK(find_pipeline(s, "billing") == &p);
  CHECK(pipeline_of_group(s, "bills") == &p);
  CHECK(find_pipeline(s, "bills") == nullptr);
}

TEST_CASE("an exactly-once pipeline has a transactional id and reads what is committed") {
  const PipelineSpec p = good(pipeline(R"(, "exactly_once": true, "count": 3)")).pipelines.at(0);
  CHECK(p.guarantee == Guarantee::exactly_once);
  CHECK(p.count == 3);
  CHECK(p.producer.config.transactional_id == "billing");
  CHECK(p.consumer.config.isolation_level == "read_committed");
  const PipelineSpec other =
      good(pipeline(R"(, "exactly_once": true, "consumer_config": {"isolation.level": "read_uncommitted"}, "producer_config": {"transactional.id": "x"})"))
          .pipelines.at(0);
  CHECK(other.producer.config.transactional_id == "x");
  CHECK(other.consumer.config.isolation_level == "read_uncommitted");
}

TEST_CASE("a pipeline takes its time by process_time or by the rate that it keeps to") {
  CHECK(good(pipeline(R"(, "commit": "before")")).pipelines.at(0).guarantee == Guarantee::at_most_once);
  CHECK(good(pipeline(R"(, "rate": "100/s")")).pipelines.at(0).consumer.process_time == milliseconds(10));
  CHECK(good(pipeline(R"(, "rate": "100/s", "process_time": "20ms")")).pipelines.at(0).consumer.process_time == milliseconds(20));
  CHECK(good(pipeline(R"(, "starts": "5s")")).pipelines.at(0).consumer.from == seconds(5));
}

TEST_CASE("a pipeline and its instances and its group are targets and subjects") {
  const Scenario s = good(pipeline("", R"(, "timeline": [{"at": "1s", "crash": "billing/2"}, {"at": "2s", "pause": "bills"}],
    "expect": [{"metric": "records.lost", "of": "billing", "is": 0}, {"metric": "lag", "of": "bills", "is": 0}])"));
  const auto target = [&](std::size_t i) { return std::get<Crash>(s.timeline.at(i).operation).target.what; };
  CHECK(std::get<ClientTarget>(target(0)) == ClientTarget{ClientKind::pipeline, "billing", 2});
  CHECK(std::get<ClientTarget>(std::get<Pause>(s.timeline.at(1).operation).target.what) == ClientTarget{ClientKind::group_member, "bills", std::nullopt});
}

TEST_CASE("faults of pipelines stand at their place") {
  check_error(pipelines_in + R"("pipelines": [@{"id": "b", "from": "orders", "to": "invoices"}]})", "/pipelines/0", "'group' is missing");
  check_error(pipelines_in + R"("pipelines": [{"id": "b", "group": "b", "from": @"order", "to": "invoices"}]})", "/pipelines/0/from",
              "there is no topic 'order', did you mean 'orders'?");
  check_error(pipelines_in + R"("pipelines": [{"id": "b", "group": "b", "from": "orders", "to": @"orders"}]})", "/pipelines/0/to",
              "a pipeline that writes where it reads never comes to an end");
  check_error(pipeline(R"(, @"exactly_onc": true)"), "/pipelines/0/exactly_onc", "unknown key 'exactly_onc', did you mean 'exactly_once'?");
  check_error(pipeline(R"(, "exactly_once": true, "commit": @"after")"), "/pipelines/0/commit",
              "with 'exactly_once' the offsets are part of the transaction: leave 'commit' out");
  check_error(pipeline(R"(, "rate": @"0/s")"), "/pipelines/0/rate", "a pipeline with the rate 0 would do nothing");
  check_error(pipeline(R"(, "producer_config": {"transactional.id": @"x"})"), "/pipelines/0/producer_config/transactional.id",
              "'transactional.id' is of a pipeline with 'exactly_once'");
  check_error(pipeline(R"(, "consumer_config": {"enable.auto.commit": @true})"), "/pipelines/0/consumer_config/enable.auto.commit",
              "a pipeline commits by itself: 'enable.auto.commit' must not be true");
  const std::string two = R"({"id": "b", "group": "g", "from": "orders", "to": "invoices"}, )";
  check_error(pipelines_in + R"("pipelines": [)" + two + R"({"id": @"b", "group": "h", "from": "orders", "to": "invoices"}]})", "/pipelines/1/id",
              "there are two clients 'b'");
  check_error(pipelines_in + R"("pipelines": [)" + two + R"({"id": "c", "group": @"g", "from": "orders", "to": "invoices"}]})", "/pipelines/1/group",
              "a pipeline needs a group of its own: 'g' has members already");
}
