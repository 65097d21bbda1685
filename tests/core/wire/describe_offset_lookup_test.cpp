#include <catch2/catch.hpp>

#include "core/message/list_offsets.hpp"
#include "core/message/offset_for_leader_epoch.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("ListOffsets comes through the wire in every version as its projection") {
  check_message<ListOffsetsRequest>();
  check_message<ListOffsetsResponse>();
}

TEST_CASE("OffsetForLeaderEpoch comes through the wire in every version as its projection") {
  check_message<OffsetForLeaderEpochRequest>();
  check_message<OffsetForLeaderEpochResponse>();
}
