#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::string topics(const std::string& list) { return head + R"("cluster": {"brokers": 3}, "topics": [)" + list + "]}"; }
}  // namespace

TEST_CASE("a topic takes its number of partitions and replicas from its assignment") {
  const Scenario s = good(topics(
      R"({"name": "a", "assignment": [[1, 2], [2, 3]], "config": {"segment.ms": 5, "cleanup.policy": "delete",
          "min.cleanable.dirty.ratio": 0.25}})"));
  const TopicSpec* topic = find_topic(s, "a");
  REQUIRE(topic != nullptr);
  CHECK(topic->partitions == 2);
  CHECK(topic->replication_factor == 2);
  CHECK(topic->assignment[1] == std::vector{NodeId{2}, NodeId{3}});
  CHECK(topic->config
        == std::vector<std::pair<std::string, std::string>>{
            {"segment.ms", "5"}, {"cleanup.policy", "delete"}, {"min.cleanable.dirty.ratio", "0.25"}});
}

TEST_CASE("a topic that says nothing has one partition and one replica as in Kafka") {
  const Scenario s = good(topics(R"({"name": "a"})"));
  CHECK(s.topics[0].partitions == 1);
  CHECK(s.topics[0].replication_factor == 1);
}

TEST_CASE("faults of topics stand at their place") {
  check_error(topics(R"({"name": "a"}, {"name": @"a"})"), "/topics/1/name", "there are two topics 'a'");
  check_error(topics(R"({"name": "a.b"}, {"name": @"a_b"})"), "/topics/1/name",
              "topic 'a_b' collides with 'a.b': '.' and '_' count as the same");
  check_error(topics(R"({"name": @"a b"})"), "/topics/0/name",
              "'a b' is no topic name: 1 to 249 letters, digits, '.', '_' and '-', not '.' or '..'");
  check_error(topics(R"({"name": @"__consumer_offsets"})"), "/topics/0/name",
              "'__consumer_offsets' is an internal topic: the cluster makes it by itself");
  check_error(topics(R"({"name": "a", "replication_factor": @4})"), "/topics/0/replication_factor",
              "4 replicas need as many brokers: there are only 3");
  check_error(topics(R"({"name": "a", "partitions": @2000000000})"), "/topics/0/partitions",
              "this must be between 1 and 10000");
  check_error(topics(R"({"name": "a", "assignment": [[1, @1]]})"), "/topics/0/assignment/0/1",
              "broker 1 cannot hold two replicas of a partition");
  check_error(topics(R"({"name": "a", "assignment": [[1, @9]]})"), "/topics/0/assignment/0/1", "there is no broker 9");
  check_error(topics(R"({"name": "a", "assignment": [[1, 2], @[3]]})"), "/topics/0/assignment/1",
              "all partitions must have the same number of replicas: the first has 2");
  check_error(topics(R"({"name": "a", "partitions": 2, "assignment": @[[1]]})"), "/topics/0/assignment",
              "'assignment' lists 1 partitions, 'partitions' says 2");
  check_error(topics(R"({"name": "a", "replication_factor": 2, "assignment": @[[1]]})"), "/topics/0/assignment",
              "'assignment' gives 1 replicas, 'replication_factor' says 2");
  check_error(topics(R"({"name": "a", "config": {@"retention": 1}})"), "/topics/0/config/retention",
              "unknown topic setting 'retention', did you mean 'retention.ms'?");
  check_warning(topics(R"(@{"name": "a", "config": {"min.insync.replicas": 2}})"), "/topics/0",
                "'min.insync.replicas' is 2 and there are 1 replicas: acks=all asks for no more than there are");
}
