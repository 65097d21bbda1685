#include "core/raft/quorum_state.hpp"

#include <catch2/catch.hpp>

#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft {

TEST_CASE("quorum-state is the line of JSON that Kafka writes") {
  const ElectionState leader{LeaderEpoch{3}, NodeId{1}, std::nullopt, {NodeId{1}, NodeId{2}}};
  CHECK(format_quorum_state(leader)
        == R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,)"
           R"("currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0})");
  const ElectionState voted{LeaderEpoch{4}, std::nullopt, NodeId{2}, {}};
  CHECK(parse_quorum_state(format_quorum_state(leader)).value() == leader);
  CHECK(parse_quorum_state(format_quorum_state(voted)).value() == voted);
}

TEST_CASE("A quorum-state file that is damaged is refused with its place") {
  const std::string good = format_quorum_state({LeaderEpoch{3}, NodeId{1}, std::nullopt, {NodeId{1}}});
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK_FALSE(parse_quorum_state(good.substr(0, length)).has_value());
  }
  CHECK_FALSE(parse_quorum_state(good + "x"));
  CHECK(parse_quorum_state(good + "x").error().place == std::to_string(good.size()));
  for (const char* bad :
       {R"({"leaderId":1,"leaderEpoch":3,"votedId":-1,"data_version":2})",
        R"({"leaderId":1,"leaderEpoch":-3,"votedId":-1,"data_version":0})",
        R"({"leaderId":1,"leaderId":1,"leaderEpoch":3,"votedId":-1,"data_version":0})",
        R"({"leaderId":99999999999,"leaderEpoch":3,"votedId":-1,"data_version":0})",
        R"({"leaderEpoch":3,"votedId":-1,"data_version":0})", R"({"leaderId":1,"who":2})", "[]", "{}"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_quorum_state(bad).has_value());
  }
}

TEST_CASE("Where the log tells who votes quorum-state has the directory of whom the node voted for") {
  const ElectionState voted{LeaderEpoch{3}, std::nullopt, NodeId{2}, {}, Uuid{1, 2}};
  const std::string text = format_quorum_state(voted, QuorumStateVersion::with_directories);
  CHECK(text == R"({"leaderId":-1,"leaderEpoch":3,"votedId":2,"votedDirectoryId":"AAAAAAAAAAEAAAAAAAAAAg","data_version":1})");
  CHECK(parse_quorum_state(text).value() == voted);
  CHECK_FALSE(parse_quorum_state(R"({"leaderId":-1,"leaderEpoch":3,"votedId":2,"votedDirectoryId":"no","data_version":1})"));
}

TEST_CASE("What quorum-state says survives a power loss once it is written") {
  sim::SimDisk disk;
  CHECK(read_quorum_state(disk).value() == std::nullopt);
  Random random{1};
  for (int epoch = 1; epoch < 40; ++epoch) {
    const ElectionState state{LeaderEpoch{epoch}, std::nullopt, NodeId{epoch % 3}, {NodeId{0}, NodeId{1}, NodeId{2}}};
    REQUIRE(write_quorum_state(disk, state));
    disk.process_crash();
    disk.power_loss({}, random);
    CHECK(read_quorum_state(disk).value() == state);
  }
}

}  // namespace kafkasim::raft
