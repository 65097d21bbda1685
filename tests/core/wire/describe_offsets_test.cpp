#include <catch2/catch.hpp>

#include "core/message/find_coordinator.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("OffsetCommit comes through the wire in every version as its projection") {
  check_message<OffsetCommitRequest>([](auto& m) { m.retention_time.reset(); });
  check_message<OffsetCommitResponse>();
}

TEST_CASE("OffsetFetch comes through the wire in every version as its projection") {
  check_message<OffsetFetchRequest>();
  check_message<OffsetFetchResponse>();
}

TEST_CASE("FindCoordinator comes through the wire in every version as its projection") {
  check_message<FindCoordinatorRequest>();
  check_message<FindCoordinatorResponse>();
}
