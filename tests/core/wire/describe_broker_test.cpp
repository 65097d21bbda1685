#include <catch2/catch.hpp>

#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("AlterPartition comes through the wire in every version as its projection") {
  check_message<AlterPartitionRequest>([](auto& m) {
    for (auto& topic : m.topics) topic.topic_name.clear();
  });
  check_message<AlterPartitionResponse>([](auto& m) {
    for (auto& topic : m.topics) topic.topic_name.clear();
  });
}

TEST_CASE("BrokerRegistration comes through the wire in every version as its projection") {
  check_message<BrokerRegistrationRequest>();
  check_message<BrokerRegistrationResponse>();
}

TEST_CASE("BrokerHeartbeat comes through the wire in every version as its projection") {
  check_message<BrokerHeartbeatRequest>();
  check_message<BrokerHeartbeatResponse>();
}

TEST_CASE("AllocateProducerIds comes through the wire in every version as its projection") {
  check_message<AllocateProducerIdsRequest>();
  check_message<AllocateProducerIdsResponse>();
}
