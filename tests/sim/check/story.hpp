#pragma once
// Hand-made histories: observations of three brokers (hosts 0 to 2 are brokers 1 to 3) and a topic of one partition,
// orders-0.
#include <vector>

#include "sim/check/checks.hpp"

namespace kafkasim::sim::test {

inline const TopicIdPartition tp{Uuid{7, 7}, PartitionIndex{0}};
inline const TopicPartition name{"orders", PartitionIndex{0}};

inline const TopicIdPartition offsets_home{Uuid{8, 8}, PartitionIndex{0}};  // the only partition of __consumer_offsets

inline constexpr std::int32_t producer = 9;  // the host of "shop"
inline constexpr HostId reader{30};
inline constexpr HostId other_reader{31};

struct Batch {
  std::int64_t base{};
  std::int64_t last{};
  std::int32_t epoch{0};
  std::uint32_t crc{0};
  std::int64_t send{-1};  // of the client "shop"; -1: nobody's
  std::int32_t sequence{-1};
};

// What most stories begin with.
inline const Batch first{0, 4, 0, 11, 0};
inline const Batch second{5, 9, 0, 12, 5};

inline trace::AppendedBatch appended(const Batch& b) {
  trace::AppendedBatch batch;
  batch.base = Offset{b.base};
  batch.last = Offset{b.last};
  batch.epoch = LeaderEpoch{b.epoch};
  batch.crc = b.crc;
  batch.producer_id = 1;
  batch.producer_epoch = 0;
  batch.base_sequence = b.sequence;
  if (b.send >= 0) batch.origin = Origin{0, b.send};
  return batch;
}

class Tale {
 public:
  explicit Tale(ClientFacts client = {"shop", true, true, true}, std::int64_t min_isr = 2)
      : checks_{subjects(std::move(client), min_isr)} {
    tell(0, trace::TopicCreated{1, "orders", tp.topic_id});
    decide(1, 0, {1, 2, 3});
  }
  // The controller makes `leader` lead in `epoch`; the replicas hear of it.
  void decide(std::int32_t leader, std::int32_t epoch, const std::vector<std::int32_t>& isr, bool unclean = false) {
    trace::PartitionChanged e;
    e.metadata_offset = ++metadata_;
    e.partition = tp;
    e.leader = NodeId{leader};
    e.leader_epoch = LeaderEpoch{epoch};
    e.partition_epoch = PartitionEpoch{static_cast<std::int32_t>(metadata_)};
    for (const std::int32_t id : {1, 2, 3}) e.replicas.push_back(NodeId{id});
    for (const std::int32_t id : isr) e.isr.push_back(NodeId{id});
    e.unclean = unclean;
    e.reason = trace::ChangeReason::leader_changed;
    tell(0, e);
    for (const std::int32_t id : {1, 2, 3}) {
      if (id == leader) {
        lead(id, epoch);
      } else {
        tell(id - 1, trace::BecameFollower{tp, LeaderEpoch{epoch}, NodeId{leader}});
      }
    }
  }
  // The controller makes the broker lead the offsets topic, which there is from the first time on; the broker hears of it.
  void lead_offsets(std::int32_t broker, std::int32_t epoch, bool unclean = false, const std::vector<NodeId>& isr = {NodeId{1}, NodeId{2}}) {
    if (checks().history().partition(offsets_home) == nullptr)
      tell(0, trace::TopicCreated{1, "__consumer_offsets", offsets_home.topic_id});
    trace::PartitionChanged e;
    e.metadata_offset = 100 + epoch;
    e.partition = offsets_home;
    e.leader = NodeId{broker};
    e.leader_epoch = LeaderEpoch{epoch};
    e.replicas = e.isr = isr;
    e.unclean = unclean;
    tell(0, e);
    tell(broker - 1, trace::BecameLeader{offsets_home, LeaderEpoch{epoch}, Offset{0}, {}});
  }
  void lead(std::int32_t broker, std::int32_t epoch) {
    tell(broker - 1, trace::BecameLeader{tp, LeaderEpoch{epoch}, Offset{0}, {}});
  }
  void append(std::int32_t broker, const Batch& batch, trace::ReplicaRole role = trace::ReplicaRole::follower) {
    tell(broker - 1, trace::LogAppended{tp, role, LeaderEpoch{batch.epoch}, {appended(batch)}});
  }
  void append_everywhere(const Batch& batch) {
    for (const std::int32_t id : {1, 2, 3}) append(id, batch);
  }
  void commit(std::int32_t broker, std::int64_t from, std::int64_t to,
              trace::ReplicaRole role = trace::ReplicaRole::leader, std::int32_t epoch = 0) {
    const Offset end = replica(broker) ? replica(broker)->log_end : Offset{to};
    tell(broker - 1, trace::HighWatermarkMoved{tp, role, LeaderEpoch{epoch}, Offset{from}, Offset{to}, end});
  }
  void acked(const Batch& batch, std::int16_t acks = -1) {
    tell(producer,
         trace::RecordsAcked{name, Origin{0, batch.send}, static_cast<std::int32_t>(batch.last - batch.base + 1), acks,
                             Offset{batch.base}, milliseconds(1)});
  }
  // A poll returns records of orders-0: their offset and the number of the send that is read there.
  void delivered(const std::vector<std::pair<std::int64_t, std::int64_t>>& records, HostId who = reader) {
    trace::RecordsDelivered e{name, {}, LeaderEpoch{0}, Offset{records.back().first + 1}};
    for (const auto& [offset, send] : records) e.records.push_back({Offset{offset}, Origin{0, send}, Timestamp{}});
    tell(who.value, e);
  }
  void wait(Duration d) { time_ += d.ns; }
  [[nodiscard]] Instant now() const { return Instant{time_}; }
  void disturb(Vitals::Faults faults) { checks_.edit_history().edit_vitals().disturb(Instant{time_}, faults); }
  void judge(const ConvergenceJudged& judged) {
    checks_.judge({Instant{++time_}, ++seq_, HostId{0}, KernelEvent{ProcessReady{}}}, judged);
  }
  void truncate(std::int32_t broker, std::int64_t from, std::int64_t to) {
    tell(broker - 1, trace::LogTruncated{tp, Offset{from}, Offset{to}});
  }
  void load(std::int32_t broker, std::int64_t end, const std::vector<Batch>& batches) {
    trace::LogLoaded e{tp, Offset{0}, Offset{end}, Offset{0}, 0, false, {}};
    for (const Batch& b : batches) e.batches.push_back(appended(b));
    tell(broker - 1, e);
  }
  void synced(std::int32_t broker, std::int64_t to) { tell(broker - 1, trace::LogSynced{tp, Offset{to}}); }
  void crash(std::int32_t broker) { tell(broker - 1, KernelEvent{ProcessCrashed{}}); }
  void disk_kept(std::int32_t broker, std::int64_t end) { checks_.edit_history().disk_kept(NodeId{broker}, {{tp, Offset{end}}}); }
  void power_off(std::int32_t broker) { tell(broker - 1, KernelEvent{PowerLost{}}); }
  void start(std::int32_t broker) { tell(broker - 1, KernelEvent{ProcessStarted{2, StartKind::restart}}); }
  void ready(std::int32_t broker) { tell(broker - 1, KernelEvent{ProcessReady{2}}); }
  void registered(std::int32_t broker, std::int64_t epoch) {
    tell(20, trace::BrokerRegistered{++metadata_, NodeId{broker}, BrokerEpoch{epoch}});
  }
  void fenced(std::int32_t broker) { tell(20, trace::BrokerFenced{++metadata_, NodeId{broker}, false}); }
  void shutting_down(std::int32_t broker) { tell(20, trace::BrokerFenced{++metadata_, NodeId{broker}, true}); }
  void unfenced(std::int32_t broker) { tell(20, trace::BrokerUnfenced{++metadata_, NodeId{broker}}); }
  void isr_view(std::int32_t broker, const std::vector<std::int32_t>& isr, const std::vector<std::int32_t>& maximal) {
    tell(broker - 1, trace::IsrViewChanged{tp, LeaderEpoch{0}, nodes(isr), nodes(maximal), isr != maximal, 2});
  }
  // The controller changes the ISR; leader and leader epoch stay.
  void isr(std::int32_t leader, std::int32_t epoch, const std::vector<std::int32_t>& members,
           const std::vector<std::int32_t>& replicas = {1, 2, 3}, const std::vector<std::int32_t>& elr = {}) {
    trace::PartitionChanged e;
    e.elr = nodes(elr);
    e.metadata_offset = ++metadata_;
    e.partition = tp;
    e.leader = NodeId{leader};
    e.leader_epoch = LeaderEpoch{epoch};
    e.partition_epoch = PartitionEpoch{static_cast<std::int32_t>(metadata_)};
    e.replicas = nodes(replicas);
    e.isr = nodes(members);
    e.reason = trace::ChangeReason::isr_changed;
    tell(20, e);
  }
  void tell(std::int32_t host, trace::Event event) {
    checks_.observe({Instant{++time_}, ++seq_, HostId{host}, std::move(event)});
  }
  void tell(std::int32_t host, KernelEvent event) {
    checks_.observe({Instant{++time_}, ++seq_, HostId{host}, std::move(event)});
  }

  [[nodiscard]] std::uint64_t violations(std::string_view id) const { return checks_.findings().violations_of(id); }
  [[nodiscard]] std::uint64_t findings(std::string_view id) const { return checks_.findings().findings_of(id); }
  [[nodiscard]] std::optional<Excuse> excuse() const {
    return checks_.findings().kept().empty() ? std::nullopt : checks_.findings().kept().back().excuse;
  }
  [[nodiscard]] const Checks& checks() const { return checks_; }
  [[nodiscard]] const History& history() const { return checks_.history(); }
  void set_subjects(Subjects subjects) { checks_.set_subjects(std::move(subjects)); }
  [[nodiscard]] const ReplicaHistory* replica(std::int32_t broker) const {
    const PartitionHistory* partition = checks_.history().partition(tp);
    return partition ? partition->replica(NodeId{broker}) : nullptr;
  }

 private:
  static std::vector<NodeId> nodes(const std::vector<std::int32_t>& ids) {
    std::vector<NodeId> list;
    for (const std::int32_t id : ids) list.push_back(NodeId{id});
    return list;
  }
  static Subjects subjects(ClientFacts client, std::int64_t min_isr) {
    Subjects s;
    for (std::int32_t i = 0; i < 3; ++i) s.nodes[HostId{i}] = NodeId{i + 1};
    for (std::int32_t i = 0; i < 3; ++i) {
      s.nodes[HostId{20 + i}] = NodeId{3000 + i};
      s.controllers.insert(NodeId{3000 + i});
    }
    s.clients.push_back(std::move(client));
    s.min_insync_replicas["orders"] = min_isr;
    return s;
  }
  Checks checks_;
  std::int64_t time_{0};
  std::uint64_t seq_{0};
  std::int64_t metadata_{1};
};

// All have the first batch; the second is committed while the third broker is out of sync, and it has not got it.
inline void commit_without_the_third(Tale& tale) {
  tale.isr(1, 0, {1, 2});
  tale.append_everywhere(first);
  tale.append(1, second);
  tale.append(2, second);
  tale.commit(1, 0, 10);
}

}  // namespace kafkasim::sim::test
