#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

const NodeId leader{2};

// A follower of node 2 in epoch 5 with offsets 0 to 2, of which two are committed.
Solo follower_with_records() {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  node.reply<FetchRequest>(leader,
                           fetch_answer(ErrorCode::none, 2, 5, Offset{2},
                                        {stored_batch(0, 4, "a"), stored_batch(1, 5, "b"), stored_batch(2, 5, "c")}));
  return node;
}

}  // namespace

TEST_CASE("A follower appends what it fetches and asks for the next with its epoch and end") {
  Solo node = follower_with_records();
  CHECK(node.raft.log_end_offset() == Offset{3});
  CHECK(node.raft.high_watermark() == Offset{2});
  CHECK(node.take().size() == 2);
  const auto* next = node.last_asked<FetchRequest>(leader);
  REQUIRE(next);
  const auto& partition = next->topics.at(0).partitions.at(0);
  CHECK(partition.fetch_offset == Offset{3});
  CHECK(partition.last_fetched_epoch == LeaderEpoch{5});
  CHECK(partition.current_leader_epoch == LeaderEpoch{5});
  CHECK(partition.high_watermark == Offset{2});
}

TEST_CASE("A follower's high watermark is at most its own end") {
  Solo node = follower_with_records();
  node.reply<FetchRequest>(leader, fetch_answer(ErrorCode::none, 2, 5, Offset{9}));
  CHECK(node.raft.high_watermark() == Offset{3});
}

TEST_CASE("What a voter has fetched is durable before it fetches again") {
  Solo node = follower_with_records();
  node.disk.process_crash();
  node.disk.power_loss(sim::PowerLossSpec{.keep = sim::Keep::none}, node.random);
  node.start();
  CHECK(node.raft.log_end_offset() == Offset{3});
}

TEST_CASE("A follower cuts off what the leader does not have") {
  Solo node = follower_with_records();
  FetchResponse diverging = fetch_answer(ErrorCode::none, 2, 5, Offset{2});
  diverging.responses[0].partitions[0].diverging_epoch = FetchResponse::EpochEndOffset{LeaderEpoch{5}, Offset{2}};
  node.reply<FetchRequest>(leader, diverging);
  CHECK(node.raft.log_end_offset() == Offset{2});
  CHECK(node.exits.empty());
  CHECK(node.last_asked<FetchRequest>(leader)->topics[0].partitions[0].fetch_offset == Offset{2});
}

TEST_CASE("A follower that is asked to cut off what was committed ends its process") {
  Solo node = follower_with_records();
  FetchResponse diverging = fetch_answer(ErrorCode::none, 2, 5, Offset{2});
  diverging.responses[0].partitions[0].diverging_epoch = FetchResponse::EpochEndOffset{LeaderEpoch{4}, Offset{1}};
  node.reply<FetchRequest>(leader, diverging);
  CHECK(node.exits.size() == 1);
  CHECK(node.raft.has_failed());
  CHECK(node.raft.log_end_offset() == Offset{3});
  CHECK_FALSE(node.raft.next_deadline());
}

TEST_CASE("A damaged batch from the leader is not appended and is asked for again after the backoff") {
  Solo node = follower_with_records();
  RecordBatch damaged = stored_batch(3, 5, "d");
  damaged.header.crc ^= 1;
  node.reply<FetchRequest>(leader, fetch_answer(ErrorCode::none, 2, 5, Offset{3}, {damaged}));
  CHECK(node.raft.log_end_offset() == Offset{3});
  CHECK_FALSE(node.last_asked<FetchRequest>(leader));
  node.wait(milliseconds(20));
  CHECK(node.last_asked<FetchRequest>(leader));
}

TEST_CASE("A follower that hears of a later leader follows it") {
  Solo node = follower_with_records();
  node.reply<FetchRequest>(leader, fetch_answer(ErrorCode::fenced_leader_epoch, 3, 8));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{3}, 8});
  CHECK(node.last_asked<FetchRequest>(NodeId{3}));
}

TEST_CASE("An answer of an old epoch is ignored") {
  Solo node{3};
  node.win();
  node.request(leader_says<BeginQuorumEpochRequest>(3, 4));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{3}, 4});
  node.reply<BeginQuorumEpochRequest>(NodeId{2},
                                      quorum_answer<BeginQuorumEpochResponse>(ErrorCode::none, NodeId{1}, 1));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{3}, 4});
}

TEST_CASE("A candidate that a majority rejects waits for the rest of its election timeout and asks for pre-votes") {
  Solo node{3};
  node.stand();
  const int epoch = node.epoch();
  const Instant deadline = node.role<raft::Candidate>()->election_deadline;
  node.reply<VoteRequest>(leader, vote_answer(false, epoch));
  CHECK_FALSE(node.role<raft::Candidate>()->is_rejected());
  node.reply<VoteRequest>(NodeId{3}, vote_answer(false, epoch));
  REQUIRE(node.role<raft::Candidate>());
  node.wait(deadline - node.now - milliseconds(1));
  CHECK(node.role<raft::Candidate>());
  node.wait(milliseconds(1));
  REQUIRE(node.role<raft::Prospective>());
  CHECK(node.epoch() == epoch);
}

TEST_CASE("An observer that meets a voter which is not the leader learns who is") {
  Solo node{3, 7};
  const NodeId first = node.asked.back().to;
  const int other = first.value == 2 ? 3 : 2;
  node.reply<FetchRequest>(first, fetch_answer(ErrorCode::fenced_leader_epoch, other, 5));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{other}, 5});
  CHECK(node.last_asked<FetchRequest>(NodeId{other}));
}

TEST_CASE("An observer whose leader fails asks another voter") {
  Solo node{3, 7};
  node.reply<FetchRequest>(node.asked.back().to, fetch_answer(ErrorCode::fenced_leader_epoch, 2, 5));
  REQUIRE(node.last_asked<FetchRequest>(leader));
  const Asked broken = node.asked.back();
  node.asked.clear();
  node.step(Disconnected{broken.connection, DisconnectReason::reset});
  REQUIRE(node.asked.size() == 1);
  CHECK(node.asked[0].to != leader);
  CHECK(node.role<raft::Follower>());  // it never stands for election
  node.wait(seconds(60));
  CHECK(node.epoch() == 5);
}

}  // namespace kafkasim::raft_test
