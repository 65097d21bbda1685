#include "core/client/admin.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

CreateTopicsRequest::Topic topic(std::string name) {
  CreateTopicsRequest::Topic t;
  t.name = std::move(name);
  t.num_partitions = 2;
  return t;
}

}  // namespace

TEST_CASE("topics are created and an existing one counts as done") {
  ModelCluster cluster;
  cluster.add_topic("old", 1);
  CreateTopicsRequest::Topic placed = topic("new");
  placed.assignments = {{PartitionIndex{0}, {NodeId{3}, NodeId{1}}}};
  placed.configs = {{"min.insync.replicas", "2"}};
  Bench<Admin> bench{Admin{identity("admin"), ClientConfig{}, {topic("old"), placed}}};
  bench.start();
  const auto sent = bench.take<CreateTopicsRequest>();
  REQUIRE(sent);
  CHECK(sent->envelope.message.as<CreateTopicsRequest>().topics[1] == placed);
  bench.answer(*sent, *cluster.handle(*sent));
  CHECK(bench.machine.done());
  CHECK(bench.machine.refused().empty());
  CHECK(cluster.topics.contains("new"));
}

TEST_CASE("topics with a retriable error or without an answer are asked for again and only those") {
  ModelCluster cluster;
  Bench<Admin> bench{Admin{identity("admin"), ClientConfig{}, {topic("a"), topic("b")}}};
  bench.down = {endpoint_of(1)};
  bench.start();
  cluster.run_for(bench, milliseconds(200));
  CHECK_FALSE(bench.machine.done());
  bench.down.clear();
  cluster.errors[ApiKey::create_topics] = {ErrorCode::not_controller, ErrorCode::none};
  cluster.run_for(bench, seconds(5));
  CHECK(bench.machine.done());
  CHECK(cluster.handled[ApiKey::create_topics] == 2);
  CHECK(cluster.topics.size() == 2);
}

TEST_CASE("a topic that is refused for good is told and not asked for again") {
  ModelCluster cluster;
  Bench<Admin> bench{Admin{identity("admin"), ClientConfig{}, {topic("a")}}};
  cluster.errors[ApiKey::create_topics] = {ErrorCode::invalid_replication_factor};
  bench.start();
  cluster.run_for(bench, seconds(2));
  CHECK(bench.machine.done());
  CHECK(bench.machine.refused().at("a") == ErrorCode::invalid_replication_factor);
  CHECK(bench.noted<trace::Remark>().size() == 1);
}

TEST_CASE("an operation by command is carried out beside the others and its end is told") {
  ModelCluster cluster;
  cluster.add_topic("old", 1);
  Bench<Admin> bench{Admin{identity("admin"), ClientConfig{}, {}}};
  bench.start();
  cluster.run_for(bench, seconds(1));
  bench.step(Command{admin_command({CreateOneTopic{topic("old")}})});
  bench.step(Command{admin_command({CreateOneTopic{topic("new")}})});
  CHECK_FALSE(bench.machine.is_over(1));
  cluster.run_for(bench, seconds(1));
  CHECK(bench.machine.is_over(1));
  CHECK(bench.machine.is_over(2));
  CHECK_FALSE(bench.machine.is_over(3));
  CHECK(cluster.topics.contains("new"));
  const auto told = bench.noted<trace::Remark>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].text.starts_with("create_topic old, 2 partitions: TOPIC_ALREADY_EXISTS"));
  CHECK(told[1].text == "create_topic new, 2 partitions: the topic is created");
  CHECK(bench.noted<trace::ClientSawError>().size() == 1);
}

TEST_CASE("an operation that nobody answers is given up after a minute") {
  ModelCluster cluster;
  Bench<Admin> bench{Admin{identity("admin"), ClientConfig{}, {}}};
  bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  bench.start();
  bench.step(Command{admin_command({CreateOneTopic{topic("new")}})});
  cluster.run_for(bench, seconds(59));
  CHECK_FALSE(bench.machine.is_over(1));
  cluster.run_for(bench, seconds(2));
  CHECK(bench.machine.is_over(1));
  REQUIRE(bench.noted<trace::Remark>().size() == 1);
  CHECK(bench.noted<trace::Remark>()[0].text == "create_topic new, 2 partitions: no success within 60000 ms");
}
