#include "core/raft/quorum_state.hpp"
#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

raft::ElectionState on_disk(Solo& node) { return raft::read_quorum_state(node.disk).value().value(); }

}  // namespace

TEST_CASE("The only voter leads as soon as it starts") {
  Solo node{1};
  CHECK(node.raft.is_leader());
  CHECK(node.raft.high_watermark() == Offset{1});
  CHECK(node.take().size() == 1);
  CHECK(node.raft.is_active());
  CHECK(node.append("x") == Offset{1});
  CHECK(node.take().size() == 1);
  node.restart_after_power_loss();
  CHECK(node.raft.is_leader());
  CHECK(node.epoch() == 2);
  CHECK(node.take().size() == 3);  // everything again, and the opening of the new epoch
}

TEST_CASE("A candidate has voted for itself on disk before it asks") {
  Solo node{3};
  node.stand();
  REQUIRE(node.last_asked<VoteRequest>(NodeId{2}));
  CHECK(on_disk(node)
        == raft::ElectionState{LeaderEpoch{1}, std::nullopt, NodeId{1}, {NodeId{1}, NodeId{2}, NodeId{3}}});
  node.restart_after_power_loss();
  CHECK(node.role<raft::Candidate>());
  CHECK(node.epoch() == 1);
}

TEST_CASE("A voter asks for pre-votes between one and two election timeouts after the start") {
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Solo node{3};
    node.random = Random{seed};
    node.restart_after_power_loss();
    const Instant from = node.now;
    while (!node.role<raft::Prospective>()) node.wait(milliseconds(1));
    const std::int64_t waited = (node.now - from).whole_ms();
    CHECK(waited >= 1000);
    CHECK(waited <= 2001);
    seen.insert(waited);
  }
  CHECK(seen.size() > 10);
}

TEST_CASE("A process that led its epoch starts as resigned and neither votes nor writes in it") {
  Solo node{3};
  node.win();
  const int epoch = node.epoch();
  CHECK(on_disk(node).leader == NodeId{1});
  node.restart_after_power_loss();
  REQUIRE(node.role<raft::Resigned>());
  CHECK(node.epoch() == epoch);
  CHECK_FALSE(node.raft.leader_and_epoch().leader);
  CHECK_FALSE(node.append("x"));
  const auto answer = node.answer_to<VoteResponse>(node.request(vote_of(2, epoch, 0, 9)));
  CHECK_FALSE(answer->topics[0].partitions[0].vote_granted);
  CHECK(node.last_asked<EndQuorumEpochRequest>(NodeId{2}));
  while (node.role<raft::Resigned>()) node.wait(milliseconds(10));
  CHECK(node.epoch() == epoch + 1);
}

TEST_CASE("A voter whose election timer is made to run out stands in the next epoch and a leader stays what it is") {
  Solo node{3};
  const std::int32_t before = node.epoch();
  node.campaign();
  CHECK(node.role<raft::Candidate>());
  CHECK(node.epoch() == before + 1);
  CHECK_FALSE(node.asked.empty());
  node.campaign();  // and again
  CHECK(node.epoch() == before + 2);

  Solo leader{1};
  const std::int32_t led = leader.epoch();
  leader.campaign();
  CHECK(leader.raft.is_leader());
  CHECK(leader.epoch() == led);

  Solo observer{3, 9};
  observer.campaign();
  CHECK(observer.role<raft::Unattached>());
}

TEST_CASE("A leader opens its epoch with a record that names the voters who elected it") {
  Solo node{3};
  node.win();
  CHECK(node.raft.log_end_offset() == Offset{1});
  CHECK(node.role<raft::Leader>()->granting_voters == std::vector{NodeId{1}, NodeId{2}});
  CHECK(node.role<raft::Leader>()->epoch_start == Offset{0});
}

TEST_CASE("A leader announces itself to every voter until each fetches") {
  Solo node{3};
  node.win();
  CHECK(node.last_asked<BeginQuorumEpochRequest>(NodeId{2}));
  CHECK(node.last_asked<BeginQuorumEpochRequest>(NodeId{3}));
  const auto none = quorum_answer<BeginQuorumEpochResponse>(ErrorCode::none, NodeId{1}, node.epoch());
  node.reply<BeginQuorumEpochRequest>(NodeId{2}, none);
  node.reply<BeginQuorumEpochRequest>(NodeId{3}, none);
  node.wait(milliseconds(900));
  node.request(fetch_of(2, node.epoch(), 1, 1));
  node.wait(milliseconds(200));
  CHECK_FALSE(node.last_asked<BeginQuorumEpochRequest>(NodeId{2}));
  CHECK(node.last_asked<BeginQuorumEpochRequest>(NodeId{3}));
}

TEST_CASE("A leader that a majority does not fetch from resigns after one and a half fetch timeouts") {
  Solo node{3};
  node.win();
  for (int i = 0; i < 10; ++i) {
    node.wait(milliseconds(1000));
    node.request(fetch_of(2, node.epoch(), 1, 1));
  }
  CHECK(node.raft.is_leader());
  node.wait(milliseconds(2999));
  CHECK(node.raft.is_leader());
  node.wait(milliseconds(1));
  CHECK(node.role<raft::Resigned>());
  CHECK_FALSE(node.raft.is_active());
}

TEST_CASE("A leader as Kafka had it once stays though nobody fetches from it") {  // KAFKA-15489
  Solo node{3};
  RaftOptions options = solo_options(3, NodeId{1});
  options.legacy.bring_back(Legacy::no_check_quorum);
  node.raft = RaftNode{options};
  node.start();
  node.win();
  node.wait(seconds(60));
  CHECK(node.role<raft::Leader>());
}

TEST_CASE("A leader that contradicts another of the same epoch ends the process that hears of both") {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  node.request(leader_says<BeginQuorumEpochRequest>(3, 5));
  CHECK(node.exits.size() == 1);
  CHECK(node.raft.has_failed());
}

TEST_CASE("A node whose disk fails ends its process and answers no vote") {
  Solo node{3};
  node.disk.set_failing(sim::Switch::on);
  const std::int32_t asked = node.request(vote_of(2, 5));
  CHECK_FALSE(node.answer_to<VoteResponse>(asked));
  CHECK(node.exits.size() == 1);
  REQUIRE_FALSE(node.notes.empty());
  const auto* told = node.notes.back().get_if<trace::LogDirectoryFailed>();
  REQUIRE(told != nullptr);
  CHECK(told->reason.find("quorum-state") != std::string::npos);
}

}  // namespace kafkasim::raft_test
