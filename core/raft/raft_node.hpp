#pragma once
// RaftNode: one member of the metadata quorum (org.apache.kafka.raft.KafkaRaftClient; KIP-595, KIP-996, KIP-853). A part
// of a Controller (voter) or a Broker (observer), and a copyable value. It keeps `__cluster_metadata-0` and
// `quorum-state` on the node's disk, elects, replicates and commits; what the records mean is its owner's business.
//
//   raft.start(started, env);                        // at Started, before anything else
//   if (raft.handles(in)) raft.step(in, env);        // Woken goes to it always
//   for (CommittedBatch& batch : raft.take_committed(env)) ...   // after every step and append
//   if (raft.is_active()) raft.append(values, env);
//
// Invariants (checked by tests over random faults): at most one leader an epoch; logs that agree at an (epoch, offset)
// agree before it; what was committed is in the log of every later leader; the high watermark handed out never falls.
// Whatever leaves in env.out has its vote and its records synced to disk first.
//
// It cannot go on after a failure of the disk, or after a leader that contradicts what was committed (a voter has lost
// its disk): then it adds Exit and does nothing more, as Kafka's fault handler halts the process.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "core/log/leader_epoch_cache.hpp"
#include "core/machine/request_channel.hpp"
#include "core/machine/seam.hpp"
#include "core/message/describe_quorum.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/message/quorum_epoch.hpp"
#include "core/message/raft_voter.hpp"
#include "core/message/vote.hpp"
#include "core/model/config.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "core/model/legacy.hpp"
#include "core/raft/roles.hpp"
#include "core/raft/voter_history.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

namespace raft {
class MetadataLog;
}  // namespace raft

enum class QuorumMember : std::uint8_t { voter, observer };  // voter: a controller, which votes where it is in the voter set
// Where it stands who votes: in the configuration for good (controller.quorum.voters, kraft.version 0), or in the log, and
// then it may change (controller.quorum.bootstrap.servers, kraft.version 1; KIP-853).
enum class VoterSource : std::uint8_t { configuration, log };

inline constexpr std::uint8_t raft_channel = 1;  // the tag of its connections, of brokers and of controllers

struct RaftOptions {
  NodeId self;
  std::map<NodeId, Endpoint> voters;  // 1, 3 or 5 controllers; VoterSource::log: whom to ask first who leads
  QuorumMember member{QuorumMember::voter};
  NodeConfig config;  // quorum_*
  std::optional<std::string> cluster_id;
  std::uint8_t channel_tag{};
  LegacyBehaviours legacy{};
  VoterSource source{};
  std::optional<Endpoint> endpoint{};  // its own; absent: it stands in `voters`
};

struct LeaderAndEpoch {
  std::optional<NodeId> leader;  // absent while unknown, and for a leader itself once it has resigned
  std::int32_t epoch{};
  friend bool operator==(const LeaderAndEpoch&, const LeaderAndEpoch&) = default;
};

struct CommittedBatch {
  // A snapshot comes in place of all that is committed up to its last offset: who replays begins anew with its records.
  enum class Source : std::uint8_t { log, snapshot };
  Offset base_offset;
  Offset last_offset;
  std::int32_t epoch{};
  Timestamp append_time{};                      // the leader's wall clock
  std::vector<std::vector<std::byte>> records;  // values; empty for a control batch
  Source source{};
  std::uint64_t size_bytes{};  // in the log
};

class RaftNode {
 public:
  explicit RaftNode(RaftOptions options);

  // Loads quorum-state and the log. The only voter leads when this returns.
  void start(const Started& started, Env& env);
  // True for inputs that are its own business alone: requests of the quorum's partition (Vote, BeginQuorumEpoch,
  // EndQuorumEpoch, FetchSnapshot, Fetch of the metadata topic; of a controller what asks for the quorum or changes it,
  // and ApiVersions, too), and what comes on its own connections. Woken, and Disconnected of others, it also wants to see.
  [[nodiscard]] bool handles(const Input& in) const;
  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] LeaderAndEpoch leader_and_epoch() const;
  [[nodiscard]] NodeId self() const { return options_.self; }
  [[nodiscard]] const raft::VoterSet& voter_set() const { return history_.last(); }  // as its log has it, committed or not
  [[nodiscard]] std::map<NodeId, Endpoint> voters() const { return voter_set().endpoints(); }
  [[nodiscard]] bool is_reconfigurable() const { return history_.is_reconfigurable(); }  // kraft.version 1
  [[nodiscard]] raft::ReplicaKey key() const { return {options_.self, directory_id_}; }
  [[nodiscard]] std::optional<Endpoint> endpoint_of(NodeId node) const;  // of a voter, or of a leader that others named
  [[nodiscard]] bool is_leader() const { return std::holds_alternative<raft::Leader>(role_); }
  // It leads, its epoch's LEADER_CHANGE is committed, and the owner has taken all up to it: a controller may act now.
  [[nodiscard]] bool is_active() const;

  // The values as the records of one batch (null keys), durable here when this returns; followers are sent it. Gives
  // the offset of the last record; absent if this node does not lead. Not empty, and at most 8 MiB in all.
  std::optional<Offset> append(const std::vector<std::vector<std::byte>>& records, Env& env);

  [[nodiscard]] std::optional<Offset> high_watermark() const;  // absent until a leader has told it
  [[nodiscard]] Offset log_end_offset() const;
  // What was committed since the last call, in order, control batches included. After a start everything comes again,
  // from offset 0 or the latest snapshot, once the high watermark is known; a snapshot also when it was fetched.
  [[nodiscard]] std::vector<CommittedBatch> take_committed(Env& env);

  // The owner's image of all below `id`, as records, becomes a snapshot; nothing if there is one already. Not above what
  // take_committed() has given, and at the end of a batch.
  void create_snapshot(const raft::SnapshotId& id, const raft::SnapshotContent& content, Env& env);

  // Orderly shutdown (KafkaRaftClient.shutdown): a leader resigns in favour of the voters with the longest logs; from
  // now on this node stands for no election. may_stop() tells when the quorum can do without it; Kafka waits 5 s at
  // most.
  void resign(Env& env);
  [[nodiscard]] bool may_stop() const;
  // As if its election timer ran out now: a voter that does not lead stands in the next epoch, without pre-vote.
  void campaign(Env& env);
  [[nodiscard]] bool has_failed() const { return failed_; }

  [[nodiscard]] const raft::Role& role() const { return role_; }  // for tests and pictures

 private:
  enum class Handled : std::uint8_t { no, yes };  // no: the peer is left alone for the retry backoff
  struct PeerState {                              // RequestManager.ConnectionState
    std::optional<std::uint64_t> in_flight;       // in the channel; later answers to others are ignored
    std::optional<Instant> backoff_until;
  };
  struct Knowledge {  // what an answer says of the quorum
    ErrorCode error{};
    std::optional<NodeId> leader;
    LeaderEpoch epoch;
  };

  enum class Persistence : std::uint8_t { durable, in_memory };

  // moves from role to role (raft_transitions.cpp)
  void initialize(Env& env);
  bool transition(raft::Role role, LeaderEpoch epoch, Persistence persistence, Env& env);  // false: the disk failed
  void become_unattached(LeaderEpoch epoch, Env& env);
  void vote_for(const raft::ReplicaKey& candidate, Env& env);
  void become_follower(LeaderEpoch epoch, NodeId leader, Env& env);
  void become_prospective(Env& env);
  void lose_pre_vote(Env& env);
  void become_candidate(Env& env);
  void become_leader(Env& env);
  void become_resigned(std::vector<NodeId> successors, Env& env);
  void learn(std::optional<NodeId> leader, LeaderEpoch epoch, Env& env);
  [[nodiscard]] Duration random_election_timeout(Env& env);
  [[nodiscard]] Duration check_quorum_timeout() const;

  // what the role does by itself (raft_node.cpp); poll_role gives true if the role is to be polled again
  void poll(Env& env);
  bool poll_once(Env& env);
  bool poll_role(raft::Unattached& state, Env& env);
  bool poll_role(raft::Follower& state, Env& env);
  bool poll_role(raft::Prospective& state, Env& env);
  bool poll_role(raft::Candidate& state, Env& env);
  void ask_for_votes(const raft::Nominee& state, Env& env);
  bool poll_role(raft::Leader& state, Env& env);
  bool poll_role(raft::Resigned& state, Env& env);
  void fetch_as_observer(const raft::Follower& state, Env& env);
  void fetch_from_any_voter(Env& env);
  [[nodiscard]] bool is_ready(NodeId peer) const;
  [[nodiscard]] bool any_in_flight() const;
  void send(NodeId peer, Message request, Env& env);
  [[nodiscard]] Message fetch_request() const;
  [[nodiscard]] Message fetch_snapshot_request(const raft::SnapshotId& id) const;
  [[nodiscard]] bool take_snapshot(std::vector<CommittedBatch>& taken, Env& env);
  void plan_cleaning(Env& env);
  void clean_log(Env& env);
  void replace_log(Env& env);
  void halt_of(const Error& error, Env& env);
  bool append_batch(RecordBatch batch, Env& env);
  void high_watermark_moved(Offset to, Env& env);
  void halt(std::string reason, Env& env);

  // requests (raft_requests.cpp)
  [[nodiscard]] Message vote_request(NodeId voter) const;
  [[nodiscard]] Message begin_epoch_request(NodeId voter) const;
  [[nodiscard]] Message end_epoch_request(const raft::Resigned& state) const;
  void on_request(const Received& request, Env& env);
  void on_vote(const VoteRequest& vote, const RequestRef& from, Env& env);
  void on_begin_epoch(const BeginQuorumEpochRequest& begin, const RequestRef& from, Env& env);
  void on_end_epoch(const EndQuorumEpochRequest& end, const RequestRef& from, Env& env);
  void on_fetch(const FetchRequest& fetch, const RequestRef& from, Env& env);
  void on_fetch_snapshot(const FetchSnapshotRequest& fetch, const RequestRef& from, Env& env);
  void on_describe(const DescribeQuorumRequest& describe, const RequestRef& from, Env& env) const;
  template <class Response>
  void answer_quorum(const RequestRef& from, ErrorCode error, Env& env,
                     typename Response::Partition partition = {}) const;
  [[nodiscard]] std::optional<ErrorCode> validate_leader_request(LeaderEpoch epoch) const;
  [[nodiscard]] bool is_own_cluster(const std::optional<std::string>& id) const;
  [[nodiscard]] Duration successor_backoff(const std::vector<NodeId>& preferred) const;
  void record_fetch(const raft::ReplicaKey& replica, Offset offset, Env& env);
  void check_in(const raft::ReplicaKey& voter, Env& env);
  void answer_snapshot(const RequestRef& request, ErrorCode error, FetchSnapshotResponse::Partition partition, Env& env) const;
  void answer_pending(Env& env);
  void fail_pending(const std::vector<raft::PendingFetch>& pending, Env& env) const;
  void answer_fetch(const RequestRef& request, ErrorCode error, FetchResponse::Partition partition, Env& env) const;

  // voters that come and go (raft_voters.cpp)
  [[nodiscard]] raft::Voter own_voter() const;
  void read_directory(Env& env);  // whose log this is: meta.properties
  void follow_log(Env& env);      // the log has changed: so may the voters have
  void on_voter_request(const Message& message, const RequestRef& from, Env& env);
  void on_add_voter(const AddRaftVoterRequest& add, const RequestRef& from, Env& env);
  void on_remove_voter(const RemoveRaftVoterRequest& remove, const RequestRef& from, Env& env);
  void on_update_voter(const UpdateRaftVoterRequest& update, const RequestRef& from, Env& env);
  void on_api_versions(const RequestRef& from, Env& env) const;
  struct Refusal {
    ErrorCode error{};
    std::string message;
  };
  [[nodiscard]] std::optional<Refusal> cannot_change_voters(Env& env);  // this leader, now
  [[nodiscard]] std::optional<Offset> append_voters(const raft::VoterSet& voters, Env& env);
  void settle_change(Env& env);  // what the high watermark has passed
  void end_change(ErrorCode error, std::string message, Env& env);
  void expire_change(Env& env);
  [[nodiscard]] Handled on_api_versions_answer(NodeId from, const ApiVersionsResponse& response, Env& env);
  [[nodiscard]] Handled on_update_answer(const UpdateRaftVoterResponse& response, Env& env);
  [[nodiscard]] Message update_voter_request() const;
  void learn_endpoint(NodeId node, const std::string& host, std::uint16_t port);
  [[nodiscard]] bool is_meant(std::optional<NodeId> id, const Uuid& directory_id) const;  // by a voter key in a request
  [[nodiscard]] Uuid directory_of(NodeId voter) const;
  [[nodiscard]] std::vector<LeaderEndpoint> own_listeners() const;

  // answers (raft_responses.cpp)
  void on_completion(const Completion& done, Env& env);
  [[nodiscard]] Handled on_answer(NodeId from, const Message& response, Env& env);
  [[nodiscard]] std::optional<Handled> on_knowledge(const Knowledge& told, Env& env);
  [[nodiscard]] Handled on_vote_answer(NodeId from, const VoteResponse& response, Env& env);
  [[nodiscard]] Handled on_begin_epoch_answer(const BeginQuorumEpochResponse& response, Env& env);
  [[nodiscard]] Handled on_end_epoch_answer(NodeId from, const EndQuorumEpochResponse& response, Env& env);
  [[nodiscard]] Handled on_fetch_answer(const FetchResponse& response, Env& env);
  [[nodiscard]] Handled on_snapshot_answer(const FetchSnapshotResponse& response, Env& env);
  [[nodiscard]] bool begin_snapshot(const raft::SnapshotId& id, Env& env);
  [[nodiscard]] bool truncate(const OffsetAndEpoch& diverging, Env& env);
  [[nodiscard]] bool append_fetched(const Records& records, Env& env);
  void follow_high_watermark(std::optional<Offset> leaders, Env& env);

  [[nodiscard]] bool is_controller() const { return options_.member == QuorumMember::voter; }
  [[nodiscard]] bool is_voter() const { return is_controller() && voter_set().is_voter(key()); }
  [[nodiscard]] bool reads_voters() const { return options_.source == VoterSource::log; }
  [[nodiscard]] std::set<NodeId> voter_ids() const;
  [[nodiscard]] std::optional<NodeId> known_leader() const;  // as answers tell it: a resigned leader names itself
  [[nodiscard]] std::optional<NodeId> vote_in(LeaderEpoch epoch) const;  // that this node has given

  RaftOptions options_;
  RequestChannel channel_;
  Cow<raft::MetadataLog> log_;
  raft::Role role_;
  LeaderEpoch epoch_{0};
  raft::VoterHistory history_;
  std::optional<std::int64_t> voters_at_;  // where the voter set in force stands, as was noted last
  Uuid directory_id_{};     // zero with voters from the configuration: nobody asks
  Uuid voted_directory_{};  // of whom it voted for in this epoch
  std::map<NodeId, Endpoint> told_endpoints_;  // of leaders, by those that named them
  std::map<NodeId, PeerState> peers_;
  Offset next_committed_{0};  // the first that the owner has not taken
  std::optional<Instant> clean_at_;  // there are snapshots enough for retention to look at
  bool shutting_down_{false};
  bool failed_{false};
};

}  // namespace kafkasim
