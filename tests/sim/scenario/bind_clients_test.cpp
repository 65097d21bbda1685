#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
const std::string cluster = head + R"("cluster": {"brokers": 3}, "topics": [{"name": "t", "partitions": 2}], )";
std::string producer(const std::string& members) {
  return cluster + R"("producers": [{"id": "p", "topic": "t", )" + members + "}]}";
}
std::string consumers(const std::string& list) { return cluster + R"("consumers": [)" + list + "]}"; }
}  // namespace

TEST_CASE("a producer's rate and sizes and times are exact") {
  const Scenario s =
      good(producer(R"("rate": "0.5/s", "from": "1s", "to": "50s", "value_size": "1kB..2kB", "partition": 1,
    "keys": {"distribution": "zipf", "cardinality": 10}, "rack": "far")"));
  const ProducerSpec& p = s.producers[0];
  CHECK(p.rate == RecordRate{500});
  CHECK(p.from == seconds(1));
  CHECK(p.to == seconds(50));
  CHECK(p.value_bytes == Range<std::int64_t>{1000, 2000});
  CHECK(p.partition == PartitionIndex{1});
  CHECK(p.keys->distribution == KeyDistribution::zipf);
  CHECK(p.keys->cardinality == 10);
  CHECK(p.rack == "far");
}

TEST_CASE("a producer without a rate produces by hand only and one with a number of records does not") {
  CHECK_FALSE(good(producer(R"("count": 1)")).producers[0].rate.has_value());
  CHECK(good(producer(R"("records": 5)")).producers[0].rate == default_rate);
  CHECK(good(producer(R"("rate": "1/s")")).producers[0].to == seconds(60));
}

TEST_CASE("faults of producers stand at their place") {
  check_error(cluster + R"("producers": [@{"topic": "t"}]})", "/producers/0", "'id' is missing");
  check_error(cluster + R"("producers": [@{"id": "p", "rate": "1/s"}]})", "/producers/0", "'topic' is missing");
  check_error(cluster + R"("producers": [{"id": "p", "topic": @"tt"}]})", "/producers/0/topic",
              "there is no topic 'tt', did you mean 't'?");
  check_error(cluster + R"("producers": [{"id": "p"}, {"id": @"p"}]})", "/producers/1/id",
              "there are two producers 'p'");
  check_error(cluster + R"("producers": [{"id": @"7"}]})", "/producers/0/id",
              "'7' cannot be a name: it is empty or too long, has '/', '(' or ')', or means a node");
  check_error(producer(R"("rate": @"10")"), "/producers/0/rate", "'10' is not a rate like \"1000/s\"");
  check_error(producer(R"("rate": @5)"), "/producers/0/rate", "this must be a string, not a whole number");
  check_error(producer(R"("count": @0)"), "/producers/0/count", "this must be between 1 and 10000");
  check_error(producer(R"("records": @-1)"), "/producers/0/records", "this must be at least 0");
  check_error(producer(R"("from": "5s", "to": @"4s")"), "/producers/0/to", "this is before 'from'");
  check_error(producer(R"("partition": @2)"), "/producers/0/partition",
              "topic 't' has no partition 2: it has 2, from 0 on");
  check_error(producer(R"("value_size": @"1GiB")"), "/producers/0/value_size", "a value must be at most 100MiB");
  check_error(producer(R"("transaction_size": @5)"), "/producers/0/transaction_size", "'transaction_size' needs a 'transactional.id'");
  check_error(producer(R"("abort_ratio": @0.5)"), "/producers/0/abort_ratio", "'abort_ratio' needs 'transaction_size'");
  check_error(producer(R"("transaction_size": 5, "abort_ratio": @1.5, "config": {"transactional.id": "x"})"),
              "/producers/0/abort_ratio", "a ratio is between 0 and 1");
  check_warning(producer(R"("to": @"61s")"), "/producers/0/to", "61s is after the end of the run at 60s");
}

TEST_CASE("a producer with a transactional.id says how large its transactions are and how many it aborts") {
  const Scenario s =
      good(producer(R"("rate": "10/s", "transaction_size": 20, "abort_ratio": 0.25, "config": {"transactional.id": "x"})"));
  CHECK(s.producers.at(0).transaction_size == 20);
  CHECK(s.producers.at(0).aborts_per_million == 250'000);
  CHECK(s.producers.at(0).config.transactional_id == "x");
  check_error(producer(R"("rate": "10/s", "config": {"transactional.id": "x", "acks": @"1"}, "transaction_size": 2)"),
              "/producers/0/config/acks", "'transactional.id' needs 'enable.idempotence' and 'acks' all");
}

TEST_CASE("a consumer belongs to a group or reads what is assigned to it") {
  const Scenario s =
      good(consumers(R"({"group": "g", "topics": ["t"], "count": 3, "process_time": "0.1ms"}, {"assign": ["t-1"]})"));
  CHECK(s.consumers[0].id == "g");
  CHECK(s.consumers[0].count == 3);
  CHECK(s.consumers[0].process_time == microseconds(100));
  CHECK(s.consumers[1].id == "consumer-2");
  CHECK(s.consumers[1].assign == std::vector{TopicPartition{"t", PartitionIndex{1}}});
}

TEST_CASE("a member of a consumer group may subscribe by regular expression") {
  const std::string by_regex = R"({"group": "g", "topics_matching": "t|other.*", "config": {"group.protocol": "consumer"}})";
  const ConsumerSpec consumer = good(consumers(by_regex)).consumers.at(0);
  CHECK(consumer.regex == "t|other.*");
  CHECK(consumer.topics == std::vector<std::string>{"t"});  // of those that there are
  check_error(consumers(R"({"group": "g", "topics_matching": @"t[", "config": {"group.protocol": "consumer"}})"),
              "/consumers/0/topics_matching", "'topics_matching' is no regular expression: missing ]: [");
  check_error(consumers(R"({"group": "g", "topics_matching": @"t"})"), "/consumers/0/topics_matching",
              "'topics_matching' needs the setting group.protocol=consumer");
  check_error(consumers(R"({"group": "g", "topics": @["t"], "topics_matching": "t", "config": {"group.protocol": "consumer"}})"),
              "/consumers/0/topics", "a consumer with 'topics_matching' has no 'topics'");
}

TEST_CASE("faults of consumers stand at their place") {
  check_error(consumers(R"(@{"topics": ["t"]})"), "/consumers/0",
              "a consumer needs a 'group', or partitions to 'assign' to it, or a 'queue'");
  check_error(consumers(R"(@{"group": "g"})"), "/consumers/0", "'topics' is missing");
  check_error(consumers(R"({"group": "g", "topics": ["t", @"x"]})"), "/consumers/0/topics/1",
              "there is no topic 'x', did you mean 't'?");
  check_error(consumers(R"({"group": "g", "topics": @[]})"), "/consumers/0/topics", "a consumer must read some topic");
  check_error(consumers(R"({"assign": [@"t-9"]})"), "/consumers/0/assign/0",
              "topic 't' has no partition 9: it has 2, from 0 on");
  check_error(consumers(R"({"assign": ["t-0"], "topics": @["t"]})"), "/consumers/0/topics",
              "a consumer with 'assign' has no 'topics'");
  check_error(consumers(R"({"id": "a", "assign": ["t-0"]}, {"id": @"a", "assign": ["t-0"]})"), "/consumers/1/id",
              "there are two clients 'a'");
  CHECK(good(consumers(R"({"group": "g", "topics": ["t"], "instance_id": "i"})")).consumers.at(0).instance_id == "i");
  check_error(consumers(R"({"assign": ["t-0"], "instance_id": @"i"})"), "/consumers/0/instance_id",
              "only a member of a group can be a static one");
}
