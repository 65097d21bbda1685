#pragma once
// What a machine tells of itself: observations for the timeline, the reports and the checkers. A Note changes nothing: take all of
// them out and the run is the same. They are the only thing that checkers see of a machine, in the order in which they happened.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/message/transaction_record.hpp"
#include "core/model/ids.hpp"
#include "core/record/control_record.hpp"

namespace kafkasim {
using HostId = Id<struct HostIdTag, std::int32_t>;  // a process with its disk and clock, whatever runs in it
}

namespace kafkasim::trace {

// ---- partition logs, from core/replica ----------------------------------------------------------
struct AppendedBatch {
  Offset base;
  Offset last;
  LeaderEpoch epoch;
  std::uint32_t
      crc{};  // over attributes, producer fields and records: equal crc and offsets and epoch mean the same batch
  std::int64_t producer_id{-1};
  std::int16_t producer_epoch{-1};
  std::int32_t base_sequence{-1};
  std::uint32_t size_bytes{};
  bool control{};
  bool transactional{};
  Origin origin;
  std::optional<TransactionOutcome> marker{};  // of the end of a transaction
};
enum class ReplicaRole : std::uint8_t { leader, follower };
struct LogAppended {
  TopicIdPartition partition;
  ReplicaRole role{};
  LeaderEpoch leader_epoch;  // the epoch in which this replica acts, not that of the batches
  std::vector<AppendedBatch> batches;
  std::uint64_t received_bytes{};  // of a leader: as the producer sent them, before they were compressed anew
};
struct LogTruncated {
  TopicIdPartition partition;
  Offset from;  // log end offset before
  Offset to;    // and after
};
struct LogLoaded {  // at start: what recovery found
  TopicIdPartition partition;
  Offset log_start;
  Offset log_end;
  Offset high_watermark;               // from the checkpoint
  std::uint64_t bytes_cut{};           // of a damaged or unfinished end
  bool clean{};                        // after a clean shutdown nothing is scanned
  std::vector<AppendedBatch> batches;  // all that the log holds: the checkers rebuild what they know of this replica
};
struct LogStartMoved {
  TopicIdPartition partition;
  Offset from;
  Offset to;
};
struct LogCleaningBegan {  // from now on compaction may take out or rewrite batches below `to`
  TopicIdPartition partition;
  Offset to;
};
struct LogCleaned {  // a pass of the log cleaner has come to its end
  TopicIdPartition partition;
  Offset from;  // what was dirty
  Offset to;
  std::uint64_t bytes_before{};  // of the segments that were cleaned
  std::uint64_t bytes_after{};
};
enum class DeletionReason : std::uint8_t { log_start_offset, retention_bytes, retention_ms };
struct SegmentsDeleted {  // by retention: neighbouring segments at the beginning of the log, for one reason
  TopicIdPartition partition;
  Offset from;  // where the first of them begins
  Offset to;    // where the log goes on behind the last of them
  std::uint64_t bytes{};
  DeletionReason reason{};
};
struct HighWatermarkMoved {
  TopicIdPartition partition;
  ReplicaRole role{};
  LeaderEpoch leader_epoch;
  Offset from;
  Offset to;
  Offset log_end;
};
struct BecameLeader {
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  Offset epoch_start;
  std::vector<NodeId> isr;
};
struct BecameFollower {
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  std::optional<NodeId> leader;
};
struct ReplicaRemoved {
  TopicIdPartition partition;
};
struct IsrChangeRequested {  // by the leader, by AlterPartition; takes effect as PartitionChanged
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  std::vector<NodeId> from;
  std::vector<NodeId> to;
};
struct ProduceAnswered {  // acks=all, 1 or 0: what the leader promised
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  std::int16_t acks{};
  ErrorCode error{};
  Offset base;
  Offset last;
  Offset high_watermark;
  std::uint32_t isr_size{};
  std::uint32_t min_insync_replicas{};
  bool duplicate{};  // recognised by its sequence numbers: nothing was appended
};
struct FetchAnswered {  // to a consumer
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  Offset from;
  Offset to;  // the offset after the last record returned
  Offset high_watermark;
  Offset limit;                // what the isolation level allowed: the high watermark or the last stable offset
  std::uint64_t size_bytes{};  // of the batches returned
  HostId reader;               // who asked
};
struct LogDirectoryFailed {
  std::string reason;
};
struct LogSynced {  // what lies below `to` is durable, and more may be: a flush has come to its end
  TopicIdPartition partition;
  Offset to;
};
struct IsrViewChanged {  // what a leader holds for the in-sync replicas, whenever that changes (Partition.PartitionState)
  TopicIdPartition partition;
  LeaderEpoch leader_epoch;
  std::vector<NodeId> isr;          // committed
  std::vector<NodeId> maximal_isr;  // with those whose joining is asked for
  bool pending{};                   // an AlterPartition is on its way
  std::uint32_t min_insync_replicas{};  // effective: at most the number of replicas
};
struct ProducersTold {  // the producers that a replica knows: after loading its log, taking over, and truncating
  TopicIdPartition partition;
  struct One {
    std::int64_t producer_id{};
    std::int16_t epoch{};
    std::int32_t last_sequence{};
    Offset last_offset;
    std::optional<Offset> transaction_start;  // of the open one
  };
  Offset log_end;
  std::vector<One> producers;  // in order of their ids
};

// ---- the metadata quorum and the controller -----------------------------------------------------
enum class RaftRole : std::uint8_t { unattached, follower, prospective, candidate, leader, resigned };
struct RaftRoleChanged {
  RaftRole role{};
  std::int32_t epoch{};
  std::optional<NodeId> leader;
};
struct RaftVoted {
  std::int32_t epoch{};
  NodeId candidate;
};
struct RaftAppended {
  std::int64_t base{};
  std::int64_t last{};
  std::int32_t epoch{};
  std::uint64_t hash{};  // of the batch as stored
};
struct RaftTruncated {
  std::int64_t to{};
};
struct RaftCommitted {
  std::int64_t high_watermark{};
  std::int32_t epoch{};
};
struct RaftSnapshotKept {  // of the metadata image: all below `end` is in it (KIP-630)
  std::int64_t end{};
  std::int32_t epoch{};
  std::uint64_t bytes{};
  bool fetched{};  // from the leader, by who was behind the start of its log; else made from this node's own image
};
struct RaftLogReplaced {  // by that snapshot: the log now begins and ends there
  std::int64_t end{};
  std::int32_t epoch{};
};
struct RaftVotersChanged {  // in this node's log, committed or not (KIP-853); offset -1: in the snapshot that the quorum began with
  std::int64_t offset{};
  std::vector<NodeId> voters;  // ascending
};
struct RaftLogStartMoved {  // what a snapshot holds was deleted from the log
  std::int64_t to{};
};
struct ControllerActivated {
  std::int32_t epoch{};
};
struct ControllerResigned {
  std::int32_t epoch{};
};
// The following six are committed decisions. Every controller tells them when it applies them; `metadata_offset` is the record's,
// so that who listens takes each once, from the first that tells it.
struct TopicCreated {
  std::int64_t metadata_offset{};
  std::string name;
  Uuid id;
};
struct TopicDeleted {
  std::int64_t metadata_offset{};
  std::string name;
  Uuid id;
};
enum class ChangeReason : std::uint8_t { created, isr_changed, leader_changed, other };
struct PartitionChanged {
  std::int64_t metadata_offset{};
  TopicIdPartition partition;
  std::optional<NodeId> leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  bool unclean{};
  ChangeReason reason{};
  std::vector<NodeId> elr{};             // eligible leader replicas (KIP-966)
  std::vector<NodeId> last_known_elr{};  // the last leader, while there is none
  std::vector<NodeId> adding{};          // by a reassignment under way
  std::vector<NodeId> removing{};
};
struct BrokerRegistered {
  std::int64_t metadata_offset{};
  NodeId broker;
  BrokerEpoch epoch;
};
struct BrokerFenced {
  std::int64_t metadata_offset{};
  NodeId broker;
  bool shutting_down{};  // it asked to leave: its leaderships move, it is not fenced yet
};
struct BrokerUnfenced {
  std::int64_t metadata_offset{};
  NodeId broker;
};
struct MetadataApplied {  // by a broker: its view of the cluster is now that of this offset of the metadata log
  std::int64_t offset{};
};

// ---- clients: what their user sees ----------------------------------------------------------------
struct RecordAt {
  TopicPartition partition;
  Offset offset;
  friend bool operator==(const RecordAt&, const RecordAt&) = default;
};
struct RecordSent {  // handed to the producer
  TopicPartition partition;
  Origin origin;  // one record: first_send is its number
  bool keyed{};
  std::optional<RecordAt> source{};  // the record that it was made of, by a pipeline
};
struct RecordsAcked {
  TopicPartition partition;
  Origin origin;  // of the first; the others follow in order of sending
  std::int32_t count{};
  std::int16_t acks{};
  std::optional<Offset> base;  // absent with acks=0
  Duration latency;            // of the first record, from send to answer
};
struct RecordsFailed {
  TopicPartition partition;
  Origin origin;
  std::int32_t count{};
  ErrorCode error{};
  bool surely_not_written{};
};
struct RecordsDelivered {  // returned by poll to the consumer's user
  TopicPartition partition;
  struct One {
    Offset offset;
    Origin origin;
    Timestamp timestamp;
  };
  std::vector<One> records;
  LeaderEpoch leader_epoch;
  Offset position;  // where the next poll goes on
};
struct PositionReset {  // auto.offset.reset, a seek, or the committed offset found at assignment
  TopicPartition partition;
  Offset to;
  std::string reason;
};
struct PartitionsAssigned {
  std::string group;
  std::string member_id;
  Generation generation;                   // or the member's epoch
  std::vector<TopicPartition> partitions;  // all that it owns now
  std::vector<TopicPartition> added{};     // those that it did not own before
};
struct PartitionsRevoked {
  std::string group;
  std::string member_id;
  bool lost{};  // the member no longer belongs to the group: another may own them already
  std::vector<TopicPartition> partitions;
  std::vector<TopicPartition> committed{};  // those whose position it committed, with success, to join again
};
struct ClientSawError {
  ApiKey api{};
  ErrorCode error{};
};

// ---- groups, from the coordinator ------------------------------------------------------------------
struct GroupChanged {
  std::string group;
  std::string state;      // "Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead"; "Assigning", "Reconciling"
  Generation generation;  // of a consumer group: its epoch
  struct Member {
    std::string id;
    std::string client_id;
    std::vector<TopicPartition> assignment;  // of a consumer group: what it has now
    std::optional<Generation> epoch{};       // the rest only of a consumer group (KIP-848)
    std::vector<TopicPartition> target{};    // what it is to have
    std::vector<TopicPartition> revoking{};  // what it has to give up
    bool of_classic_protocol{};              // in a consumer group
  };
  std::vector<Member> members;
  std::string reason;
  std::string type{"classic"};                 // or "consumer"
  std::string protocol{};                        // the assignor, once it is chosen
  std::optional<Generation> assignment_epoch{};  // of a consumer group's target assignment
};
struct OffsetsRemoved {  // durable: tombstones for them are below the high watermark
  std::string group;
  std::vector<TopicPartition> partitions;
  bool expired{};  // by time, while the group stays; not because somebody wanted it, the topic is gone, or the group with them
};
struct OffsetsCommitted {  // durable: the record in __consumer_offsets is below the high watermark
  std::string group;
  std::string member_id;
  Generation generation;
  struct One {
    TopicPartition partition;
    Offset offset;
  };
  std::vector<One> offsets;
};
struct OffsetsOffered {  // given to the log by the coordinator; from here on they may last, whatever their sender is told
  std::string group;
  struct One {
    TopicPartition partition;
    std::optional<Offset> offset;  // absent: a tombstone
  };
  std::vector<One> offsets;
};
struct GroupsLoaded {
  PartitionIndex partition;  // of __consumer_offsets
  std::int32_t groups{};
};
struct OffsetsLoaded {  // by a new coordinator, from __consumer_offsets: what it holds for a group
  std::string group;
  std::vector<OffsetsCommitted::One> offsets;
};

// ---- transactions ---------------------------------------------------------------------------------
struct MarkerAskedFor {  // by an administrator's client, beside the coordinator
  ProducerId producer;
  ProducerEpoch epoch;
};
struct TransactionChanged {  // at its coordinator: durable in __transaction_state
  std::string transactional_id;
  ProducerId producer;
  ProducerEpoch epoch;
  TransactionStatus status{};
  std::vector<TopicPartition> partitions;  // of the open transaction, or of the one that ends
  std::string reason;                      // "timed out", say; empty: what its producer asked for
};
struct ProducerInitialised {  // the coordinator tells a producer its id and epoch: all older ones are fenced
  std::string transactional_id;
  ProducerId producer;
  ProducerEpoch epoch;
};
struct TransactionsLoaded {  // by a new coordinator, from __transaction_state
  PartitionIndex partition;
  std::int32_t transactions{};
};
struct TransactionBegan {  // the producer's view; what it sends from here on belongs to it
  std::string transactional_id;
  std::int32_t client{};  // as in Origin
  std::int64_t number{};  // of this producer's transactions
};
enum class TransactionFate : std::uint8_t { committed, aborted, unknown };
struct TransactionEnded {  // unknown: the producer failed, what became of it nobody told
  std::string transactional_id;
  std::int32_t client{};
  std::int64_t number{};
  TransactionFate fate{};
  ErrorCode error{};
};
struct TransactionOffsetsSent {  // are part of the producer's transaction, once it is committed
  std::string transactional_id;
  std::int32_t client{};
  std::int64_t number{};
  std::string group;
  std::vector<OffsetsCommitted::One> offsets;
};

struct PollTimedOut {  // by a member of a group, which leaves it: its application has not polled for max.poll.interval.ms
  std::string group;
};
struct SendRefused {  // by a producer, before the record got a place in a batch: what send() throws
  std::string topic;
  ErrorCode error{};
};

// ---- anything else worth a line ---------------------------------------------------------------------
struct Remark {
  std::string text;
};

template <class... Es>
struct KindList {
  template <class E>
  static constexpr bool holds = (std::same_as<E, Es> || ...);
  template <class E>
  [[nodiscard]] static constexpr std::size_t index() {
    std::size_t i = 0;
    (void)((std::same_as<E, Es> || (++i, false)) || ...);
    return i;
  }
  // Calls see(e) with the event of that kind.
  template <class See>
  static void visit(std::size_t kind, const void* event, const See& see) {
    std::size_t i = 0;
    (void)((i++ == kind && (see(*static_cast<const Es*>(event)), true)) || ...);
  }
};

using Kinds = KindList<
    LogAppended, LogTruncated, LogLoaded, LogStartMoved, SegmentsDeleted, LogCleaningBegan, LogCleaned,
    HighWatermarkMoved, BecameLeader, BecameFollower, ReplicaRemoved, IsrChangeRequested, ProduceAnswered,
    FetchAnswered, LogDirectoryFailed, LogSynced, IsrViewChanged, ProducersTold, RaftRoleChanged, RaftVoted,
    RaftAppended, RaftTruncated, RaftCommitted, RaftSnapshotKept, RaftLogReplaced, RaftLogStartMoved,
    ControllerActivated, ControllerResigned, TopicCreated, TopicDeleted, PartitionChanged, BrokerRegistered,
    BrokerFenced, BrokerUnfenced, MetadataApplied, RecordSent, RecordsAcked, RecordsFailed, RecordsDelivered, PositionReset,
    PartitionsAssigned, PartitionsRevoked, ClientSawError, GroupChanged, OffsetsRemoved, OffsetsCommitted, OffsetsOffered,
    GroupsLoaded, OffsetsLoaded, MarkerAskedFor, TransactionChanged, ProducerInitialised, TransactionsLoaded, TransactionBegan,
    TransactionEnded, TransactionOffsetsSent, Remark, RaftVotersChanged, PollTimedOut, SendRefused>;

// One of the above: a counted reference, like a Message, so that a copy costs nothing; a variant of so many kinds would cost every
// file that sees it a second of its compiler's time.
//   Event e = LogTruncated{...};   if (const auto* cut = e.get_if<LogTruncated>()) ...
class Event {
 public:
  template <class E>
  requires Kinds::holds<E>
  Event(E event) : kind_{Kinds::index<E>()}, event_{std::make_shared<const E>(std::move(event))} {}
  template <class E>
  requires Kinds::holds<E>
  [[nodiscard]] const E* get_if() const {
    return is<E>() ? static_cast<const E*>(event_.get()) : nullptr;
  }
  template <class E>
  requires Kinds::holds<E>
  [[nodiscard]] bool is() const {
    return kind_ == Kinds::index<E>();
  }
  template <class See>
  void visit(const See& see) const {
    Kinds::visit(kind_, event_.get(), see);
  }

 private:
  std::size_t kind_;
  std::shared_ptr<const void> event_;
};

}  // namespace kafkasim::trace
