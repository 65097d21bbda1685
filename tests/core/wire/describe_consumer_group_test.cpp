#include <catch2/catch.hpp>

#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("ConsumerGroupHeartbeat comes through the wire in every version as its projection") {
  check_message<ConsumerGroupHeartbeatRequest>();
  check_message<ConsumerGroupHeartbeatResponse>();
}

TEST_CASE("ConsumerGroupDescribe comes through the wire in every version as its projection") {
  check_message<ConsumerGroupDescribeRequest>();
  check_message<ConsumerGroupDescribeResponse>();
}
