#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/sync_group.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("JoinGroup comes through the wire in every version as its projection") {
  check_message<JoinGroupRequest>();
  check_message<JoinGroupResponse>();
}

TEST_CASE("Heartbeat comes through the wire in every version as its projection") {
  check_message<HeartbeatRequest>();
  check_message<HeartbeatResponse>();
}

TEST_CASE("LeaveGroup comes through the wire in every version as its projection") {
  check_message<LeaveGroupRequest>();
  check_message<LeaveGroupResponse>();
}

TEST_CASE("SyncGroup comes through the wire in every version as its projection") {
  check_message<SyncGroupRequest>();
  check_message<SyncGroupResponse>();
}
