#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

const VoteResponse::Partition& vote_in(const std::optional<VoteResponse>& response) {
  REQUIRE(response);
  return response->topics.at(0).partitions.at(0);
}
const FetchResponse::Partition& fetched_in(const std::optional<FetchResponse>& response) {
  REQUIRE(response);
  return response->responses.at(0).partitions.at(0);
}

}  // namespace

TEST_CASE("A voter grants one vote an epoch and keeps to it after a power loss") {
  Solo node{3};
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5)))).vote_granted);
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(3, 5)))).vote_granted);
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5)))).vote_granted);
  node.restart_after_power_loss();
  CHECK(node.epoch() == 5);
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(3, 5)))).vote_granted);
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5)))).vote_granted);
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(3, 6)))).vote_granted);
}

TEST_CASE("A vote for an old epoch is refused with FENCED_LEADER_EPOCH") {
  Solo node{3};
  node.request(vote_of(2, 5));
  const auto answer = node.answer_to<VoteResponse>(node.request(vote_of(3, 4)));
  CHECK(vote_in(answer).error_code == ErrorCode::fenced_leader_epoch);
  CHECK(vote_in(answer).leader_epoch == LeaderEpoch{5});
  CHECK_FALSE(vote_in(answer).vote_granted);
}

TEST_CASE("A candidate whose log is behind gets no vote but its epoch is taken over") {
  Solo node{3};
  node.win();  // its log has the record that opened epoch 1, at offset 0
  REQUIRE(node.epoch() == 1);
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5, 0, 9)))).vote_granted);
  CHECK(node.epoch() == 5);
  CHECK_FALSE(node.raft.is_leader());
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5, 1, 0)))).vote_granted);
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(2, 5, 1, 1)))).vote_granted);
}

TEST_CASE("A voter that knows the leader of an epoch votes for nobody in it") {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(3, 5)))).vote_granted);
  node.restart_after_power_loss();
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
  CHECK_FALSE(vote_in(node.answer_to<VoteResponse>(node.request(vote_of(3, 5)))).vote_granted);
}

TEST_CASE("Requests of another cluster or another voter change nothing") {
  Solo node{3};
  VoteRequest foreign = vote_of(2, 5);
  foreign.cluster_id = "another";
  CHECK(node.answer_to<VoteResponse>(node.request(foreign))->error_code == ErrorCode::inconsistent_cluster_id);
  VoteRequest absurd = vote_of(2, 5, 5, 0);
  CHECK(vote_in(node.answer_to<VoteResponse>(node.request(absurd))).error_code == ErrorCode::invalid_request);
  CHECK(node.answer_to<VoteResponse>(node.request(VoteRequest{}))->error_code == ErrorCode::invalid_request);
  CHECK(node.epoch() == 0);
  VoteRequest astray = vote_of(2, 5);
  astray.voter_id = NodeId{3};
  const auto answer = node.answer_to<VoteResponse>(node.request(astray));
  CHECK(vote_in(answer).error_code == ErrorCode::invalid_voter_key);
  CHECK_FALSE(vote_in(answer).vote_granted);
}

TEST_CASE("A fetch is answered with the current leader where it does not meet the leader of its epoch") {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  const auto told = [&](int epoch) {
    return fetched_in(node.answer_to<FetchResponse>(node.request(fetch_of(3, epoch, 0, 0))));
  };
  CHECK(told(4).error_code == ErrorCode::fenced_leader_epoch);
  CHECK(told(6).error_code == ErrorCode::unknown_leader_epoch);
  CHECK(told(5).error_code == ErrorCode::not_leader_or_follower);
  CHECK(told(5).current_leader == LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{5}});
}

TEST_CASE("A leader holds a fetch until records come") {
  Solo node{3};
  node.win();
  const auto first = node.answer_to<FetchResponse>(node.request(fetch_of(2, 1, 0, 0)));
  CHECK(fetched_in(first).records.batches.size() == 1);
  const std::int32_t waiting = node.request(fetch_of(2, 1, 1, 1));
  node.wait(milliseconds(100));
  CHECK_FALSE(node.answer_to<FetchResponse>(waiting));
  CHECK(node.append("x") == Offset{1});
  REQUIRE(node.answer_to<FetchResponse>(waiting));
  CHECK(fetched_in(node.answer_to<FetchResponse>(waiting)).records.batches.at(0).base_offset() == Offset{1});
}

TEST_CASE("A leader answers a fetch without records after its longest wait") {
  Solo node{3};
  node.win();
  const std::int32_t waiting = node.request(fetch_of(2, 1, 1, 1));
  node.wait(milliseconds(499));
  CHECK_FALSE(node.answer_to<FetchResponse>(waiting));
  node.wait(milliseconds(1));
  REQUIRE(node.answer_to<FetchResponse>(waiting));
  CHECK(fetched_in(node.answer_to<FetchResponse>(waiting)).records.empty());
}

TEST_CASE("A leader answers a waiting fetch when the high watermark passes what the fetcher knows of it") {
  Solo node{3};
  node.win();
  const std::int32_t observer = node.request(fetch_of(7, 1, 1, 1, std::nullopt));
  const std::int32_t old = node.request(fetch_of(8, 1, 1, 1));  // a version without the field
  CHECK_FALSE(node.answer_to<FetchResponse>(observer));
  node.request(fetch_of(2, 1, 1, 1, std::nullopt));
  CHECK(node.raft.high_watermark() == Offset{1});
  REQUIRE(node.answer_to<FetchResponse>(observer));
  CHECK(fetched_in(node.answer_to<FetchResponse>(observer)).high_watermark == Offset{1});
  CHECK_FALSE(node.answer_to<FetchResponse>(old));
}

TEST_CASE("A leader commits what a majority has fetched and an observer does not count") {
  Solo node{3};
  node.win();
  CHECK_FALSE(node.raft.is_active());
  node.request(fetch_of(7, 1, 1, 1));
  CHECK_FALSE(node.raft.high_watermark());
  node.request(fetch_of(2, 1, 1, 1));
  CHECK(node.raft.high_watermark() == Offset{1});
  const auto taken = node.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].records.empty());
  CHECK(node.raft.is_active());
  node.append("x");
  CHECK(node.take().empty());
  node.request(fetch_of(3, 1, 2, 1));
  const auto then = node.take();
  REQUIRE(then.size() == 1);
  CHECK(as_text(then[0].records.at(0)) == "x");
  CHECK(node.take().empty());
}

TEST_CASE("A leader tells a fetcher with other records where they part") {
  Solo node{3};
  node.win();
  const auto answer = node.answer_to<FetchResponse>(node.request(fetch_of(2, 1, 9, 1)));
  CHECK(fetched_in(answer).diverging_epoch == FetchResponse::EpochEndOffset{LeaderEpoch{1}, Offset{1}});
  CHECK(fetched_in(answer).records.empty());
  CHECK_FALSE(node.raft.high_watermark());  // such a fetch acknowledges nothing
}

TEST_CASE("Fetches that wait at a leader fail when it loses its place") {
  Solo node{3};
  node.win();
  const std::int32_t waiting = node.request(fetch_of(2, 1, 1, 1));
  node.request(leader_says<BeginQuorumEpochRequest>(3, 4));
  const auto answer = node.answer_to<FetchResponse>(waiting);
  CHECK(fetched_in(answer).error_code == ErrorCode::not_leader_or_follower);
  CHECK(fetched_in(answer).current_leader == LeaderIdAndEpoch{NodeId{3}, LeaderEpoch{4}});
  CHECK_FALSE(node.append("x"));
}

TEST_CASE("The first successor of a resigned leader asks for pre-votes at once and later ones wait their turn") {
  for (const auto& [place, wait_ms] : {std::pair{0, 0}, std::pair{1, 500}, std::pair{-1, 1000}}) {
    Solo node{3};
    node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
    auto end = leader_says<EndQuorumEpochRequest>(2, 5);
    std::vector<NodeId> list{NodeId{3}, NodeId{4}};
    if (place >= 0) list[static_cast<std::size_t>(place)] = NodeId{1};
    for (const NodeId id : list) { end.topics[0].partitions[0].preferred_candidates.push_back({id, Uuid{}}); }
    node.request(end);
    if (wait_ms > 0) {
      node.wait(milliseconds(wait_ms - 1));
      CHECK(node.role<raft::Follower>());
      node.wait(milliseconds(1));
    }
    CHECK(node.role<raft::Prospective>());
    CHECK(node.epoch() == 5);
  }
}

namespace {

DescribeQuorumRequest describe_of(const std::string& topic) {
  DescribeQuorumRequest request;
  request.topics.push_back({topic, {{PartitionIndex{0}}}});
  return request;
}

DescribeQuorumResponse::Partition described_by(Solo& node) {
  const auto answer = node.answer_to<DescribeQuorumResponse>(node.request(describe_of("__cluster_metadata")));
  REQUIRE(answer);
  return answer->topics.at(0).partitions.at(0);
}

}  // namespace

TEST_CASE("A leader describes voters and observers with how far they have come and when") {
  Solo node{3};
  node.win();
  node.request(fetch_of(2, 1, 1, 1));
  node.append("x");
  node.request(fetch_of(7, 1, 1, 1));  // behind by one
  node.wait(milliseconds(10));
  const DescribeQuorumResponse::Partition told = described_by(node);
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.leader_id == NodeId{1});
  CHECK(told.leader_epoch == LeaderEpoch{1});
  CHECK(told.high_watermark == Offset{1});
  REQUIRE(told.current_voters.size() == 3);
  constexpr std::int64_t wall = 1'700'000'000'000;
  CHECK((told.current_voters[0] == DescribeQuorumResponse::Replica{NodeId{1}, {}, Offset{2}, -1, wall}));
  CHECK((told.current_voters[1] == DescribeQuorumResponse::Replica{NodeId{2}, {}, Offset{1}, wall, wall}));
  CHECK((told.current_voters[2] == DescribeQuorumResponse::Replica{NodeId{3}, {}, std::nullopt, -1, -1}));
  REQUIRE(told.observers.size() == 1);
  CHECK((told.observers[0] == DescribeQuorumResponse::Replica{NodeId{7}, {}, Offset{1}, wall, -1}));
  const auto whole = node.answer_to<DescribeQuorumResponse>(node.request(describe_of("__cluster_metadata")));
  REQUIRE(whole->nodes.size() == 3);
  CHECK(whole->nodes[1].listeners.at(0).host == "node2");
}

TEST_CASE("An observer that has not fetched for five minutes is described no more") {
  Solo node{1};
  node.request(fetch_of(7, 1, 1, 1));
  node.wait(seconds(299));
  CHECK(described_by(node).observers.size() == 1);
  node.wait(seconds(1));
  CHECK(described_by(node).observers.empty());
}

TEST_CASE("A voter that does not lead does not describe the quorum and another partition is unknown") {
  Solo node{3};
  const DescribeQuorumResponse::Partition told = described_by(node);
  CHECK(told.error_code == ErrorCode::not_leader_or_follower);
  CHECK(told.current_voters.empty());
  const auto other = node.answer_to<DescribeQuorumResponse>(node.request(describe_of("orders")));
  REQUIRE(other);
  CHECK(other->topics.at(0).partitions.at(0).error_code == ErrorCode::unknown_topic_or_partition);
}

}  // namespace kafkasim::raft_test
