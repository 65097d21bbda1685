#pragma once
// ReplicaManager: the partitions of a broker, as a part of the machine that owns it (kafka.server.ReplicaManager):
// serves Produce, Fetch, ListOffsets, OffsetForLeaderEpoch, DeleteRecords and DescribeLogDirs, follows the leaders of the partitions
// that it does not lead, keeps ISRs.
//
// How its owner, the broker, deals with it:
//   start(started, env)                     once, first: opens the log directory. previous_broker_epoch() is then known
//   set_broker_epoch(epoch)                 when registered: fetches and AlterPartition carry it
//   apply_metadata(image, changed, env)     `changed`: every partition that was created, deleted or altered since the
//   last call,
//                                           and those of topics whose settings changed. Call it first only when the
//                                           metadata log has been followed to its high watermark: an old image would
//                                           bring old roles
//   remove_stray_logs(image, env)           once, right after the first apply_metadata
//   produce, fetch, list_offsets, ...       answered at once, or later, by Send, NoAnswer (acks=0) or Close (acks=0 and
//   an error) handles(in) ? step(in, env)             its fetchers' connections, its flushes, Woken
//   run_upkeep(env)                         when upkeep_deadline() has come, in a step of its own
//   take_controller_requests()              after each of the above: AlterPartition for the active controller, at most
//   one at
//                                           a time; the answer, or its failure, goes to on_controller_answer()
//   take_internal_completions(), take_leadership_changes()    after each of the above: for the coordinators on this
//   broker shutdown(env)                           orderly end: checkpoints, clean close. Nothing may be called
//   afterwards
//
// A disk error: LogDirectoryFailed is noted, all that waits is answered with KAFKA_STORAGE_ERROR, and Exit follows.
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/machine/request_ref.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/describe_log_dirs.hpp"
#include "core/message/fetch.hpp"
#include "core/message/list_offsets.hpp"
#include "core/message/offset_for_leader_epoch.hpp"
#include "core/message/produce.hpp"
#include "core/replica/delete_purgatory.hpp"
#include "core/replica/fetch_session_cache.hpp"
#include "core/replica/fetcher.hpp"
#include "core/replica/purgatory.hpp"
#include "core/replica/replicas.hpp"

namespace kafkasim {

struct InternalCompletion {  // of append_internal
  std::uint64_t token{};
  ErrorCode error{};
  Offset base;  // with error none
};

struct InternalRead {                // of read_internal
  ErrorCode error{ErrorCode::none};  // NOT_LEADER_OR_FOLLOWER, ... : not loaded from here
  std::vector<RecordBatch> batches;  // the first may begin before `from`
  Offset high_watermark;
  Offset log_end;  // after the last batch
};

enum class ReportedRole : std::uint8_t { leader, follower, offline };
struct ReplicaReport {
  TopicIdPartition id;
  TopicPartition name;
  ReportedRole role{};
  std::optional<NodeId> leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<NodeId> isr;          // as leader: committed
  std::vector<NodeId> maximal_isr;  // as leader
  Offset log_start;
  Offset high_watermark;
  Offset log_end;
  std::uint64_t size_bytes{};
  std::size_t segments{};
};

class ReplicaManager {
 public:
  static constexpr std::uint8_t channel_tag = 0x72;  // of its connections and, in the top byte, of its flush tokens

  ReplicaManager(NodeId self, const NodeConfig& config, LegacyBehaviours legacy = {});
  void start(const Started& started, Env& env);
  void set_broker_epoch(BrokerEpoch epoch) { replicas_.set_broker_epoch(epoch); }
  [[nodiscard]] std::optional<BrokerEpoch> previous_broker_epoch() const { return replicas_.previous_broker_epoch(); }
  [[nodiscard]] bool failed() const { return replicas_.failed(); }

  // The broker's settings as they are now: what topics fall back to where they set nothing, which those of the partitions
  // that apply_metadata() names take up; and the quotas of replication.
  void set_dynamic_config(const NodeConfig& effective);
  void apply_metadata(const MetadataImage& image, const std::vector<TopicIdPartition>& changed, Env& env);
  // Sets logs aside of partitions that, by `image`, have no replica here (kafka.log.LogManager, stray replicas).
  void remove_stray_logs(const MetadataImage& image, Env& env);

  // ---- requests --------------------------------------------------------------------------------------
  // What the coordinators of transactions have said of a request's partitions: those that are not named are appended as they come.
  struct Verified {
    ErrorCode error{ErrorCode::none};  // the partition is not in the transaction: it is answered so
    std::optional<VerificationGuard> guard{};
  };
  using VerifiedPartitions = std::map<TopicIdPartition, Verified>;
  void produce(const RequestRef& ref, const ProduceRequest& request, Env& env, const VerifiedPartitions& verified = {});
  // The partitions of a transactional request that the coordinator is to be asked about before it is served. Empty: serve it.
  struct ToVerify {
    TopicIdPartition id;
    TopicPartition name;
    ProducerFields producer;
    VerificationGuard guard;
  };
  [[nodiscard]] std::vector<ToVerify> start_verification(const RequestRef& ref, const ProduceRequest& request, EpochBumps epoch_bumps,
                                                         Env& env);
  [[nodiscard]] std::optional<VerificationGuard> start_verification(const TopicIdPartition& id, const ProducerFields& producer,
                                                                    EpochBumps epoch_bumps, Env& env) {
    return replicas_.start_verification(id, producer, epoch_bumps, env);
  }
  void fetch(const RequestRef& ref, const FetchRequest& request, Env& env);
  void list_offsets(const RequestRef& ref, const ListOffsetsRequest& request, Env& env);
  void offset_for_leader_epoch(const RequestRef& ref, const OffsetForLeaderEpochRequest& request, Env& env);

  void delete_records(const RequestRef& ref, const DeleteRecordsRequest& request, Env& env);
  void describe_log_dirs(const RequestRef& ref, const DescribeLogDirsRequest& request, Env& env) const;

  // ---- coordinators ----------------------------------------------------------------------------------
  // Appends with acks=all. Exactly one completion bears the token: when it is replicated, has failed, or after
  // offsets.commit.timeout.ms.
  void append_internal(const TopicIdPartition& id, RecordBatch batch, std::uint64_t token, Env& env,
                       std::optional<VerificationGuard> guard = std::nullopt);
  // All batches from `from` to the log end, as a new leader finds them.
  [[nodiscard]] InternalRead read_internal(const TopicIdPartition& id, Offset from, Env& env);
  [[nodiscard]] std::vector<InternalCompletion> take_internal_completions() { return std::exchange(completions_, {}); }
  [[nodiscard]] std::vector<LeadershipChange> take_leadership_changes() { return replicas_.take_leadership_changes(); }

  // ---- the controller --------------------------------------------------------------------------------
  [[nodiscard]] std::vector<Message> take_controller_requests(Env& env);
  void on_controller_answer(const std::optional<Message>& response, Env& env);  // absent: no answer came

  // ---- machine ---------------------------------------------------------------------------------------
  [[nodiscard]] bool handles(const Input& in) const;
  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;  // of all but the upkeep
  // Upkeep: checkpoints, retention, cleaning, the deletion of files. It may take as long as the disk does, so it comes in steps of
  // its own, each when the disk is done with the one before: a slow disk holds up one thread with it, and what is due does not
  // pile up behind it. Simpler than Kafka, where KafkaScheduler has one run of each task at a time, makes up for missed ones, and
  // the cleaner has threads of its own.
  [[nodiscard]] std::optional<Instant> upkeep_deadline() const;
  void run_upkeep(Env& env);
  void shutdown(Env& env);

  // ---- reports ---------------------------------------------------------------------------------------
  [[nodiscard]] std::vector<ReplicaReport> report() const;
  [[nodiscard]] std::optional<ReplicaReport> report(const TopicIdPartition& id) const;
  [[nodiscard]] const UnifiedLog* log(const TopicIdPartition& id) const { return replicas_.log(id); }
  [[nodiscard]] const Partition* partition(const TopicIdPartition& id) const {
    const auto found = replicas_.partitions().find(id);
    return found == replicas_.partitions().end() ? nullptr : &*found->second;
  }
  [[nodiscard]] const FetchSessionCache& fetch_sessions() const { return sessions_; }

 private:
  enum class Timer : std::uint8_t { shrink_isrs, expire_producers };
  enum class Upkeep : std::uint8_t { checkpoint_high_watermarks, checkpoint_recovery_points, flush, retention };
  void learn_throttles(const MetadataImage& image, const std::vector<TopicIdPartition>& changed);
  [[nodiscard]] bool should_throttle(const Partition& partition, const FetchRequest& request, Env& env);
  void count_throttled(const FetchResponse& response, std::int16_t version, Env& env);
  void settle(Env& env);  // after every call: completes what waited, and sends fetches
  void on_event(const PartitionEvent& event, Env& env);
  void on_timer(Timer timer, Env& env);
  void run(Upkeep task, Env& env);
  void on_fetcher_event(const FetchedPartition& fetched, Env& env);
  void on_fetcher_event(const LeaderOffset& told, Env& env);
  void advance_fetcher(const TopicIdPartition& id, ReplicaFetchers::Got got);

  [[nodiscard]] std::pair<ErrorCode, TopicIdPartition> resolve(const std::string& name, const Uuid& topic_id,
                                                               PartitionIndex partition, Naming naming) const;
  // Who leads, for an answer that says that this broker does not (KIP-951).
  [[nodiscard]] std::optional<LeaderIdAndEpoch> current_leader(const TopicIdPartition& id,
                                                               std::vector<NodeEndpoint>& endpoints) const;
  struct AppendAs {
    AppendOrigin origin{};
    std::int16_t acks{};
    std::optional<VerificationGuard> guard{};
  };
  void append_target(ProduceTarget& target, std::vector<RecordBatch> batches, const AppendAs& how, Env& env);
  [[nodiscard]] ProduceOutcome produce_outcome(const TopicIdPartition& id) const;
  void wait_or_finish(ProduceOperation operation, Env& env);
  void finish(const std::vector<ProduceOperation>& complete, Env& env);
  void finish(const ProduceOperation& complete, Env& env);
  struct FetchedPart {  // a partition of a Fetch
    FetchKey key;
    TopicIdPartition id;
    FetchRequest::Partition want;
    FetchResponse::Partition answer{};
    bool at_end{false};  // without an error, and the reader has all that it may see
  };
  struct FetchRead {
    std::vector<FetchedPart> parts;
    std::vector<NodeEndpoint> endpoints;  // of leaders that the answer names
    std::vector<trace::FetchAnswered> notes;
    std::uint64_t bytes{};
    bool answer_now{false};  // an error, or a log that parts from the follower's
  };
  struct Fetching {  // a request that is being served
    const RequestRef& ref;
    const FetchRequest& request;
    const FetchContext& context;
  };
  // What the request names, or what is active in its session.
  [[nodiscard]] std::vector<FetchedPart> asked_for(const Fetching& fetching) const;
  [[nodiscard]] FetchRead read_all(const Fetching& fetching, Replicas::FollowerState state, Env& env);
  [[nodiscard]] bool send_to_another(FetchRead& read, FetchedPart& part, const Fetching& fetching) const;
  void read_one(FetchRead& read, FetchedPart& part, const Fetching& fetching, Replicas::FollowerState state, Env& env);
  void wait_for_more(const Fetching& fetching, const FetchRead& read, std::uint64_t min_bytes, Env& env);
  void answer_fetch(const Fetching& fetching, FetchRead read, Env& env);
  void create_session(const Fetching& fetching, const FetchRead& read, FetchResponse& response, Env& env);
  bool may_be_quiet(const FetchedPart& part, const Fetching& fetching, SessionId session);
  void watch_woken(const std::vector<FetchSessionCache::Woken>& woken);
  void end_sessions();
  struct OffsetAsker {
    bool is_client{};
    std::int16_t version{};
    IsolationLevel isolation{};
  };
  [[nodiscard]] ListOffsetsResponse::Partition offset_at(const TopicIdPartition& id,
                                                         const ListOffsetsRequest::Partition& ask,
                                                         const OffsetAsker& asker, Env& env);
  void check_waiting_deletes(const TopicIdPartition& id, Env& env);
  void finish(const std::vector<DeleteOperation>& complete, Env& env);
  void run_retention(Env& env);
  void check_waiting_fetch(OperationId id, const TopicIdPartition& partition, Env& env);
  void answer_waiting_fetch(OperationId id, const FetchOperation& operation, Env& env);

  NodeId self_;
  Cow<NodeConfig> config_;
  LegacyBehaviours legacy_;
  Replicas replicas_;
  ReplicaFetchers fetchers_;
  ReplicationQuota leader_quota_;
  ReplicationQuota follower_quota_;
  ProducePurgatory produces_;
  FetchSessionCache sessions_;
  FetchPurgatory fetches_;
  DeletePurgatory deletes_;
  DeadlineIndex<Timer> timers_;
  DeadlineIndex<Upkeep> upkeep_;
  bool upkeep_under_way_{false};  // the disk is not done with it
  std::vector<InternalCompletion> completions_;
  std::optional<Instant> retention_began_;  // the pass that is under way
  bool stopped_{false};
};

}  // namespace kafkasim
