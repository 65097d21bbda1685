#pragma once
// Broker: the machine that owns a node's replicas and coordinators and routes to them (BrokerServer, KafkaApis). It
// decides nothing of its own: what belongs to partitions is in core/replica, to groups in core/group, to the metadata
// quorum in core/raft, and its life in the cluster is BrokerLifecycle's.
//
//   request    -> replicas, groups, or answered from the metadata image, or forwarded to the active controller
//   metadata   -> applied to the image as committed; published to the replicas once the broker has caught up
//   leadership of __consumer_offsets-N, __transaction_state-N -> the coordinator of groups, of transactions loads or drops it
//
// Requests that come before the first publication wait, as Kafka's acceptors do until start-up is complete.
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/broker/alter_configs.hpp"
#include "core/broker/controller_channel.hpp"
#include "core/broker/lifecycle.hpp"
#include "core/broker/metadata_feed.hpp"
#include "core/controller/metadata_replay.hpp"
#include "core/controller/metadata_snapshot.hpp"
#include "core/group/group_coordinator.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/describe_cluster.hpp"
#include "core/message/describe_producers.hpp"
#include "core/message/describe_topic_partitions.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_delete.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/message/write_txn_markers.hpp"
#include "core/model/metadata_image.hpp"
#include "core/model/topic_name.hpp"
#include "core/raft/raft_node.hpp"
#include "core/replica/replica_manager.hpp"
#include "core/txn/producer_ids.hpp"
#include "core/txn/transaction_coordinator.hpp"
#include "core/txn/transaction_verifier.hpp"

namespace kafkasim {

// Where the metadata log comes from: a node of its own in the quorum, an observer, or the voter that runs in the same
// process (a combined node, whose owner calls follow()).
enum class MetadataSource : std::uint8_t { own_observer, own_controller };

// Whose an append to an internal topic, or of a marker, is: the upper bits of its token. The group coordinator's have none.
inline constexpr std::uint64_t append_of_transactions = std::uint64_t{1} << 62;
inline constexpr std::uint64_t append_of_marker = std::uint64_t{1} << 61;
inline constexpr std::uint64_t whose_append = append_of_transactions | append_of_marker;

struct BrokerOptions {
  NodeId id;
  Endpoint endpoint;
  std::optional<std::string> rack;
  std::string cluster_id;
  std::map<NodeId, Endpoint> voters;
  NodeConfig config;
  LegacyBehaviours legacy{};
  MetadataSource metadata{};
  TransactionVersion transaction_version{TransactionVersion::v2};  // the finalized feature
  VoterSource voter_source{};
};

class Broker {
 public:
  explicit Broker(BrokerOptions options);
  void step(const Input& in, Env& env);
  // MetadataSource::own_controller: what its voter knows of the quorum, and what it has seen committed since the last call.
  void follow(const LeaderAndEpoch& quorum, std::vector<CommittedBatch> committed, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::optional<Instant> prompt_deadline() const;  // of all that does not wait for the disk, as its upkeep does

  [[nodiscard]] NodeId id() const { return options_.id; }
  [[nodiscard]] BrokerState state() const { return lifecycle_.state(); }
  [[nodiscard]] const MetadataImage& image() const { return image_; }
  [[nodiscard]] const ReplicaManager& replicas() const { return replicas_; }
  [[nodiscard]] const GroupCoordinator& groups() const { return groups_; }
  [[nodiscard]] const TransactionCoordinator& transactions() const { return transactions_; }

 private:
  struct ForAlterPartition {};
  struct ForProducerIds {};
  struct ForAutoCreation {
    std::vector<std::string> topics;
  };
  struct ForClient {
    RequestRef from;
  };
  struct ForConfigs {
    RequestRef from;
    ApiKey api{};
    std::vector<ResourceVerdict> verdicts;
  };
  using Purpose = std::variant<ForAlterPartition, ForProducerIds, ForAutoCreation, ForClient, ForConfigs>;

  // life (broker.cpp)
  void on_started(const Started& started, Env& env);
  [[nodiscard]] bool is_for_upkeep(Instant now) const;
  void route(const Input& in, Env& env);
  void settle(Env& env);  // after every input: metadata, publication, what the parts have for one another
  void on_command(const Command& command, Env& env);
  void apply_committed(Env& env);
  bool apply(CommittedBatch batch, Env& env);  // false: it cannot go on
  bool apply_snapshot(const CommittedBatch& batch, Env& env);
  void snapshot_if_due(const CommittedBatch& batch, Env& env);
  void note_changes(MetadataDelta delta);
  void publish(Env& env);
  void forget_removed_topics(Env& env);
  void lead_coordinated_partitions(Env& env);
  void run_coordinators(Env& env);
  [[nodiscard]] bool hand_over_appends(Env& env);  // false: there were none
  void ask_controller(Env& env);
  void on_controller_done(const ControllerChannel::Done& done, Env& env);
  void end_if_stopped(Env& env);
  [[nodiscard]] LeaderAndEpoch quorum() const { return raft_ ? raft_->leader_and_epoch() : followed_; }
  [[nodiscard]] bool has_ended() const;  // or has asked to
  [[nodiscard]] std::optional<ControllerChannel::Active> active_controller() const;
  [[nodiscard]] std::optional<Offset> replayed() const;

  // requests (broker_requests.cpp)
  void on_request(const Received& received, Env& env);
  void on_metadata(const MetadataRequest& request, const RequestRef& from, Env& env);
  void on_describe_topic_partitions(const DescribeTopicPartitionsRequest& request, const RequestRef& from, Env& env);
  void on_find_coordinator(const FindCoordinatorRequest& request, const RequestRef& from, Env& env);
  void on_init_producer_id(const RequestRef& from, Env& env);  // without transactional id
  void forward_alter_configs(const Message& request, std::vector<ResourceVerdict> verdicts, const RequestRef& from,
                             Env& env);
  void forward(const Message& request, const RequestRef& from, Env& env);
  void create_automatically(const std::string& topic, Env& env);
  [[nodiscard]] FindCoordinatorResponse::Coordinator coordinator_of(const FindCoordinatorRequest& request,
                                                                    const std::string& key, Env& env);
  // transactions (broker_transactions.cpp)
  struct ParkedProduce {  // until the coordinator of its transaction has said what is part of it
    Received request;
    std::vector<ReplicaManager::ToVerify> asks;
  };
  struct ParkedCommit {
    Received request;  // of partitions that exist
    TopicPartition partition;
    std::optional<VerificationGuard> guard;  // absent: none is needed any more, or there is no such partition
    TxnOffsetCommitResponse refused;         // the others
  };
  struct MarkerWrite {  // a partition of a WriteTxnMarkers
    std::uint64_t request{};
    TopicPartition partition;
    ProducerId producer;
    TransactionOutcome outcome{};
    std::size_t marker{};
    std::size_t topic{};
    std::size_t index{};
  };
  struct MarkerRequest {
    RequestRef from;
    WriteTxnMarkersResponse response;
    std::size_t waits_for{};
  };
  [[nodiscard]] bool transact(const Received& received, Env& env);  // false: no request of transactions
  void on_produce(const Received& received, Env& env);
  void on_txn_offset_commit(const Received& received, Env& env);
  void on_write_txn_markers(const WriteTxnMarkersRequest& request, const RequestRef& from, Env& env);
  void on_marker_written(std::uint64_t number, ErrorCode error, Env& env);
  void one_marker_less(std::uint64_t request, Env& env);  // it waits for: none left, it is answered
  void on_describe_producers(const DescribeProducersRequest& request, const RequestRef& from, Env& env);
  void serve_verified(Env& env);
  [[nodiscard]] std::optional<VerificationGuard> start_verification(const Received& commit, PartitionIndex partition, Env& env);
  void serve_produce(const ParkedProduce& parked, const TransactionVerifier::Answer& told, Env& env);
  void serve_commit(const ParkedCommit& parked, const TransactionVerifier::Answer& told, Env& env);
  void step_transactions(const Input& in, Env& env);
  // administration (broker_admin.cpp)
  [[nodiscard]] bool administer(const Message& message, const RequestRef& from, Env& env);  // false: no such request
  void on_api_versions(const ApiVersionsRequest& request, const RequestRef& from, Env& env);
  void on_describe_cluster(const DescribeClusterRequest& request, const RequestRef& from, Env& env);
  void on_offset_commit(const OffsetCommitRequest& request, const RequestRef& from, Env& env);
  void on_offset_delete(const OffsetDeleteRequest& request, const RequestRef& from, Env& env);
  [[nodiscard]] std::optional<NodeId> any_live_broker(Env& env) const;

  BrokerOptions options_;
  std::optional<RaftNode> raft_;  // absent: see follow()
  LeaderAndEpoch followed_;
  BrokerLifecycle lifecycle_;
  ControllerChannel channel_;
  ReplicaManager replicas_;
  GroupCoordinator groups_;
  TransactionCoordinator transactions_;
  TransactionVerifier verifier_;
  std::map<std::uint64_t, std::variant<ParkedProduce, ParkedCommit>> parked_;  // by question of the verifier
  std::map<std::uint64_t, MarkerWrite> marker_writes_;
  std::map<std::uint64_t, MarkerRequest> marker_requests_;
  std::uint64_t last_marker_{0};
  ProducerIds producer_ids_;
  MetadataFeed feed_;
  SnapshotSchedule snapshots_;
  MetadataImage image_;
  std::vector<TopicIdPartition> unpublished_;  // changed since the last publication
  std::vector<TopicPartition> removed_;        // of deleted topics, likewise
  bool configured_{false};                     // likewise: its own settings have changed
  bool configured_groups_{false};              // likewise
  bool published_{false};
  std::deque<Received> held_requests_;  // until then; at most one a connection
  std::map<std::uint64_t, Purpose> asked_;
  std::vector<std::string> being_created_;
  bool ended_{false};  // Exit was asked for
};

static_assert(Machine<Broker>);

}  // namespace kafkasim
