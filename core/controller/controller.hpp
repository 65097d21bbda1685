#pragma once
// Controller: a node of the metadata quorum that, while it leads the quorum, decides for the cluster (QuorumController,
// ReplicationControlManager, ClusterControlManager): who is alive, who leads, who is in sync, what topics there are.
//
//   request -> records, appended to the metadata log and applied at once to `current` (speculation: the next request
//   sees them)
//           -> committed by a majority -> applied to `committed`; only then the request is answered
//   leadership lost -> `current` is forgotten, what waits is answered NOT_CONTROLLER; records that were committed all
//   the same
//           come back through the log
//
// Answered: BrokerRegistration, BrokerHeartbeat, AlterPartition, CreateTopics, DeleteTopics, CreatePartitions,
// IncrementalAlterConfigs, AlterConfigs, ElectLeaders, AlterPartitionReassignments, ListPartitionReassignments,
// AllocateProducerIds; by its RaftNode what is the quorum's. On its own it
// fences brokers whose session is over, elects preferred leaders (leader.imbalance.check.interval.seconds) and, where that
// is allowed, unclean ones (unclean.leader.election.interval.ms), and writes a NoOp record when nothing else moves the log
// (metadata.max.idle.interval.ms). The first of a new cluster writes down its features (ActivationRecordsGenerator).
// Invariant: current has all that committed has, while active.
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/controller/broker_heartbeats.hpp"
#include "core/controller/metadata_replay.hpp"
#include "core/controller/metadata_snapshot.hpp"
#include "core/controller/partition_change.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {

// What a controller does with the committed batches that it has applied: a broker in the same process wants them too.
enum class Replayed : std::uint8_t { forgotten, kept };
inline constexpr std::string_view min_isr_setting = "min.insync.replicas";  // of topics, and of nodes

struct ControllerOptions {
  NodeId id;
  std::string cluster_id;
  std::map<NodeId, Endpoint> voters;
  NodeConfig config;
  LegacyBehaviours legacy{};
  std::map<std::string, std::int16_t> features{};  // that a new cluster is formatted with (kafka-storage format)
  Replayed replayed{};
  VoterSource voter_source{};
  std::optional<Endpoint> endpoint{};  // absent: it stands in `voters`
};

class Controller {
 public:
  explicit Controller(ControllerOptions options);
  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] NodeId id() const { return options_.id; }
  [[nodiscard]] bool is_active() const { return active_epoch_.has_value(); }
  [[nodiscard]] const MetadataImage& committed() const { return committed_; }
  [[nodiscard]] const RaftNode& raft() const { return raft_; }
  // Replayed::kept: what was committed since the last call.
  [[nodiscard]] std::vector<CommittedBatch> take_replayed() { return std::exchange(replayed_, {}); }

 private:
  using RecordList = std::vector<MetadataRecord>;
  struct Deferred {
    Offset offset;  // answered once this is committed
    RequestRef from;
    Message response;
  };

  void catch_up(Env& env);  // applies what is committed, notices leadership won and lost, answers what waited
  void apply_committed(Env& env);
  bool apply(const CommittedBatch& batch, Env& env);  // false: it cannot go on
  void activate(Env& env);
  void deactivate(Env& env);
  void answer_committed(Env& env);
  void on_woken(Env& env);
  [[nodiscard]] bool write_bootstrap(Env& env);  // what stands at the beginning of a new cluster's log
  void balance_leaders(Env& env);
  void elect_unclean_leaders(Env& env);
  void elect_where(const std::function<bool(const TopicImage&, const PartitionRegistration&)>& wanted, Election election, Instant& next,
                   Env& env);
  void on_stop(Env& env);

  void on_request(const Received& received, Env& env);
  void on_registration(const BrokerRegistrationRequest& request, const RequestRef& from, Env& env);
  void on_heartbeat(const BrokerHeartbeatRequest& request, const RequestRef& from, Env& env);
  void on_allocate_producer_ids(const AllocateProducerIdsRequest& request, const RequestRef& from, Env& env);
  void on_alter_partition(const AlterPartitionRequest& request, const RequestRef& from, Env& env);
  void on_create_topics(const CreateTopicsRequest& request, const RequestRef& from, Env& env);
  void on_elect_leaders(const ElectLeadersRequest& request, const RequestRef& from, Env& env);
  void on_reassignments(const AlterPartitionReassignmentsRequest& request, const RequestRef& from, Env& env);
  void on_list_reassignments(const ListPartitionReassignmentsRequest& request, const RequestRef& from, Env& env);
  void on_delete_topics(const DeleteTopicsRequest& request, const RequestRef& from, Env& env);
  void on_create_partitions(const CreatePartitionsRequest& request, const RequestRef& from, Env& env);
  void on_incremental_alter_configs(const IncrementalAlterConfigsRequest& request, const RequestRef& from, Env& env);
  void on_alter_configs(const AlterConfigsRequest& request, const RequestRef& from, Env& env);

  // Appends and applies to `current`; false if the quorum no longer takes them from us.
  bool write(const RecordList& records, Env& env);
  // Writes, then answers once all that `current` holds is committed: also an answer without records may rest on such.
  void write_and_answer(const RecordList& records, const RequestRef& from, Message response, Env& env);
  [[nodiscard]] std::optional<ErrorCode> check_broker_epoch(NodeId broker, BrokerEpoch epoch) const;
  [[nodiscard]] bool leads_any(NodeId broker) const;
  [[nodiscard]] bool is_active_broker(NodeId broker) const;

  // the changes of partitions that a broker's coming or going asks for
  enum class Selection : std::uint8_t { with_broker_in_isr, with_broker_in_elr, leaderless };
  enum class Leaving : std::uint8_t { keeps_its_log, lost_its_log };
  struct BrokerMove {
    std::optional<NodeId> gone;      // never acceptable, and out of the ISR
    std::optional<NodeId> returned;  // acceptable although the image still has it fenced
    Selection selection{};
    Leaving leaving{};  // of `gone`: whether what it had may still be counted on
  };
  [[nodiscard]] bool selects(const BrokerMove& move, const PartitionRegistration& partition) const;
  void handle_shutdown(const BrokerRegistrationRequest& request, const BrokerImage& known, RecordList& records) const;
  void change_partitions(const BrokerMove& move, RecordList& records) const;
  void fence(NodeId broker, RecordList& records) const;
  [[nodiscard]] Election election_for(const TopicImage& topic) const;
  // min.insync.replicas of the topic, at most as many as it has replicas; absent without eligible leader replicas.
  [[nodiscard]] std::optional<std::int64_t> elr_min_isr(const TopicImage& topic) const;
  // A change of that partition of the topic, which as yet changes nothing; live brokers are acceptable.
  [[nodiscard]] PartitionChange change_of(const TopicImage& topic, PartitionIndex index, Election election) const;
  [[nodiscard]] ErrorCode validate(const AlterPartitionRequest::Partition& asked,
                                   const PartitionRegistration* partition, NodeId sender) const;
  [[nodiscard]] AlterPartitionResponse::Partition alter(const AlterPartitionRequest::Partition& asked,
                                                        const TopicImage& topic, NodeId sender,
                                                        RecordList& records) const;
  [[nodiscard]] ElectLeadersResponse::Partition elect_leader(const std::string& topic, PartitionIndex index,
                                                             std::int8_t type, RecordList& records) const;
  enum class FactorChange : std::uint8_t { allowed, refused };  // of how many replicas a partition has
  [[nodiscard]] AlterPartitionReassignmentsResponse::Partition reassign(
      const std::string& topic, const AlterPartitionReassignmentsRequest::Partition& asked, FactorChange factor,
      RecordList& records) const;
  // What an administrator is told who may not.
  struct Refusal {
    ErrorCode error{};
    std::string message;
  };
  template <class T>
  using Allowed = tl::expected<T, Refusal>;
  using Settings = std::map<std::string, std::string>;
  using Assignment = std::vector<std::vector<NodeId>>;  // of each partition
  [[nodiscard]] Allowed<Assignment> place(std::int64_t partitions, std::int64_t replicas, Random& random) const;
  [[nodiscard]] Allowed<Assignment> added_assignment(const CreatePartitionsRequest::Topic& asked,
                                                     const TopicImage& topic, Random& random) const;
  [[nodiscard]] std::optional<Refusal> add_partitions(const CreatePartitionsRequest::Topic& asked, RecordList& records,
                                                      Env& env) const;
  [[nodiscard]] const Settings* settings_of(ConfigResourceType type, const std::string& name) const;
  void clear_elr_where_needed(RecordList& records) const;
  [[nodiscard]] std::optional<Refusal> check_min_isr(const std::string& node, const Settings& wanted) const;
  [[nodiscard]] std::optional<Refusal> start_reassignment(const TopicImage& topic, PartitionIndex index,
                                                          const std::vector<NodeId>& target, RecordList& records) const;
  [[nodiscard]] std::optional<Refusal> cancel_reassignment(const TopicImage& topic, PartitionIndex index,
                                                           RecordList& records) const;
  [[nodiscard]] std::optional<Refusal> check_settings(ConfigResourceType type, const std::string& name,
                                                      const Settings& settings) const;
  [[nodiscard]] std::optional<Refusal> check_group_settings(const std::string& name, const Settings& settings) const;
  // Records that take a resource from what it sets to `wanted`; `named` are those that the request speaks of.
  [[nodiscard]] std::optional<Refusal> alter_settings(std::int8_t type, const std::string& name, const Settings& wanted,
                                                      const std::vector<std::string>& named, RecordList& records) const;
  [[nodiscard]] Allowed<Settings> after(const IncrementalAlterConfigsRequest::Resource& resource) const;
  [[nodiscard]] TopicConfig topic_defaults() const;
  [[nodiscard]] std::vector<CreateTopicsResponse::Config> configs_of(const CreateTopicsRequest::Topic& asked) const;
  [[nodiscard]] CreateTopicsResponse::Topic create_topic(const CreateTopicsRequest::Topic& asked, RecordList& records,
                                                         Env& env) const;

  ControllerOptions options_;
  RaftNode raft_;
  MetadataImage committed_;
  MetadataImage current_;  // meaningful while active
  std::optional<std::int32_t> active_epoch_;
  BrokerHeartbeats heartbeats_;
  SnapshotSchedule snapshots_;
  std::vector<CommittedBatch> replayed_;
  std::deque<Deferred> deferred_;
  std::optional<Instant> no_op_at_;
  std::optional<Instant> balance_at_;
  std::optional<Instant> unclean_at_;
  std::optional<Instant> stop_by_;  // orderly shutdown began: end by then at the latest
};

static_assert(Machine<Controller>);

}  // namespace kafkasim
