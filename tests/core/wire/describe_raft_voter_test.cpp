#include <catch2/catch.hpp>

#include "core/message/raft_voter.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("AddRaftVoter comes through the wire in every version as its projection") {
  check_message<AddRaftVoterRequest>();
  check_message<AddRaftVoterResponse>();
}

TEST_CASE("RemoveRaftVoter comes through the wire in every version as its projection") {
  check_message<RemoveRaftVoterRequest>();
  check_message<RemoveRaftVoterResponse>();
}

TEST_CASE("UpdateRaftVoter comes through the wire in every version as its projection") {
  check_message<UpdateRaftVoterRequest>();
  check_message<UpdateRaftVoterResponse>();
}

TEST_CASE("A voter that is removed is named by id and directory") {
  const RemoveRaftVoterRequest request{.cluster_id = std::nullopt, .voter_id = NodeId{3}, .voter_directory_id = Uuid{1, 2}};
  // null cluster id; voter 3; its directory; no tags
  CHECK(to_hex(test::encoded(Message::of(request), 0).bytes.span()) == "00" "00000003" "00000000000000010000000000000002" "00");
}
