#include "sim/workload/beside_kafka.hpp"

#include <catch2/catch.hpp>

#include "core/message/init_producer_id.hpp"
#include "core/message/metadata.hpp"
#include "sim/workload/queue_broker.hpp"
#include "tests/sim/workload/beside_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a queue tells a producer that it leads the one partition of its name") {
  BesideRig<QueueBroker> rig{QueueBroker{beside, QueueSpec{"tasks"}}};
  const auto answers = rig.say(1, Message::of(MetadataRequest{}));
  REQUIRE(answers.size() == 1);
  const auto& metadata = answers[0].as<MetadataResponse>();
  REQUIRE(metadata.topics.size() == 1);
  CHECK(metadata.topics[0].name == "tasks");
  CHECK(metadata.topics[0].topic_id == beside.id);
  REQUIRE(metadata.topics[0].partitions.size() == 1);
  CHECK(metadata.topics[0].partitions[0].leader_id == metadata.brokers.at(0).node_id);
  CHECK(metadata.brokers[0].host == "queue-tasks");
}

TEST_CASE("a queue hangs up on who asks for what is Kafka's alone") {
  BesideRig<QueueBroker> rig{QueueBroker{beside, QueueSpec{"tasks"}}};
  CHECK(rig.say(1, Message::of(InitProducerIdRequest{})).empty());
  CHECK(rig.closed);
}
