// Snapshots among members of a quorum (KIP-630). Cluster checks Raft's invariants after every step of each test.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "tests/core/raft/cluster.hpp"
#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

NodeConfig short_logs() {
  NodeConfig config;
  config.metadata_log_segment_bytes = 500;
  config.metadata_retention_bytes = 1000;
  return config;
}

void append_many(Cluster& cluster, int count, const std::string& prefix) {
  for (int i = 0; i < count; ++i) {
    REQUIRE(cluster.append(prefix + std::to_string(i)));
    cluster.run(milliseconds(20));
  }
}

template <class Note>
std::ptrdiff_t noted(const Cluster& cluster, NodeId node) {
  return std::ranges::count_if(cluster.notes(), [node](const std::pair<NodeId, trace::Event>& note) {
    return note.first == node && note.second.is<Note>();
  });
}

FetchSnapshotRequest piece_of(int replica, int epoch, const raft::SnapshotId& id, std::int64_t position, std::int32_t most) {
  FetchSnapshotRequest::Partition partition;
  partition.current_leader_epoch = LeaderEpoch{epoch};
  partition.snapshot_id = id;
  partition.position = position;
  FetchSnapshotRequest request{.cluster_id = "a-cluster", .replica_id = NodeId{replica}, .max_bytes = most};
  request.topics = raft::sole_topic<FetchSnapshotRequest>(partition);
  return request;
}

const FetchSnapshotResponse::Partition& only(const FetchSnapshotResponse& response) {
  return *raft::sole_partition(response);
}

}  // namespace

TEST_CASE("A follower and an observer that are behind the start of the log get the snapshot and then the log") {
  Cluster cluster{3, 1, 5, short_logs()};
  cluster.snapshot_every = 20;
  cluster.start_all();
  REQUIRE(cluster.elect());
  append_many(cluster, 5, "early ");
  const NodeId leader = *cluster.leader();
  const NodeId follower{leader.value % 3 + 1};
  const NodeId observer{4};
  cluster.crash(follower);
  cluster.crash(observer);
  append_many(cluster, 100, "late ");
  cluster.run(seconds(61));  // retention looks at the log
  CHECK(noted<trace::RaftLogStartMoved>(cluster, leader) > 0);
  for (const NodeId back : {follower, observer}) {
    cluster.start(back);
    cluster.run(seconds(3));
    CHECK(noted<trace::RaftLogReplaced>(cluster, back) == 1);
    CHECK(cluster.applied(back) == cluster.applied(leader));
    CHECK(cluster.applied(back).size() == 105);
  }
  append_many(cluster, 3, "last ");
  cluster.run(seconds(1));
  for (const NodeId id : cluster.ids()) CHECK(cluster.applied(id).back() == "last 2");
  CHECK(cluster.exits().empty());
}

TEST_CASE("A node that starts again replays its latest snapshot and only the log behind it") {
  Cluster cluster{1, 0, 3, short_logs()};
  cluster.snapshot_every = 10;
  cluster.start_all();
  REQUIRE(cluster.elect());
  append_many(cluster, 35, "r");
  const std::vector<std::string> before = cluster.applied(NodeId{1});
  cluster.crash(NodeId{1}, Power::lost);
  cluster.start(NodeId{1});
  REQUIRE(cluster.elect());
  CHECK(cluster.applied(NodeId{1}) == before);
  CHECK(noted<trace::RaftSnapshotKept>(cluster, NodeId{1}) >= 3);
}

TEST_CASE("A leader gives a snapshot piece by piece and refuses what it does not have") {
  Solo solo{1};
  REQUIRE(solo.append("one"));
  (void)solo.take();
  const raft::SnapshotId id{solo.raft.log_end_offset(), LeaderEpoch{solo.epoch()}};
  const raft::SnapshotContent content{Timestamp{5}, {to_vector(as_bytes("one"))}};
  solo.create_snapshot(id, content);
  const std::vector<std::byte> whole = raft::encode_snapshot(id, content, Timestamp{1'700'000'000'000});

  std::vector<std::byte> got;
  while (got.size() < whole.size()) {
    const auto number = solo.request(piece_of(9, solo.epoch(), id, static_cast<std::int64_t>(got.size()), 50));
    const auto response = solo.answer_to<FetchSnapshotResponse>(number);
    REQUIRE(response);
    CHECK(only(*response).error_code == ErrorCode::none);
    CHECK(only(*response).size == std::ssize(whole));
    CHECK(only(*response).position == std::ssize(got));
    REQUIRE(only(*response).unaligned_records.size() <= 50);
    REQUIRE_FALSE(only(*response).unaligned_records.empty());
    got.insert(got.end(), only(*response).unaligned_records.begin(), only(*response).unaligned_records.end());
  }
  CHECK(got == whole);

  const auto error_of = [&solo](const FetchSnapshotRequest& request) {
    return only(*solo.answer_to<FetchSnapshotResponse>(solo.request(request))).error_code;
  };
  CHECK(error_of(piece_of(9, solo.epoch(), {Offset{1}, LeaderEpoch{1}}, 0, 50)) == ErrorCode::snapshot_not_found);
  CHECK(error_of(piece_of(9, solo.epoch(), id, std::ssize(whole), 50)) == ErrorCode::snapshot_not_found);
  CHECK(error_of(piece_of(9, solo.epoch(), id, -1, 50)) == ErrorCode::snapshot_not_found);
  CHECK(error_of(piece_of(9, solo.epoch() - 1, id, 0, 50)) == ErrorCode::fenced_leader_epoch);
  CHECK(error_of(piece_of(9, solo.epoch() + 1, id, 0, 50)) == ErrorCode::unknown_leader_epoch);
  FetchSnapshotRequest foreign = piece_of(9, solo.epoch(), id, 0, 50);
  foreign.cluster_id = "another";
  CHECK(solo.answer_to<FetchSnapshotResponse>(solo.request(foreign))->error_code == ErrorCode::inconsistent_cluster_id);
}

TEST_CASE("A follower begins anew if the leader has no longer the snapshot that it fetches") {
  Solo solo{3};
  solo.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  const auto fetches = [&solo] { return solo.last_asked<FetchRequest>(NodeId{2}) != nullptr; };
  REQUIRE(fetches());
  FetchResponse behind = fetch_answer(ErrorCode::none, 2, 5);
  behind.responses[0].partitions[0].snapshot_id = FetchSnapshotId{Offset{50}, LeaderEpoch{4}};
  solo.reply<FetchRequest>(NodeId{2}, behind);
  const auto* asked = solo.last_asked<FetchSnapshotRequest>(NodeId{2});
  REQUIRE(asked != nullptr);
  CHECK(asked->topics[0].partitions[0].snapshot_id == raft::SnapshotId{Offset{50}, LeaderEpoch{4}});
  CHECK(asked->topics[0].partitions[0].position == 0);

  FetchSnapshotResponse::Partition gone;
  gone.error_code = ErrorCode::snapshot_not_found;
  gone.current_leader = LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{5}};
  FetchSnapshotResponse response;
  response.topics = raft::sole_topic<FetchSnapshotResponse>(gone);
  solo.reply<FetchSnapshotRequest>(NodeId{2}, response);
  CHECK(fetches());
  CHECK_FALSE(solo.role<raft::Follower>()->fetching);
  CHECK(solo.exits.empty());
}

TEST_CASE("A follower takes the pieces of a snapshot in their order only") {
  Solo solo{3};
  solo.request(leader_says<BeginQuorumEpochRequest>(2, 5));
  const raft::SnapshotId id{Offset{50}, LeaderEpoch{4}};
  FetchResponse behind = fetch_answer(ErrorCode::none, 2, 5);
  behind.responses[0].partitions[0].snapshot_id = FetchSnapshotId{id.end_offset, id.epoch};
  solo.reply<FetchRequest>(NodeId{2}, behind);
  const std::vector<std::byte> whole = raft::encode_snapshot(id, {Timestamp{5}, {to_vector(as_bytes("image"))}}, Timestamp{5});
  const auto give = [&](std::size_t from, std::size_t count) {
    FetchSnapshotResponse::Partition piece;
    piece.snapshot_id = id;
    piece.current_leader = LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{5}};
    piece.size = std::ssize(whole);
    piece.position = static_cast<std::int64_t>(from);
    const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(from);
    piece.unaligned_records.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    FetchSnapshotResponse response;
    response.topics = raft::sole_topic<FetchSnapshotResponse>(piece);
    solo.reply<FetchSnapshotRequest>(NodeId{2}, response);
    solo.wait(milliseconds(30));  // the retry backoff, if it was not taken
  };
  give(0, 40);
  give(0, 40);  // again: not taken
  CHECK(solo.last_asked<FetchSnapshotRequest>(NodeId{2})->topics[0].partitions[0].position == 40);
  give(40, whole.size() - 40);
  CHECK(solo.raft.log_end_offset() == Offset{50});
  CHECK(solo.raft.high_watermark() == Offset{50});
  const std::vector<CommittedBatch> taken = solo.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].source == CommittedBatch::Source::snapshot);
  CHECK(taken[0].last_offset == Offset{49});
  REQUIRE(taken[0].records.size() == 1);
  CHECK(taken[0].records[0] == to_vector(as_bytes("image")));
  CHECK(solo.last_asked<FetchRequest>(NodeId{2})->topics[0].partitions[0].fetch_offset == Offset{50});
  CHECK(solo.last_asked<FetchRequest>(NodeId{2})->topics[0].partitions[0].last_fetched_epoch == LeaderEpoch{4});
}

TEST_CASE("A fetcher of an epoch before the leader's oldest snapshot is sent to the latest one") {
  Solo solo{1};
  REQUIRE(solo.append("one"));
  (void)solo.take();
  const raft::SnapshotId id{solo.raft.log_end_offset(), LeaderEpoch{solo.epoch()}};
  solo.create_snapshot(id, {Timestamp{5}, {}});
  const auto answer = solo.answer_to<FetchResponse>(solo.request(fetch_of(9, solo.epoch(), 1, 0)));
  REQUIRE(answer);
  const FetchResponse::Partition& told = *raft::sole_partition(*answer);
  CHECK(told.error_code == ErrorCode::none);
  REQUIRE(told.snapshot_id);
  CHECK(told.snapshot_id->end_offset == id.end_offset);
  CHECK(told.snapshot_id->epoch == id.epoch);
  CHECK(told.records.batches.empty());
}

TEST_CASE("A voter that fetches a snapshot keeps its leader in office") {
  Solo solo{3};
  solo.win();
  solo.request(fetch_of(2, 1, 1, 1));
  (void)solo.take();
  const raft::SnapshotId id{Offset{1}, LeaderEpoch{1}};
  solo.create_snapshot(id, {Timestamp{5}, {}});
  for (int i = 0; i < 10; ++i) {
    solo.wait(seconds(1));
    solo.request(piece_of(3, 1, id, 0, 10));
    REQUIRE(solo.raft.is_leader());
  }
  solo.wait(seconds(4));
  CHECK_FALSE(solo.raft.is_leader());
}

TEST_CASE("An owner that asks twice for the same snapshot gets one") {
  Solo solo{1};
  REQUIRE(solo.append("one"));
  (void)solo.take();
  const raft::SnapshotId id{solo.raft.log_end_offset(), LeaderEpoch{solo.epoch()}};
  solo.create_snapshot(id, {Timestamp{5}, {}});
  solo.create_snapshot(id, {Timestamp{5}, {}});
  CHECK(std::ranges::count_if(solo.notes, [](const trace::Event& e) { return e.is<trace::RaftSnapshotKept>(); }) == 1);
}

}  // namespace kafkasim::raft_test
