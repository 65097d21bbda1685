#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {

TEST_CASE("A quorum member takes requests of the quorum and leaves all others") {
  const Solo node{3};
  const auto received = [](Message message) {
    return Input{Received{ConnectionId{HostId{9}, 1}, Envelope{1, 1, "test", std::move(message)}}};
  };
  CHECK(node.raft.handles(received(Message::of(vote_of(2, 1)))));
  CHECK(node.raft.handles(received(Message::of(leader_says<EndQuorumEpochRequest>(2, 1)))));
  CHECK(node.raft.handles(received(Message::of(fetch_of(2, 1, 0, 0)))));
  FetchRequest other = fetch_of(2, 1, 0, 0);
  other.topics[0].topic_id = Uuid{4, 4};
  CHECK_FALSE(node.raft.handles(received(Message::of(other))));
  CHECK_FALSE(node.raft.handles(Input{Woken{}}));
}

TEST_CASE("A copy of a quorum member goes its own way") {
  Solo node{1};
  const RaftNode before = node.raft;
  node.append("x");
  CHECK(node.raft.log_end_offset() == Offset{2});
  CHECK(before.log_end_offset() == Offset{1});
}

TEST_CASE("A node that is woken before its deadline does nothing") {
  Solo node{3};
  const auto deadline = node.raft.next_deadline();
  const std::size_t notes = node.notes.size();
  node.step(Woken{});
  CHECK(node.raft.next_deadline() == deadline);
  CHECK(node.notes.size() == notes);
  CHECK(node.asked.empty());
}

TEST_CASE("A voter that hears nothing from its leader for the fetch timeout asks for pre-votes") {
  Solo node{3};
  node.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  node.wait(milliseconds(1999));
  CHECK(node.role<raft::Follower>());
  node.wait(milliseconds(1));
  CHECK(node.role<raft::Prospective>());
  CHECK(node.raft.leader_and_epoch() == LeaderAndEpoch{NodeId{2}, 5});
}

TEST_CASE("A batch of several records is one batch with one offset each") {
  Solo node{1};
  (void)node.take();
  std::optional<Offset> last;
  Effects out;
  Env env{node.now, Timestamp{1'700'000'000'000}, node.random, node.disk, out};
  last = node.raft.append({{std::byte{1}}, {}, {std::byte{3}}}, env);
  CHECK(last == Offset{3});
  const auto taken = node.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].base_offset == Offset{1});
  CHECK(taken[0].last_offset == Offset{3});
  CHECK(taken[0].append_time == Timestamp{1'700'000'000'000});
  CHECK(taken[0].records == std::vector<std::vector<std::byte>>{{std::byte{1}}, {}, {std::byte{3}}});
}

TEST_CASE("A leader that shuts down names its successors and stands no more") {
  Solo node{3};
  node.win();
  const int epoch = node.epoch();
  const auto none = quorum_answer<BeginQuorumEpochResponse>(ErrorCode::none, NodeId{1}, epoch);
  node.reply<BeginQuorumEpochRequest>(NodeId{2}, none);
  node.reply<BeginQuorumEpochRequest>(NodeId{3}, none);
  node.request(fetch_of(3, epoch, 1, 1));
  CHECK_FALSE(node.raft.may_stop());
  node.resign();
  CHECK(node.role<raft::Resigned>());
  const auto* end = node.last_asked<EndQuorumEpochRequest>(NodeId{2});
  REQUIRE(end);
  const auto& preferred = end->topics.at(0).partitions.at(0).preferred_candidates;
  REQUIRE(preferred.size() == 2);
  CHECK(preferred[0].candidate_id == NodeId{3});
  node.wait(seconds(60));
  CHECK(node.role<raft::Resigned>());
  CHECK(node.epoch() == epoch);
  node.request(leader_says<BeginQuorumEpochRequest>(3, epoch + 1));
  CHECK(node.raft.may_stop());
}

TEST_CASE("An observer or an only voter may stop at once") {
  CHECK(Solo(3, 7).raft.may_stop());
  CHECK(Solo(1).raft.may_stop());
  Solo follower{3};
  CHECK_FALSE(follower.raft.may_stop());
  follower.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  CHECK(follower.raft.may_stop());
}

}  // namespace kafkasim::raft_test
