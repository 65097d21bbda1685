#pragma once
// History: what the checkers know of the run, gathered from its observations alone. Per replica the log as it must be,
// as a chain with prefix sums, so that two logs are compared over any range in O(log n); per partition what was
// committed, promised and lost. "Ghost" state in the sense of TLA+: no machine can see it. A value; copies share what
// has not changed.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/batch_chain.hpp"
#include "sim/check/chunked.hpp"
#include "sim/check/committed_log.hpp"
#include "sim/check/finding.hpp"
#include "sim/check/pipeline_ledger.hpp"
#include "sim/check/transaction_ledger.hpp"
#include "sim/check/vitals.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

// How the last process on a replica's host ended. A power loss leaves what was synced, the other two everything.
enum class LastEnd : std::uint8_t { orderly, crash, power_loss };

struct IsrView {  // a leader's, by IsrViewChanged
  LeaderEpoch leader_epoch{-1};
  std::vector<NodeId> isr;
  std::vector<NodeId> maximal_isr;
  std::uint32_t min_insync_replicas{0};
};

struct ReplicaHistory {
  BatchChain log;
  Offset log_start;
  Offset log_end;
  Offset high_watermark;
  bool running{false};  // its process has loaded the log
  std::optional<trace::ReplicaRole> role;
  LeaderEpoch leader_epoch{-1};
  bool replaced{false};  // it leads, and has not heard that the controller has made another leader
  std::optional<IsrView> isr_view;
  // disk
  Offset synced;             // all below is durable
  bool cut_unsynced{false};  // by a truncation that may not be durable: what was cut may come back after a power loss
  LastEnd last_end{};
  bool damaged{false};  // bits of it were flipped at rest
  std::optional<Offset> kept_to;  // of a machine that has lost its power: where what its disk has kept ends
  // Something committed was lost since, and nothing was heard of the leader that began without it; or a power loss brought
  // back what had been cut off: log and high watermark speak of what is no more.
  bool before_loss{false};
  // before it was last cut or loaded
  BatchChain former_log;
  Offset former_start;
  Offset former_end;
  Offset former_synced;

  void keep_former() {
    former_log = log;
    former_start = log_start;
    former_end = log_end;
    former_synced = synced;
  }
};

struct AckedBatch {
  StoredBatch batch;
  Instant at;
  bool acks_all{};
};

struct PartitionHistory {
  TopicIdPartition id;
  TopicPartition name;
  std::map<NodeId, Cow<ReplicaHistory>> replicas;
  // decided by the controller, committed
  std::optional<NodeId> leader;
  LeaderEpoch leader_epoch{-1};
  std::vector<NodeId> assigned;
  std::vector<NodeId> isr;
  std::vector<NodeId> former_isr;
  std::vector<NodeId> elr;             // eligible leader replicas (KIP-966)
  std::vector<NodeId> last_known_elr;  // the last leader, while there is none
  std::vector<NodeId> adding;    // by a reassignment under way
  std::vector<NodeId> removing;
  std::int64_t last_decision{-1};  // metadata offset
  std::uint64_t decided_by{0};     // the observation that told it first
  std::int32_t elections{0};
  // promised
  Offset true_high_watermark;   // the highest that any leader had, less what was lost since
  Cow<CommittedLog> committed;  // what lies below
  Chunked<AckedBatch> acked;
  // Batches below may be rewritten or gone on any replica, and each cleans at its own time: there only offsets and epochs
  // of batches that two logs still have in common can be compared.
  Offset compacted_to;
  Cow<std::set<std::int64_t>> lost;  // offsets acknowledged, then gone
  // what excuses
  bool unclean_election{false};
  bool last_known_leader_elected{false};  // with nobody else eligible: unclean to the controller, and it comes back with all
  std::set<NodeId>
      losses;  // replicas that came back without something below the true high watermark, and have not caught up since
  std::set<NodeId> damaged;  // replicas with bits flipped at rest
  bool sole_member_lost{false};  // the ISR was one of `losses` alone
  // A leader led on in a later epoch, and never heard of the leader between: it counts what followers had fetched before, though
  // they may have cut that off since. Kafka's own gap (Replica.resetReplicaState keeps the ends where the leader is no new one).
  bool missed_epoch{false};
  LeaderEpoch lost_in{-1};        // the last epoch that began without something committed
  Offset lost_from;               // where its log parted from the one before
  std::optional<Excuse> lost_by;  // what excused that
  std::int64_t min_insync_replicas{1};

  [[nodiscard]] const ReplicaHistory* replica(NodeId id_) const {
    const auto found = replicas.find(id_);
    return found == replicas.end() ? nullptr : &*found->second;
  }
  // The replica that the controller made leader and that has taken the lead; null in between.
  [[nodiscard]] const ReplicaHistory* acting_leader() const;
  [[nodiscard]] bool in_isr(NodeId broker) const { return std::ranges::find(isr, broker) != isr.end(); }
  [[nodiscard]] bool in_elr(NodeId broker) const { return std::ranges::find(elr, broker) != elr.end(); }
  // How many replicas may lose what they had not synced before anything committed may be lost.
  [[nodiscard]] std::int64_t losses_allowed() const;
  [[nodiscard]] std::int64_t losses_now() const;
  [[nodiscard]] std::optional<Excuse> excuse() const;
  // The ledger: "lossy restarts 0 of 1 allowed, no unclean election, min.insync.replicas 2, ISR [1,2]".
  [[nodiscard]] std::string ledger() const;
};

struct BrokerHistory {  // by the committed decisions about it
  BrokerEpoch epoch{-1};
  bool fenced{true};
  bool shutting_down{false};
  bool registered{false};  // by the process that runs now
  std::int64_t last_decision{-1};
};

struct ClientFacts {
  std::string name;
  bool acks_all{true};
  bool idempotent{true};
  bool ordered{true};  // idempotent, or one request in flight
  HostId host{-1};
  std::optional<Duration> delivery_timeout{};  // of a producer
  std::optional<std::string> group{};          // of a member of one
  std::vector<std::string> topics{};           // that it subscribes to
  bool commits{false};                         // by itself (enable.auto.commit) or by hand
  bool commits_by_hand{false};                 // what it has done, once: not again where it is anyway
  std::vector<TopicPartition> assigned{};      // that it reads outside any group
  bool reads_committed{false};
  std::optional<std::string> pipeline{};       // of which it is an instance
};

struct Subjects {                                                       // who is who in the World
  [[nodiscard]] const ClientFacts& client(const Origin& origin) const;  // whichever of the client's lives sent
  [[nodiscard]] const ClientFacts* client_at(HostId host) const;
  [[nodiscard]] std::string client_name(HostId host) const;  // "analytics/1"; "a client" where nobody knows it
  std::map<HostId, NodeId> nodes;
  std::set<NodeId> controllers;
  std::vector<ClientFacts> clients;                         // by the client ordinal in an Origin
  std::map<std::string, PipelineFacts> pipelines;           // by id
  std::map<std::string, std::int64_t> min_insync_replicas;  // by topic
  bool producers_stay{
      true};  // nobody is forgotten: the run is shorter than producer.id.expiration.ms, clocks are sound
  Duration longest_transaction{seconds(60)};                // transaction.timeout.ms
  Duration settling{seconds(60)};                           // how long what was done to a cluster may echo in it
};

// Where something was found last, in a map whose elements stay where they are. A copy of the map's owner has found
// nothing yet: the element is the other's.
template <class T>
class LastFound {
 public:
  LastFound() = default;
  LastFound(const LastFound& /*of another's map*/) {}
  LastFound& operator=(const LastFound& o) {
    if (this != &o) found_ = nullptr;
    return *this;
  }
  ~LastFound() = default;
  void set(T* found) { found_ = found; }
  [[nodiscard]] T* get() const { return found_; }

 private:
  T* found_{nullptr};
};

class History {
 public:
  explicit History(Subjects subjects) { set_subjects(std::move(subjects)); }
  void observe(const Observation& o);
  // Before the PowerLost of that broker: what its disk has kept of each replica ends there.
  void disk_kept(NodeId broker, const std::map<TopicIdPartition, Offset>& ends);
  void set_subjects(Subjects subjects);  // clients come after the cluster has formed

  [[nodiscard]] const Subjects& subjects() const { return *subjects_; }
  [[nodiscard]] std::optional<NodeId> node(HostId host) const;
  [[nodiscard]] const std::map<TopicIdPartition, Cow<PartitionHistory>>& partitions() const { return partitions_; }
  [[nodiscard]] const PartitionHistory* partition(const TopicIdPartition& id) const;
  [[nodiscard]] const PartitionHistory* partition(const TopicPartition& name) const;
  [[nodiscard]] std::string name(const TopicIdPartition& id) const;  // "orders-0"
  // Of a topic that was deleted: what its replicas still do, until they have heard of it, concerns nobody.
  [[nodiscard]] bool is_of_deleted_topic(const Observation& o) const;
  [[nodiscard]] const BrokerHistory* broker(NodeId id) const;
  // Registered by its present process and not fenced: it counts for elections and in-sync replicas. Of a broker of which
  // nothing was told, yes.
  [[nodiscard]] bool is_active(NodeId broker) const;
  // The members of the controller's ISR that run and are active, with their logs.
  template <class See>  // see(NodeId, const ReplicaHistory&)
  void each_running_member(const PartitionHistory& partition, const See& see) const {
    each_running(partition.isr, partition, see);
  }
  template <class See>
  void each_running(const std::vector<NodeId>& members, const PartitionHistory& partition, const See& see) const {
    for (const NodeId member : members) {
      const ReplicaHistory* replica = partition.replica(member);
      if (replica && replica->running && is_active(member)) see(member, *replica);
    }
  }
  // The first to tell a committed decision about it.
  [[nodiscard]] static bool is_news(const Observation& o, const PartitionHistory& p) { return p.decided_by == o.seq; }
  // A leader's high watermark has moved: what that reveals.
  CommittedLog::News extend_committed(const Observation& o, const trace::HighWatermarkMoved& e);
  // A replica took the lead and all invariants have looked at it. If the controller wanted it, its log is the partition's
  // from now on: what it lacks of what was committed is lost.
  void follow_new_leader(const Observation& o, const TopicIdPartition& id);
  void mark_lost(const TopicIdPartition& id, Offset from, Offset to);
  [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }
  [[nodiscard]] const Vitals& vitals() const { return vitals_; }
  [[nodiscard]] const TransactionLedger& transactions() const { return transactions_; }
  [[nodiscard]] const PipelineLedger& pipelines() const { return pipelines_; }
  [[nodiscard]] Vitals& edit_vitals() { return vitals_; }

 private:
  PartitionHistory& edit(const TopicIdPartition& id);
  ReplicaHistory* edit_replica(const TopicIdPartition& id, HostId host);
  BrokerHistory* decided(NodeId broker, std::int64_t metadata_offset);  // null: known already
  void on(const Observation& o, const trace::LogAppended& e);
  void on(const Observation& o, const trace::LogTruncated& e);
  void on(const Observation& o, const trace::LogLoaded& e);
  void on(const Observation& o, const trace::LogStartMoved& e);
  void on(const Observation& o, const trace::LogCleaningBegan& e);
  void on(const Observation& o, const trace::LogSynced& e);
  void on(const Observation& o, const trace::LogDirectoryFailed& e);
  void on(const Observation& o, const trace::HighWatermarkMoved& e);
  void on(const Observation& o, const trace::IsrViewChanged& e);
  void on(const Observation& o, const trace::BecameLeader& e);
  void on(const Observation& o, const trace::BecameFollower& e);
  void on(const Observation& o, const trace::ReplicaRemoved& e);
  void on(const Observation& o, const trace::TopicCreated& e);
  void on(const Observation& o, const trace::TopicDeleted& e);
  void on(const Observation& o, const trace::PartitionChanged& e);
  void on(const Observation& o, const trace::BrokerRegistered& e);
  void on(const Observation& o, const trace::BrokerFenced& e);
  void on(const Observation& o, const trace::BrokerUnfenced& e);
  void on(const Observation& o, const trace::RecordsAcked& e);
  void on(const Observation& o, const trace::RecordSent& e);
  void on(const Observation& o, const trace::PositionReset& e);
  void on(const Observation& o, const trace::TransactionOffsetsSent& e);
  void on(const Observation& o, const trace::OffsetsCommitted& e);
  void on(const Observation& o, const trace::TransactionChanged& e);
  void on(const Observation& o, const trace::TransactionsLoaded& e);
  [[nodiscard]] const std::string* pipeline_at(HostId host) const;
  [[nodiscard]] bool is_former_coordinator(HostId host, const std::string& transactional_id) const;
  void disk_wiped(HostId host);                           // nothing is left of what its replicas held
  void disk_damaged(HostId host, std::string_view path);  // "orders-0/00000000000000000000.log"
  void process_started(HostId host);
  void process_ready(HostId host);
  void process_ended(HostId host, LastEnd how);
  void lose_all(PartitionHistory& partition, NodeId broker);
  void note_losses(PartitionHistory& partition, NodeId broker, Offset had);
  static void note_sole_member(PartitionHistory& partition);

  Cow<Subjects> subjects_;
  std::set<HostId> without_disk_;  // hosts whose log directory has failed in this process
  std::map<Uuid, std::string> topics_;
  std::map<std::string, Uuid> topic_ids_;
  std::map<Uuid, Instant> created_;
  std::set<Uuid> deleted_;
  std::map<TopicIdPartition, Cow<PartitionHistory>> partitions_;
  LastFound<std::pair<const TopicIdPartition, Cow<PartitionHistory>>> last_edited_;  // in partitions_
  std::vector<std::optional<NodeId>> nodes_;                                         // of subjects_, by host
  std::map<NodeId, BrokerHistory> brokers_;
  std::uint64_t records_lost_{0};
  Vitals vitals_;
  TransactionLedger transactions_;
  std::map<PartitionIndex, LeaderEpoch> transactions_loaded_;  // in which its coordinator has read the partition
  PipelineLedger pipelines_;
};

}  // namespace kafkasim::sim
