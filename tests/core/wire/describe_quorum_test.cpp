#include <catch2/catch.hpp>

#include "core/message/describe_quorum.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/message/quorum_epoch.hpp"
#include "core/message/vote.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("Vote comes through the wire in every version as its projection") {
  check_message<VoteRequest>();
  check_message<VoteResponse>();
}

TEST_CASE("BeginQuorumEpoch comes through the wire in every version as its projection") {
  check_message<BeginQuorumEpochRequest>();
  check_message<BeginQuorumEpochResponse>();
}

TEST_CASE("EndQuorumEpoch comes through the wire in every version as its projection") {
  check_message<EndQuorumEpochRequest>();
  check_message<EndQuorumEpochResponse>();
}

TEST_CASE("FetchSnapshot comes through the wire in every version as its projection") {
  check_message<FetchSnapshotRequest>();
  check_message<FetchSnapshotResponse>();
}

TEST_CASE("DescribeQuorum comes through the wire in every version as its projection") {
  check_message<DescribeQuorumRequest>();
  check_message<DescribeQuorumResponse>();
}
