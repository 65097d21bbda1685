#pragma once
// History: what the checkers know of the run, gathered from its observations alone. Per replica the log as it must be,
// as a chain with prefix sums, so that two logs are compared over any range in O(log n); per partition what was
// committed, promised and lost. "Ghost" state in the sense of TLA+: no machine can see it. A value; copies share what
// has not changed.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/chunked.hpp"
#include "sim/check/finding.hpp"
#include "sim/check/vitals.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

struct StoredBatch {
  Offset base;
  Offset last;
  LeaderEpoch epoch;
  std::uint32_t crc{};
  std::int64_t producer_id{-1};
  std::int16_t producer_epoch{-1};
  bool control{};
  bool transactional{};
  Origin origin;
  std::uint64_t sum_before{};  // of the hashes of all batches before this one; wraps
  std::uint64_t hash{};        // of offsets, epoch and crc
  [[nodiscard]] bool same_as(const StoredBatch& o) const { return hash == o.hash && base == o.base; }
  [[nodiscard]] bool same_place_as(const StoredBatch& o) const {  // what compaction leaves as it is
    return base == o.base && last == o.last && epoch == o.epoch;
  }
  [[nodiscard]] std::int64_t count() const { return last - base + 1; }
};

class BatchChain {
 public:
  void append(const trace::AppendedBatch& batch);
  void append(StoredBatch batch);   // its sum is set here
  void truncate_to(Offset offset);  // keeps the batches below
  void clear() { batches_.truncate(0); }
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] const StoredBatch& operator[](std::size_t i) const { return batches_[i]; }
  [[nodiscard]] std::optional<Offset> end() const {
    return batches_.empty() ? std::nullopt : std::optional{batches_.back().last.next()};
  }
  [[nodiscard]] std::size_t index_at(Offset offset) const;  // of the first batch that ends at or after `offset`
  [[nodiscard]] const StoredBatch* at(Offset base) const;   // that begins there
  // Whole batches that begin at or after `from` and end before `to`.
  [[nodiscard]] std::uint64_t sum(Offset from, Offset to) const;
  // The first offset at or after `from` at which the two differ below `to`; absent if they do not.
  [[nodiscard]] static std::optional<Offset> first_difference(const BatchChain& a, const BatchChain& b, Offset from,
                                                              Offset to);

 private:
  Chunked<StoredBatch> batches_;
};

struct ReplicaHistory {
  BatchChain log;
  Offset log_start;
  Offset log_end;
  Offset high_watermark;
  bool running{false};  // its process has loaded the log
  std::optional<trace::ReplicaRole> role;
  LeaderEpoch leader_epoch{-1};
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
  std::int64_t last_decision{-1};  // metadata offset
  std::int32_t elections{0};
  // promised
  Offset true_high_watermark;  // the highest that any leader ever had
  Chunked<AckedBatch> acked;
  // Batches below may be rewritten or gone on any replica, and each cleans at its own time: there only offsets and epochs
  // of batches that two logs still have in common can be compared.
  Offset compacted_to;
  Cow<std::set<std::int64_t>> lost;  // offsets acknowledged, then gone
  // what excuses
  bool unclean_election{false};
  std::set<NodeId>
      losses;  // replicas that came back without something below the true high watermark, and have not caught up since
  bool sole_member_lost{false};
  std::int64_t min_insync_replicas{1};

  [[nodiscard]] const ReplicaHistory* replica(NodeId id_) const {
    const auto found = replicas.find(id_);
    return found == replicas.end() ? nullptr : &*found->second;
  }
  // The replica that the controller made leader and that has taken the lead; null in between.
  [[nodiscard]] const ReplicaHistory* acting_leader() const;
  [[nodiscard]] std::optional<Excuse> excuse() const;
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
  bool commits{false};                         // by itself (enable.auto.commit)
  std::vector<TopicPartition> assigned{};      // that it reads outside any group
};

struct Subjects {                                                       // who is who in the World
  [[nodiscard]] const ClientFacts& client(const Origin& origin) const;  // whichever of the client's lives sent
  [[nodiscard]] const ClientFacts* client_at(HostId host) const;
  [[nodiscard]] std::string client_name(HostId host) const;  // "analytics/1"; "a client" where nobody knows it
  std::map<HostId, NodeId> nodes;
  std::set<NodeId> controllers;
  std::vector<ClientFacts> clients;                         // by the client ordinal in an Origin
  std::map<std::string, std::int64_t> min_insync_replicas;  // by topic
  Duration settling{seconds(60)};                           // how long what was done to a cluster may echo in it
};

class History {
 public:
  explicit History(Subjects subjects) : subjects_{std::move(subjects)} {}
  void observe(const Observation& o);
  void set_subjects(Subjects subjects) {
    subjects_ = Cow<Subjects>{std::move(subjects)};
  }  // clients come after the cluster has formed

  [[nodiscard]] const Subjects& subjects() const { return *subjects_; }
  [[nodiscard]] std::optional<NodeId> node(HostId host) const;
  [[nodiscard]] const std::map<TopicIdPartition, Cow<PartitionHistory>>& partitions() const { return partitions_; }
  [[nodiscard]] const PartitionHistory* partition(const TopicIdPartition& id) const;
  [[nodiscard]] const PartitionHistory* partition(const TopicPartition& name) const;
  [[nodiscard]] std::string name(const TopicIdPartition& id) const;  // "orders-0"
  void mark_lost(const TopicIdPartition& id, Offset from, Offset to);
  [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }
  [[nodiscard]] const Vitals& vitals() const { return vitals_; }
  [[nodiscard]] Vitals& edit_vitals() { return vitals_; }

 private:
  PartitionHistory& edit(const TopicIdPartition& id);
  ReplicaHistory* edit_replica(const TopicIdPartition& id, HostId host);
  void on(HostId host, const trace::LogAppended& e);
  void on(HostId host, const trace::LogTruncated& e);
  void on(HostId host, const trace::LogLoaded& e);
  void on(HostId host, const trace::LogStartMoved& e);
  void on(const trace::LogCleaningBegan& e);
  void on(HostId host, const trace::HighWatermarkMoved& e);
  void on(HostId host, const trace::BecameLeader& e);
  void on(HostId host, const trace::BecameFollower& e);
  void on(HostId host, const trace::ReplicaRemoved& e);
  void on(const trace::TopicCreated& e);
  void on(const trace::PartitionChanged& e);
  void on(Instant at, const trace::RecordsAcked& e);
  void process_ended(HostId host);
  void note_losses(PartitionHistory& partition, NodeId broker, Offset had);

  Cow<Subjects> subjects_;
  std::map<Uuid, std::string> topics_;
  std::map<std::string, Uuid> topic_ids_;
  std::map<TopicIdPartition, Cow<PartitionHistory>> partitions_;
  std::uint64_t records_lost_{0};
  Vitals vitals_;
};

}  // namespace kafkasim::sim
