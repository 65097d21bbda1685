// Voters that come and go (KIP-853): AddVoterHandler, RemoveVoterHandler, UpdateVoterHandler.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/log/checkpoint_files.hpp"
#include "core/raft/metadata_log.hpp"
#include "core/raft/quorum_state.hpp"
#include "tests/core/raft/cluster.hpp"
#include "tests/core/raft/solo.hpp"

namespace kafkasim::raft_test {
namespace {

struct Quorum : Cluster {
  explicit Quorum(int voters, int spare, std::uint64_t seed = 5) : Cluster{voters, spare, seed, NodeConfig{}, VoterSource::log} {
    start_all();
    REQUIRE(elect());
    run(seconds(2));
  }
  std::optional<ErrorCode> answered(std::int32_t request, Duration limit = seconds(10)) {
    (void)run_until([&] { return answer_of(request).has_value(); }, limit);
    return answer_of(request);
  }
  [[nodiscard]] std::set<NodeId> voters_at(NodeId node) const { return raft(node).voter_set().ids(); }
  [[nodiscard]] NodeId follower() const {
    for (const NodeId id : voters()) {
      if (id != *leader()) return id;
    }
    return NodeId{-1};
  }
};

std::set<NodeId> ids_of(const std::vector<int>& numbers) {
  std::set<NodeId> ids;
  for (const int number : numbers) ids.insert(NodeId{number});
  return ids;
}

raft::VoterSet three_voters(const std::string& host_of_1 = "node1") {
  std::map<NodeId, raft::Voter> voters;
  for (int i = 1; i <= 3; ++i)
    voters[NodeId{i}] = {Uuid{static_cast<std::uint64_t>(i), 1}, {{"CONTROLLER", "node" + std::to_string(i), 9093}}, raft::known_kraft_versions};
  voters[NodeId{1}].listeners[0].host = host_of_1;
  return raft::VoterSet{voters};
}

sim::SimDisk formatted(const raft::VoterSet& voters) {
  sim::SimDisk disk;
  REQUIRE(replace_file(disk, meta_properties_file, format_meta_properties({"a-cluster", NodeId{1}, Uuid{1, 1}})));
  raft::SnapshotStore store;
  const raft::SnapshotContent content{Timestamp{0}, {}, raft::SnapshotVoters{1, voters}};
  REQUIRE(store.write(raft::bootstrap_snapshot, raft::encode_snapshot(raft::bootstrap_snapshot, content, Timestamp{0}), disk));
  return disk;
}

RaftOptions log_options() {
  RaftOptions options = solo_options(3, NodeId{1});
  options.source = VoterSource::log;
  return options;
}

DescribeQuorumRequest describe_quorum() {
  DescribeQuorumRequest request;
  request.topics = raft::sole_topic<DescribeQuorumRequest>({});
  return request;
}

}  // namespace

TEST_CASE("The first leader of a quorum with voters in its log writes them there") {
  Quorum quorum{3, 1};
  CHECK(quorum.voters_at(*quorum.leader()) == ids_of({1, 2, 3}));
  CHECK(quorum.raft(NodeId{4}).voter_set().ids() == ids_of({1, 2, 3}));  // by the log: it was formatted without
  CHECK(quorum.raft(NodeId{4}).is_reconfigurable());
  CHECK_FALSE(quorum.raft(NodeId{4}).is_leader());
}

TEST_CASE("A controller that has caught up is added and votes from then on") {
  Quorum quorum{3, 1};
  const std::int32_t request = quorum.add_voter(*quorum.leader(), NodeId{4});
  CHECK(quorum.answered(request) == ErrorCode::none);
  CHECK(quorum.voters_at(*quorum.leader()) == ids_of({1, 2, 3, 4}));
  CHECK(quorum.run_until([&] { return quorum.voters_at(NodeId{4}) == ids_of({1, 2, 3, 4}); }, seconds(3)));
  // Three of four are needed now: with two of the old ones down nobody is elected.
  const NodeId down = quorum.follower();
  quorum.crash(down);
  quorum.crash(*quorum.leader());
  quorum.run(seconds(10));
  CHECK_FALSE(quorum.leader());
  quorum.start(down);
  CHECK(quorum.elect());
}

TEST_CASE("A controller that does not run or lags behind is not added") {
  Quorum quorum{3, 2};
  quorum.crash(NodeId{4});
  CHECK(quorum.answered(quorum.add_voter(*quorum.leader(), NodeId{4})) == ErrorCode::request_timed_out);
  // Another disk than the one that fetches: nobody has seen it catch up.
  quorum.crash(NodeId{5});
  quorum.wipe(NodeId{5});
  quorum.isolate(NodeId{5});
  quorum.start(NodeId{5});
  const NodeId leader = *quorum.leader();
  const std::int32_t request = quorum.add_voter(leader, NodeId{5});
  CHECK(quorum.answered(request) == ErrorCode::request_timed_out);
  CHECK(quorum.voters_at(leader) == ids_of({1, 2, 3}));
}

TEST_CASE("A voter is removed and the others are the quorum") {
  Quorum quorum{3, 0};
  const NodeId out = quorum.follower();
  CHECK(quorum.answered(quorum.remove_voter(*quorum.leader(), out)) == ErrorCode::none);
  CHECK_FALSE(quorum.voters_at(*quorum.leader()).contains(out));
  CHECK(quorum.answered(quorum.remove_voter(*quorum.leader(), out)) == ErrorCode::invalid_request);  // it has no directory there
  quorum.run(seconds(3));
  const std::int32_t epoch = quorum.raft(*quorum.leader()).leader_and_epoch().epoch;
  quorum.crash(out);
  quorum.run(seconds(10));
  CHECK(quorum.raft(*quorum.leader()).leader_and_epoch().epoch == epoch);
}

TEST_CASE("A leader that is removed resigns once that is committed and leads no more") {
  Quorum quorum{3, 0};
  const NodeId first = *quorum.leader();
  CHECK(quorum.answered(quorum.remove_voter(first, first)) == ErrorCode::none);
  REQUIRE(quorum.run_until([&] { return quorum.leader() && *quorum.leader() != first; }, seconds(20)));
  quorum.run(seconds(20));
  CHECK_FALSE(quorum.raft(first).is_leader());
  CHECK(quorum.raft(first).leader_and_epoch() == quorum.raft(*quorum.leader()).leader_and_epoch());
  CHECK_FALSE(quorum.voters_at(first).contains(first));
}

TEST_CASE("The leader takes one change of the voters at a time") {
  Quorum quorum{3, 2};
  const NodeId leader = *quorum.leader();
  for (const NodeId id : quorum.ids()) {
    if (id != leader) quorum.cut(leader, id);
  }
  const std::int32_t first = quorum.remove_voter(leader, quorum.follower());
  const std::int32_t second = quorum.add_voter(leader, NodeId{4});
  quorum.run(milliseconds(10));
  CHECK(quorum.answer_of(second) == ErrorCode::request_timed_out);
  CHECK_FALSE(quorum.answer_of(first));
}

TEST_CASE("A change of the voters that was not committed is taken back where the log is truncated") {
  Quorum quorum{3, 0};
  const NodeId old = *quorum.leader();
  quorum.isolate(old);
  const NodeId out = quorum.follower();
  const std::int32_t request = quorum.remove_voter(old, out);
  quorum.run(milliseconds(10));
  CHECK_FALSE(quorum.voters_at(old).contains(out));
  REQUIRE(quorum.run_until([&] { return quorum.leader() && *quorum.leader() != old; }, seconds(20)));
  REQUIRE(quorum.append("something else"));
  quorum.heal();
  CHECK(quorum.run_until([&] { return quorum.voters_at(old) == ids_of({1, 2, 3}); }, seconds(30)));
  REQUIRE(quorum.answer_of(request));
  CHECK(quorum.answer_of(request) != ErrorCode::none);
  CHECK(quorum.exits().empty());
}

TEST_CASE("A node with a new disk is no voter until it is added and its former self removed") {
  Quorum quorum{3, 0};
  const NodeId victim = quorum.follower();
  quorum.crash(victim, Power::lost);
  quorum.wipe(victim);
  quorum.start(victim);
  quorum.run(seconds(3));
  CHECK(quorum.voters_at(victim) == ids_of({1, 2, 3}));
  CHECK(quorum.answered(quorum.add_voter(*quorum.leader(), victim)) == ErrorCode::duplicate_voter);
  CHECK(quorum.answered(quorum.remove_voter(*quorum.leader(), victim)) == ErrorCode::none);
  quorum.run(seconds(1));
  CHECK(quorum.answered(quorum.add_voter(*quorum.leader(), victim)) == ErrorCode::none);
  CHECK(quorum.raft(*quorum.leader()).voter_set().voters().at(victim).directory_id.low == 2);
  // It counts: with another follower down it makes the majority.
  for (const NodeId id : quorum.voters()) {
    if (id != victim && id != *quorum.leader()) quorum.crash(id);
  }
  const Offset at = *quorum.append("by two of three");
  CHECK(quorum.run_until([&] { return quorum.raft(*quorum.leader()).high_watermark() > at; }, seconds(5)));
}

TEST_CASE("Snapshots carry the voters to who is behind the log") {
  NodeConfig config;
  config.metadata_log_segment_bytes = 600;
  config.metadata_retention_bytes = 1'500;
  Cluster quorum{3, 1, 11, config, VoterSource::log};
  quorum.snapshot_every = 10;
  for (int i = 1; i <= 3; ++i) quorum.start(NodeId{i});
  REQUIRE(quorum.elect());
  const NodeId leader = *quorum.leader();
  const NodeId out = leader == NodeId{3} ? NodeId{2} : NodeId{3};
  const std::int32_t request = quorum.remove_voter(leader, out);
  REQUIRE(quorum.run_until([&] { return quorum.answer_of(request).has_value(); }, seconds(5)));
  REQUIRE(quorum.answer_of(request) == ErrorCode::none);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(quorum.append("some text " + std::to_string(i)));
    quorum.run(milliseconds(700));
  }
  quorum.start(NodeId{4});
  quorum.run(seconds(5));
  const auto fetched = [&](const auto& note) {
    const auto* kept = note.second.template get_if<trace::RaftSnapshotKept>();
    return note.first == NodeId{4} && kept && kept->fetched;
  };
  CHECK(std::ranges::any_of(quorum.notes(), fetched));
  CHECK(quorum.raft(NodeId{4}).voter_set() == quorum.raft(*quorum.leader()).voter_set());
  CHECK(quorum.raft(NodeId{4}).voter_set().size() == 2);
}

TEST_CASE("A quorum with voters from the configuration does not change them") {
  Solo solo{3};
  solo.win();
  AddRaftVoterRequest add{.cluster_id = "a-cluster", .voter_id = NodeId{4}, .voter_directory_id = Uuid{4, 1}};
  add.listeners = {{"CONTROLLER", "node4", 9093}};
  (void)solo.request(fetch_of(2, solo.epoch(), solo.raft.log_end_offset().value, solo.epoch()));
  CHECK(solo.answer_to<AddRaftVoterResponse>(solo.request(add))->error_code == ErrorCode::unsupported_version);
  const RemoveRaftVoterRequest remove{.cluster_id = "a-cluster", .voter_id = NodeId{2}, .voter_directory_id = Uuid{2, 1}};
  CHECK(solo.answer_to<RemoveRaftVoterResponse>(solo.request(remove))->error_code == ErrorCode::unsupported_version);
}

TEST_CASE("A request for another voter set that makes no sense is refused by name") {
  Solo solo{log_options(), formatted(three_voters())};
  const RemoveRaftVoterRequest early{.cluster_id = "a-cluster", .voter_id = NodeId{2}, .voter_directory_id = Uuid{2, 1}};
  CHECK(solo.answer_to<RemoveRaftVoterResponse>(solo.request(early))->error_code == ErrorCode::not_leader_or_follower);
  solo.win();
  CHECK(solo.answer_to<RemoveRaftVoterResponse>(solo.request(early))->error_code == ErrorCode::request_timed_out);  // no high watermark yet
  FetchRequest fetch = fetch_of(2, solo.epoch(), solo.raft.log_end_offset().value, solo.epoch());
  fetch.topics[0].partitions[0].replica_directory_id = Uuid{2, 1};
  (void)solo.request(fetch);
  const auto added = [&](AddRaftVoterRequest request) { return solo.answer_to<AddRaftVoterResponse>(solo.request(std::move(request)))->error_code; };
  AddRaftVoterRequest add{.cluster_id = "other", .voter_id = NodeId{4}, .voter_directory_id = Uuid{4, 1}};
  add.listeners = {{"CONTROLLER", "node4", 9093}};
  CHECK(added(add) == ErrorCode::inconsistent_cluster_id);
  add.cluster_id = "a-cluster";
  add.voter_directory_id = Uuid{};
  CHECK(added(add) == ErrorCode::invalid_request);
  add.voter_directory_id = Uuid{4, 1};
  add.listeners[0].name = "PLAINTEXT";
  CHECK(added(add) == ErrorCode::invalid_request);
  add.listeners[0].name = "CONTROLLER";
  add.voter_id = NodeId{2};
  CHECK(added(add) == ErrorCode::duplicate_voter);
  RemoveRaftVoterRequest remove{.cluster_id = "a-cluster", .voter_id = NodeId{2}, .voter_directory_id = Uuid{2, 9}};
  CHECK(solo.answer_to<RemoveRaftVoterResponse>(solo.request(remove))->error_code == ErrorCode::voter_not_found);
}

TEST_CASE("DescribeQuorum tells the directories of voters and observers") {
  Solo solo{log_options(), formatted(three_voters())};
  solo.win();
  FetchRequest fetch = fetch_of(2, solo.epoch(), solo.raft.log_end_offset().value, solo.epoch());
  fetch.topics[0].partitions[0].replica_directory_id = Uuid{2, 9};  // another disk: it observes
  (void)solo.request(fetch);
  const auto told = solo.answer_to<DescribeQuorumResponse>(solo.request(describe_quorum()));
  REQUIRE(told);
  const auto& partition = told->topics.at(0).partitions.at(0);
  REQUIRE(partition.current_voters.size() == 3);
  CHECK(partition.current_voters[1].replica_directory_id == Uuid{2, 1});
  CHECK_FALSE(partition.current_voters[1].log_end_offset);
  REQUIRE(partition.observers.size() == 1);
  CHECK(partition.observers[0].replica_directory_id == Uuid{2, 9});
  CHECK(told->nodes.size() == 3);
}

TEST_CASE("A vote is asked for by the directory and refused by a node that has another") {
  Solo solo{log_options(), formatted(three_voters())};
  VoteRequest vote = vote_of(2, 5);
  vote.voter_id = NodeId{1};
  vote.topics[0].partitions[0].replica_directory_id = Uuid{2, 1};
  vote.topics[0].partitions[0].voter_directory_id = Uuid{1, 9};
  CHECK(solo.answer_to<VoteResponse>(solo.request(vote))->topics[0].partitions[0].error_code == ErrorCode::invalid_voter_key);
  vote.topics[0].partitions[0].voter_directory_id = Uuid{1, 1};
  CHECK(solo.answer_to<VoteResponse>(solo.request(vote))->topics[0].partitions[0].vote_granted);
  vote.topics[0].partitions[0].replica_directory_id = Uuid{2, 9};  // the same id, another candidate
  CHECK_FALSE(solo.answer_to<VoteResponse>(solo.request(vote))->topics[0].partitions[0].vote_granted);
  const auto kept = raft::read_quorum_state(solo.disk);
  REQUIRE(kept);
  CHECK((*kept)->voted_for == NodeId{2});
  CHECK((*kept)->voted_directory == Uuid{2, 1});
}

TEST_CASE("A voter that the voter set has otherwise than it is tells the leader") {
  Solo solo{log_options(), formatted(three_voters("former-host"))};
  BeginQuorumEpochRequest begin = leader_says<BeginQuorumEpochRequest>(2, 5);
  begin.leader_endpoints = {{"CONTROLLER", "node2", 9093}};
  (void)solo.request(begin);
  REQUIRE(solo.role<raft::Follower>());
  for (int i = 0; i < 8 && !solo.last_asked<UpdateRaftVoterRequest>(NodeId{2}); ++i) {
    solo.now = solo.now + milliseconds(300);
    solo.reply<FetchRequest>(NodeId{2}, fetch_answer(ErrorCode::none, 2, 5));
  }
  const auto* update = solo.last_asked<UpdateRaftVoterRequest>(NodeId{2});
  REQUIRE(update);
  CHECK(update->voter_directory_id == Uuid{1, 1});
  CHECK(update->current_leader_epoch == LeaderEpoch{5});
  CHECK(update->listeners.at(0).host == "node1");
  CHECK(update->kraft_version_feature == KRaftVersionRange{0, 1});
}

TEST_CASE("A new leader whose entry in the voter set is old writes a new one") {
  Solo solo{log_options(), formatted(three_voters("former-host"))};
  solo.win();
  CHECK(solo.raft.voter_set().endpoint(NodeId{1}) == Endpoint{"node1", 9093});
  CHECK(solo.raft.log_end_offset() == Offset{3});  // LEADER_CHANGE, kraft.version, voters
}

TEST_CASE("A new voter that does not understand the version of the quorum is not added") {
  Solo solo{log_options(), formatted(three_voters())};
  solo.win();
  const auto fetch_as = [&](int id) {
    FetchRequest fetch = fetch_of(id, solo.epoch(), solo.raft.log_end_offset().value, solo.epoch());
    fetch.topics[0].partitions[0].replica_directory_id = Uuid{static_cast<std::uint64_t>(id), 1};
    (void)solo.request(fetch);
  };
  fetch_as(2);
  fetch_as(3);
  AddRaftVoterRequest add{.cluster_id = "a-cluster", .voter_id = NodeId{3}, .voter_directory_id = Uuid{3, 1}};
  const RemoveRaftVoterRequest remove{.cluster_id = "a-cluster", .voter_id = NodeId{3}, .voter_directory_id = Uuid{3, 1}};
  const std::int32_t removal = solo.request(remove);
  fetch_as(2);
  REQUIRE(solo.answer_to<RemoveRaftVoterResponse>(removal));
  solo.reply<BeginQuorumEpochRequest>(NodeId{3}, quorum_answer<BeginQuorumEpochResponse>(ErrorCode::none, NodeId{1}, solo.epoch()));
  add.listeners = {{"CONTROLLER", "node3", 9093}};
  const std::int32_t request = solo.request(add);
  CHECK_FALSE(solo.answer_to<AddRaftVoterResponse>(request));
  ApiVersionsResponse versions;
  versions.supported_features = {{"kraft.version", 0, 0}};
  solo.reply_to_any<ApiVersionsRequest>(versions);
  REQUIRE(solo.answer_to<AddRaftVoterResponse>(request));
  CHECK(solo.answer_to<AddRaftVoterResponse>(request)->error_code == ErrorCode::invalid_request);
  CHECK(solo.raft.voter_set().size() == 2);
}

TEST_CASE("An observer that is asked for its vote may give it") {
  Solo solo{log_options(), [] {
              sim::SimDisk disk;  // no voters: it has not fetched yet
              REQUIRE(replace_file(disk, meta_properties_file, format_meta_properties({"a-cluster", NodeId{1}, Uuid{1, 1}})));
              return disk;
            }()};
  VoteRequest vote = vote_of(2, 5);
  vote.voter_id = NodeId{1};
  CHECK(solo.answer_to<VoteResponse>(solo.request(vote))->topics[0].partitions[0].vote_granted);
}

TEST_CASE("A node whose storage was not formatted does not start where directories count") {
  Solo solo{log_options(), sim::SimDisk{}};
  REQUIRE(solo.exits.size() == 1);
  CHECK(solo.exits[0].find("meta.properties") != std::string::npos);
}

TEST_CASE("A leader writes down what a voter tells of itself") {
  Solo solo{log_options(), formatted(three_voters())};
  solo.win();
  FetchRequest fetch = fetch_of(2, solo.epoch(), solo.raft.log_end_offset().value, solo.epoch());
  fetch.topics[0].partitions[0].replica_directory_id = Uuid{2, 1};
  (void)solo.request(fetch);
  UpdateRaftVoterRequest update{.cluster_id = "a-cluster", .current_leader_epoch = LeaderEpoch{solo.epoch()}, .voter_id = NodeId{2}};
  update.voter_directory_id = Uuid{2, 1};
  update.listeners = {{"CONTROLLER", "moved", 9093}};
  update.kraft_version_feature = {1, 0};
  const auto told = [&] { return solo.answer_to<UpdateRaftVoterResponse>(solo.request(update))->error_code; };
  CHECK(told() == ErrorCode::invalid_request);
  update.kraft_version_feature = {0, 1};
  CHECK(told() == ErrorCode::none);
  CHECK(solo.raft.voter_set().endpoint(NodeId{2}) == Endpoint{"moved", 9093});
  CHECK(told() == ErrorCode::request_timed_out);  // the last change is not committed
}

}  // namespace kafkasim::raft_test
