// Pre-vote (KIP-996): who cannot win an election disturbs nobody with it. KafkaRaftClientPreVoteTest.
#include "core/raft/quorum_state.hpp"
#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

raft::ElectionState persisted(Solo& node) { return raft::read_quorum_state(node.disk).value().value(); }

VoteResponse::Partition asks(Solo& node, const VoteRequest& request) {
  const auto answer = node.answer_to<VoteResponse>(node.request(request));
  REQUIRE(answer);
  return answer->topics.at(0).partitions.at(0);
}

// A follower of node 2 in epoch 5 whose leader is silent from now on.
Solo deserted_follower() {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  node.sound_out();
  node.wait(milliseconds(200));  // the connection on which the last fetch had no answer is made anew
  return node;
}

}  // namespace

TEST_CASE("A voter grants pre-votes to logs that are up to date and changes nothing for them") {
  Solo node{3};
  node.request(vote_of(2, 5));
  const raft::ElectionState before = persisted(node);
  const std::size_t notes = node.notes.size();
  const auto deadline = node.role<raft::Unattached>()->election_deadline;
  CHECK(asks(node, pre_vote_of(2, 5)).vote_granted);
  CHECK(asks(node, pre_vote_of(3, 5)).vote_granted);
  CHECK(persisted(node) == before);
  CHECK(node.notes.size() == notes);
  CHECK(node.role<raft::Unattached>()->election_deadline == deadline);
  CHECK_FALSE(asks(node, vote_of(3, 5)).vote_granted);
}

TEST_CASE("A pre-vote is refused to a log that is behind and to an old epoch") {
  Solo node{3};
  node.win();
  node.request(vote_of(2, 5, 0, 9));
  REQUIRE(node.role<raft::Unattached>());
  CHECK_FALSE(asks(node, pre_vote_of(2, 5, 1, 0)).vote_granted);
  CHECK(asks(node, pre_vote_of(2, 5, 1, 1)).vote_granted);
  CHECK(asks(node, pre_vote_of(2, 4, 1, 1)).error_code == ErrorCode::fenced_leader_epoch);
}

TEST_CASE("A pre-vote may name an epoch of which its sender has records and a vote may not") {
  Solo node{3};
  CHECK(asks(node, pre_vote_of(2, 5, 5, 7)).vote_granted);
  CHECK(asks(node, pre_vote_of(2, 5, 6, 7)).error_code == ErrorCode::invalid_request);
  CHECK(asks(node, vote_of(2, 5, 5, 7)).error_code == ErrorCode::invalid_request);
}

TEST_CASE("A pre-vote is rejected by a voter with a live leader and granted until it has fetched from one") {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  CHECK(asks(node, pre_vote_of(3, 5)).vote_granted);
  node.reply<FetchRequest>(NodeId{2}, fetch_answer(ErrorCode::none, 2, 5));
  CHECK_FALSE(asks(node, pre_vote_of(3, 5, 5, 9)).vote_granted);
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  node.wait(seconds(3));  // beyond the fetch timeout
  CHECK(asks(node, pre_vote_of(3, 5, 5, 9)).vote_granted);
}

TEST_CASE("A leader rejects pre-votes and grants them once it has resigned") {
  Solo node{3};
  node.win();
  CHECK_FALSE(asks(node, pre_vote_of(2, 1, 1, 1)).vote_granted);
  CHECK(node.raft.is_leader());
  node.resign();
  CHECK(asks(node, pre_vote_of(2, 1, 1, 1)).vote_granted);
}

TEST_CASE("A voter with a majority of pre-votes stands in the next epoch with its own vote on disk") {
  Solo node = deserted_follower();
  const auto* asked = node.last_asked<VoteRequest>(NodeId{3});
  REQUIRE(asked);
  CHECK(asked->topics[0].partitions[0].pre_vote);
  CHECK(asked->topics[0].partitions[0].replica_epoch == LeaderEpoch{5});
  CHECK(persisted(node).leader == NodeId{2});
  node.reply<VoteRequest>(NodeId{3}, vote_answer(true, 5));
  REQUIRE(node.role<raft::Candidate>());
  CHECK(node.epoch() == 6);
  CHECK(persisted(node).voted_for == NodeId{1});
  const auto* stands = node.last_asked<VoteRequest>(NodeId{3});
  REQUIRE(stands);
  CHECK_FALSE(stands->topics[0].partitions[0].pre_vote);
  CHECK(stands->topics[0].partitions[0].replica_epoch == LeaderEpoch{6});
}

TEST_CASE("A voter that a majority denies its pre-vote goes back to the leader that it knows") {
  Solo node = deserted_follower();
  node.reply<VoteRequest>(NodeId{3}, vote_answer(false, 5));
  CHECK(node.role<raft::Prospective>());
  node.reply<VoteRequest>(NodeId{2}, vote_answer(false, 5));
  CHECK(node.role<raft::Follower>());
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  CHECK(node.last_asked<FetchRequest>(NodeId{2}));
}

TEST_CASE("A voter without a leader that a majority denies its pre-vote waits for another election timeout") {
  Solo node{3};
  node.sound_out();
  node.reply<VoteRequest>(NodeId{2}, vote_answer(false, 0));
  node.reply<VoteRequest>(NodeId{3}, vote_answer(false, 0));
  REQUIRE(node.role<raft::Unattached>());
  CHECK(*node.role<raft::Unattached>()->election_deadline >= node.now + seconds(1));
  CHECK(node.epoch() == 0);
}

TEST_CASE("A voter that nobody answers goes on asking for pre-votes and raises no epoch") {
  Solo alone{3};
  alone.wait(seconds(60));
  CHECK(alone.epoch() == 0);
  Solo node = deserted_follower();
  node.wait(seconds(60));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  std::size_t rounds = 0;
  for (const trace::Event& note : node.notes) {
    const auto* changed = note.get_if<trace::RaftRoleChanged>();
    if (changed && changed->role == trace::RaftRole::prospective) ++rounds;
  }
  CHECK(rounds > 10);
}

TEST_CASE("A voter that asks for pre-votes follows a leader that an answer names") {
  Solo node{3};
  node.sound_out();
  node.reply<VoteRequest>(NodeId{3}, quorum_answer<VoteResponse>(ErrorCode::none, NodeId{2}, 0));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 0});
  CHECK(node.role<raft::Follower>());
  Solo later = deserted_follower();
  later.reply<VoteRequest>(NodeId{3}, quorum_answer<VoteResponse>(ErrorCode::fenced_leader_epoch, NodeId{3}, 7));
  CHECK(later.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{3}, 7});
}

TEST_CASE("A voter that asks for pre-votes gives one vote in its epoch and keeps it in every role and after a power loss") {
  Solo node{3};
  node.sound_out();
  node.reply<VoteRequest>(NodeId{2}, quorum_answer<VoteResponse>(ErrorCode::fenced_leader_epoch, std::nullopt, 5));
  CHECK(node.epoch() == 5);
  node.sound_out();
  REQUIRE(asks(node, vote_of(2, 5)).vote_granted);
  CHECK(node.role<raft::Prospective>());
  CHECK_FALSE(asks(node, vote_of(3, 5)).vote_granted);
  CHECK(asks(node, vote_of(2, 5)).vote_granted);
  node.wait(seconds(3));  // its pre-vote is lost meanwhile
  CHECK_FALSE(asks(node, vote_of(3, 5)).vote_granted);
  node.restart_after_power_loss();
  CHECK_FALSE(asks(node, vote_of(3, 5)).vote_granted);
}

TEST_CASE("A follower keeps the vote that it gave in the epoch of its leader") {
  Solo node{3};
  REQUIRE(asks(node, vote_of(3, 5)).vote_granted);
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  CHECK(persisted(node).leader == NodeId{2});
  CHECK(persisted(node).voted_for == NodeId{3});
  node.restart_after_power_loss();
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  CHECK(persisted(node).voted_for == NodeId{3});
}

TEST_CASE("A candidate that asks for pre-votes after its defeat votes for nobody else in its epoch") {
  Solo node{3};
  node.stand();
  const int epoch = node.epoch();
  while (node.role<raft::Candidate>()) node.wait(milliseconds(10));
  REQUIRE(node.role<raft::Prospective>());
  CHECK_FALSE(asks(node, vote_of(2, epoch)).vote_granted);
  node.wait(seconds(3));  // its pre-vote is lost meanwhile
  CHECK_FALSE(asks(node, vote_of(2, epoch)).vote_granted);
  CHECK(persisted(node).voted_for == NodeId{1});
}

TEST_CASE("A voter stands at once when another answers that it does not know pre-votes") {
  Solo node = deserted_follower();
  VoteResponse unknown;
  unknown.error_code = ErrorCode::unsupported_version;
  node.reply<VoteRequest>(NodeId{3}, unknown);
  CHECK(node.role<raft::Candidate>());
  CHECK(node.epoch() == 6);
}

TEST_CASE("A voter without a leader asks the others who leads") {  // KAFKA-17030
  Solo node{3};
  node.answers_searches = false;
  node.wait(milliseconds(20));
  REQUIRE_FALSE(node.asked.empty());
  const NodeId asked = node.asked.back().to;
  REQUIRE(node.last_asked<FetchRequest>(asked));
  node.reply<FetchRequest>(asked, fetch_answer(ErrorCode::fenced_leader_epoch, 3, 5));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{3}, 5});
}

}  // namespace kafkasim::raft_test
