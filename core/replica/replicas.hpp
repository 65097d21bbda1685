#pragma once
// Replicas: the partitions of which this broker holds a replica, each with its log, and what happens in them
// (Partition.scala; the part of ReplicaManager.scala that is about state). It answers nobody and sends nothing: it says
// in events() what requests may have waited for, and in alter_partition() what the controller is to be asked.
//
// After a disk error nothing can be done any more: all partitions are offline, failed() is true, every call answers
// KAFKA_STORAGE_ERROR, LogDirectoryFailed has been noted and Exit is on its way.
//
// Cost: a call looks at the partitions that it names; only maybe_shrink_isrs() and the checkpoints look at all.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "core/log/log_cleaner.hpp"
#include "core/log/log_directory.hpp"
#include "core/machine/seam.hpp"
#include "core/message/fetch.hpp"
#include "core/model/config.hpp"
#include "core/model/metadata_image.hpp"
#include "core/replica/alter_partition_queue.hpp"
#include "core/replica/leader.hpp"
#include "core/replica/partition.hpp"

namespace kafkasim {

// What happened in a partition that somebody may wait for.
enum class PartitionEventKind : std::uint8_t {
  log_end_moved,
  high_watermark_moved,
  low_watermark_moved,
  log_start_moved,
  state_changed,  // epoch, assignment or ISR
  not_leader_any_more
};
struct PartitionEvent {
  TopicIdPartition id;
  PartitionEventKind kind{};
  ErrorCode reason{};  // of not_leader_any_more
};

struct LeadershipChange {
  TopicIdPartition id;
  TopicPartition name;
  std::optional<LeaderEpoch> leads_in;  // absent: resigned, or the partition is gone
};

// What the fetchers are to do after metadata came.
struct FetchAssignment {
  TopicIdPartition id;
  std::optional<NodeId> from;  // absent: stop fetching
};

enum class ServedBy : std::uint8_t { leader_only, any_replica };

struct LocalReplica {  // what a look-up finds; both are null with an error
  ErrorCode error{ErrorCode::none};
  const Partition* partition{nullptr};
  const UnifiedLog* log{nullptr};
};

struct LeaderAppend {
  ErrorCode error{ErrorCode::none};
  LogAppendResult result;  // with error none, or that of the log
};

struct RecordsDeletion {  // of DeleteRecords, in one partition
  ErrorCode error{ErrorCode::none};
  Offset to{};                            // where the log begins now; with an error none of its business
  std::optional<Offset> low_watermark{};  // absent: a live replica has not told its log start yet
};

// Its records are the brokers' own (Topic.isInternal).
[[nodiscard]] bool is_internal_topic(const std::string& name);

struct PartitionRead {  // a fetch of one partition
  ErrorCode error{ErrorCode::none};
  std::vector<RecordBatch> batches;
  std::optional<FetchResponse::EpochEndOffset> diverging;
  std::vector<AbortedTransaction> aborted;  // for read_committed
  Offset high_watermark;
  Offset last_stable_offset;
  Offset log_start;
  Offset log_end;
  Offset limit;  // how far this reader may see
};

class Replicas {
 public:
  Replicas(NodeId self, const NodeConfig& config, std::uint64_t flush_token_base, LegacyBehaviours legacy = {});

  // Opens the log directory and notes LogLoaded for each log.
  void open(Env& env);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::optional<BrokerEpoch> previous_broker_epoch() const { return previous_broker_epoch_; }
  void set_broker_epoch(BrokerEpoch epoch) { broker_epoch_ = epoch; }
  [[nodiscard]] std::optional<BrokerEpoch> broker_epoch() const { return broker_epoch_; }

  // ---- look-ups ------------------------------------------------------------------------------------
  [[nodiscard]] const BrokerMap& brokers() const { return *brokers_; }
  [[nodiscard]] std::optional<Uuid> topic_id(const std::string& name) const;
  [[nodiscard]] const std::string* topic_name(const Uuid& id) const;
  // NOT_LEADER_OR_FOLLOWER if the cluster has the partition but this broker no replica, else
  // UNKNOWN_TOPIC_OR_PARTITION.
  [[nodiscard]] LocalReplica find(const TopicIdPartition& id) const;
  // As well FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH where the asker's epoch is another, and
  // NOT_LEADER_OR_FOLLOWER.
  [[nodiscard]] LocalReplica find(const TopicIdPartition& id, std::optional<LeaderEpoch> current, ServedBy who) const;
  [[nodiscard]] const std::map<TopicIdPartition, Cow<Partition>>& partitions() const { return partitions_; }
  [[nodiscard]] const UnifiedLog* log(const TopicIdPartition& id) const { return directory_.find(id); }
  [[nodiscard]] const LogDirectory::Logs& logs() const { return directory_.logs(); }

  // ---- metadata ------------------------------------------------------------------------------------
  void set_topic_defaults(const TopicConfig& defaults) { config_.edit().topic_defaults = defaults; }
  [[nodiscard]] std::vector<FetchAssignment> apply(const MetadataImage& image,
                                                   const std::vector<TopicIdPartition>& changed, Env& env);
  // Logs of which, by `image`, there should be no replica here are set aside under another name.
  void remove_stray_logs(const MetadataImage& image, Env& env);

  // ---- as leader -----------------------------------------------------------------------------------
  // acks=-1 is refused with NOT_ENOUGH_REPLICAS while the committed ISR is under min.insync.replicas.
  [[nodiscard]] LeaderAppend append_as_leader(const TopicIdPartition& id, std::vector<RecordBatch> batches,
                                              AppendOrigin origin, std::int16_t acks, Env& env,
                                              std::optional<VerificationGuard> guard = std::nullopt);
  // A transactional batch has come (KIP-890). Absent: its transaction is open here already, or this broker does not lead. Otherwise
  // the transaction's coordinator is to be asked, and the batch appended under this guard.
  [[nodiscard]] std::optional<VerificationGuard> start_verification(const TopicIdPartition& id, const ProducerFields& producer,
                                                                    EpochBumps epoch_bumps, Env& env);
  struct ReadRequest {
    TopicIdPartition id;
    const FetchRequest::Partition& want;
    FetchRequest::ReplicaState replica;
    ServedBy served_by{};
    std::uint64_t max_bytes{};
    MinOneBatch min_one{};
    IsolationLevel isolation{};  // of a consumer
  };
  enum class FollowerState : std::uint8_t { keep, update };  // a read from the purgatory tells nothing new
  [[nodiscard]] PartitionRead read(const ReadRequest& request, FollowerState state, Env& env);
  // ---- fetch sessions: what requests say of partitions that they do not name --------------------------
  // True if the follower's fetch said nothing new: from now on each request of the session says so again, until
  // something happens in the partition, of which events() tell.
  [[nodiscard]] bool imply_fetches(const TopicIdPartition& id, std::int32_t session, const FollowerFetch& said);
  void fetched_in(std::int32_t session, Instant now) { implied_fetches_[session] = now; }
  void session_ended(std::int32_t session, const std::vector<TopicIdPartition>& quiet);
  // Since the last call: who is registered, and as which process.
  [[nodiscard]] bool take_brokers_changed() { return std::exchange(brokers_changed_, false); }

  // Batches from `from` towards the log end, as many as one segment holds; absent after a disk error.
  [[nodiscard]] std::optional<std::vector<RecordBatch>> read_to_end(const TopicIdPartition& id, Offset from, Env& env);
  // The first record at or after `timestamp`, or for ListOffsets -3 the one with the greatest.
  [[nodiscard]] std::optional<TimestampOffset> offset_for_time(const TopicIdPartition& id, Timestamp timestamp,
                                                               Env& env);
  void maybe_shrink_isrs(Env& env);
  [[nodiscard]] AlterPartitionQueue& alter_partition() { return alter_partition_; }
  [[nodiscard]] const AlterPartitionQueue& alter_partition() const { return alter_partition_; }
  void on_isr_verdict(const IsrVerdict& verdict, Env& env);

  // The log begins at `to`, or at the high watermark. Errors beside those of find(): POLICY_VIOLATION where
  // cleanup.policy does not say delete, OFFSET_OUT_OF_RANGE beyond the high watermark. Followers hear of it by Fetch.
  [[nodiscard]] RecordsDeletion delete_records(const TopicIdPartition& id, std::optional<Offset> to, Env& env);
  // The smallest log start of this leader and all live followers; absent if one has not told its own, or this broker
  // does not lead.
  [[nodiscard]] std::optional<Offset> low_watermark(const TopicIdPartition& id) const;

  // ---- as follower ---------------------------------------------------------------------------------
  enum class FetchEffect : std::uint8_t { nothing, data, corrupt, failed };  // corrupt: try again later
  [[nodiscard]] FetchEffect append_fetched(const TopicIdPartition& id, LeaderEpoch requested_epoch,
                                           const FetchResponse::Partition& data, Env& env);
  void truncate_to(const TopicIdPartition& id, Offset to, Env& env);
  // As the answer says, which has a diverging epoch. Its high watermark may lie beyond what is cut: it is left for the next
  // answer (KAFKA-14704).
  void truncate_on_divergence(const TopicIdPartition& id, const FetchResponse::Partition& answer, Env& env);
  void restart_at(const TopicIdPartition& id, Offset offset, Env& env);

  // ---- retention -----------------------------------------------------------------------------------
  // A slice of a pass over all partitions: a few logs, a few segments. Unfinished: call it again.
  enum class PassIs : std::uint8_t { unfinished, finished };
  [[nodiscard]] PassIs delete_old_segments(Env& env);
  [[nodiscard]] std::optional<Instant> next_removal() const {
    return failed_ ? std::nullopt : directory_.next_removal();
  }
  void remove_due_files(Env& env);  // at next_removal(): a part of what is due
  // Forgets producers that were silent for producer.id.expiration.ms, in every log (UnifiedLog's
  // PeriodicProducerExpirationCheck).
  void expire_producers(Env& env);

  // ---- durability ----------------------------------------------------------------------------------
  void checkpoint_high_watermarks(Env& env);
  void checkpoint_recovery_points(Env& env);
  // Those that this has not synced for flush.ms; where that is not set, all (LogManager.flushDirtyLogs).
  void flush_dirty_logs(Env& env);
  void checkpoint_if_due(Env& env);  // once for all that were truncated since the last call
  [[nodiscard]] bool owns(FlushToken token) const { return (token.value >> 56) == flush_token_base_ >> 56; }
  void on_flushed(const Flushed& flushed, Env& env);
  // ---- compaction ----------------------------------------------------------------------------------
  void clean(Env& env);  // a slice of the log cleaner, when cleaning_deadline() has come
  [[nodiscard]] std::optional<Instant> cleaning_deadline() const {
    return failed_ ? std::nullopt : cleaner_.next_deadline();
  }
  void close_cleanly(Env& env);

  [[nodiscard]] std::vector<PartitionEvent> take_events() { return std::exchange(events_, {}); }
  [[nodiscard]] std::vector<LeadershipChange> take_leadership_changes() {
    return std::exchange(leadership_changes_, {});
  }

 private:
  struct PendingFlush {
    TopicIdPartition id;
    FlushWork work;
    std::size_t files_left{};
  };
  struct TopicName {
    std::string name;
    std::int32_t partitions{};
  };

  [[nodiscard]] LeaderView view(const UnifiedLog& log, Env& env) const;
  [[nodiscard]] RequireVerification verification() const {
    const bool off = legacy_.has(Legacy::hanging_txn) || !config_->transaction_partition_verification_enable;
    if (!off && legacy_.has(Legacy::verify_aba)) return RequireVerification::any_answer;
    return off ? RequireVerification::no : RequireVerification::yes;
  }
  [[nodiscard]] LogConfig log_config_of(const TopicConfig& topic) const;
  [[nodiscard]] Partition* edit(const TopicIdPartition& id);
  [[nodiscard]] bool has_replica(const PartitionRegistration* registration) const;
  template <class T>
  [[nodiscard]] bool worked(const DiskResult<T>& result, Env& env) {
    if (!result) disk_failed(result.error(), env);
    return result.has_value();
  }
  void disk_failed(const DiskError& error, Env& env);
  void note_loaded(const LogDirectory::Loaded& loaded, CleanShutdown clean, Env& env);

  void learn_names(const MetadataImage& image, const std::vector<TopicIdPartition>& changed);
  [[nodiscard]] std::optional<FetchAssignment> apply_one(const TopicIdPartition& id, const TopicPartition& name,
                                                         const TopicConfig& config, const PartitionRegistration& now,
                                                         Env& env);
  void become_leader(Partition& partition, const PartitionRegistration& now, UnifiedLog& log, Env& env);
  [[nodiscard]] std::optional<FetchAssignment> become_follower(Partition& partition, const PartitionRegistration& now,
                                                               Env& env);
  enum class Leaves : std::uint8_t { to_be_removed, as_stray };
  void remove(const TopicIdPartition& id, ErrorCode reason, Leaves how, Env& env);
  [[nodiscard]] UnifiedLog* ensure_log(const TopicIdPartition& id, const TopicPartition& name, const LogConfig& config,
                                       Env& env);

  void advance_high_watermark(const Partition& partition, UnifiedLog& log, Env& env);
  [[nodiscard]] ErrorCode record_follower_fetch(const TopicIdPartition& id, const FollowerFetch& fetch, Env& env);
  [[nodiscard]] std::optional<Instant> last_request_in(std::int32_t session) const;
  void settle_all_implied(Partition& partition);
  void submit_isr(Partition& partition, ProposalId proposal, Env& env);
  static void note_appended(const Partition& partition, trace::ReplicaRole role,
                            const std::vector<RecordBatch>& batches, std::uint64_t received_bytes, Env& env);
  void note_high_watermark(const Partition& partition, const UnifiedLog& log, Offset from, Env& env);
  void note_log_start(const Partition& partition, const UnifiedLog& log, Offset from, Env& env);
  static void note_isr_view(const Partition& partition, Env& env);  // of a leader
  static void note_producers(const TopicIdPartition& id, const UnifiedLog& log, Env& env);
  void on_rolled(const TopicIdPartition& id, const UnifiedLog& log, Env& env);
  void on_cleaner(const LogCleaner::Began& began, Env& env);
  void on_cleaner(const LogCleaner::Finished& finished, Env& env);
  void on_cleaner(const LogCleaner::Uncleanable& uncleanable, Env& env);

  NodeId self_;
  Cow<NodeConfig> config_;
  LegacyBehaviours legacy_;
  std::optional<BrokerEpoch> broker_epoch_;
  std::optional<BrokerEpoch> previous_broker_epoch_;
  LogDirectory directory_;
  LogCleaner cleaner_;
  std::map<TopicIdPartition, Cow<Partition>> partitions_;
  Cow<BrokerMap> brokers_;
  std::map<Uuid, TopicName> topics_;
  std::map<std::string, Uuid> topic_ids_;
  AlterPartitionQueue alter_partition_;
  ProposalId last_proposal_{0};
  std::uint64_t flush_token_base_;
  std::uint64_t flushes_{0};
  std::map<TopicIdPartition, Instant> flushed_at_;  // by flush_dirty_logs()
  std::uint64_t last_flush_token_{0};
  std::map<std::uint64_t, PendingFlush> flushing_;  // by the number of the work
  std::map<FlushToken, std::uint64_t> flush_tokens_;
  std::vector<PartitionEvent> events_;
  std::vector<LeadershipChange> leadership_changes_;
  std::optional<TopicIdPartition> retention_next_;  // where the pass goes on that is under way
  bool checkpoint_due_{false};  // recovery points fell by truncation or jumped over a gap, or a log went
  std::map<std::int32_t, Instant> implied_fetches_;  // when the last request came, by session
  bool brokers_changed_{false};
  bool failed_{false};
};

}  // namespace kafkasim
