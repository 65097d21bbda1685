#include <catch2/catch.hpp>

#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/elect_leaders.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("ElectLeaders comes through the wire in every version as its projection") {
  check_message<ElectLeadersRequest>();
  check_message<ElectLeadersResponse>();
}

TEST_CASE("AlterPartitionReassignments comes through the wire in every version as its projection") {
  check_message<AlterPartitionReassignmentsRequest>();
  check_message<AlterPartitionReassignmentsResponse>();
}
