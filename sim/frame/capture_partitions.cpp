// Partitions: what the controller has decided of them, and what lies in the logs of their replicas.
#include <algorithm>
#include <map>
#include <tuple>

#include "core/broker/broker.hpp"
#include "sim/frame/capture_parts.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t batches_told_apart = 240;  // of a stretch that holds more, neighbours of one kind are told as one

struct Stretch {  // of a partition's logs
  Offset from;
  Offset to;
  bool merged{false};
};

// Walks a replica's batches beside the leader's, both ascending.
class RunMaker {
 public:
  RunMaker(const PartitionHistory& partition, const ReplicaHistory& replica, const Stretch& stretch)
      : replica_{replica}, stretch_{stretch} {
    const ReplicaHistory* leader = partition.leader ? partition.replica(*partition.leader) : nullptr;
    if (leader == nullptr || leader == &replica) return;
    leader_ = leader;
    compared_from_ = std::max(leader->log_start, partition.compacted_to);  // compaction rewrites batches, each replica for itself
    leader_next_ = leader->log.index_at(stretch.from);
  }

  [[nodiscard]] std::vector<LogRun> runs() {
    std::vector<LogRun> runs;
    for (std::size_t i = replica_.log.index_at(stretch_.from); i < replica_.log.size(); ++i) {
      const StoredBatch& batch = replica_.log[i];
      if (batch.base >= stretch_.to) break;
      add({batch.base, batch.last, batch.epoch, 1, batch.control, batch.transactional, differs(batch)}, runs);
    }
    return runs;
  }

 private:
  void add(const LogRun& next, std::vector<LogRun>& runs) const {
    const auto kind = [](const LogRun& r) { return std::tuple{r.epoch, r.control, r.transactional, r.differs}; };
    if (stretch_.merged && !runs.empty() && runs.back().last.next() == next.base && kind(runs.back()) == kind(next)) {
      runs.back().last = next.last;
      ++runs.back().batches;
    } else {
      runs.push_back(next);
    }
  }

  [[nodiscard]] bool differs(const StoredBatch& batch) {
    if (leader_ == nullptr || batch.base < compared_from_ || batch.base >= leader_->log_end) return false;
    const BatchChain& log = leader_->log;
    while (leader_next_ < log.size() && log[leader_next_].base < batch.base) ++leader_next_;
    return leader_next_ >= log.size() || !log[leader_next_].same_as(batch);
  }

  const ReplicaHistory& replica_;
  Stretch stretch_;
  const ReplicaHistory* leader_{nullptr};  // absent: nothing to compare with
  Offset compared_from_;
  std::size_t leader_next_{0};
};

Stretch stretch_of(const PartitionHistory& partition, const FrameWish& wish) {
  Stretch stretch;
  for (const auto& [node, replica] : partition.replicas) stretch.to = std::max(stretch.to, replica->log_end);
  stretch.from = wish.strip_from.value_or(Offset{std::max<std::int64_t>(0, stretch.to.value - wish.tail)});
  for (const auto& [node, replica] : partition.replicas) {
    const std::size_t begin = replica->log.index_at(stretch.from);
    if (replica->log.size() > begin + batches_told_apart) stretch.merged = true;  // no log goes on beyond the stretch
  }
  return stretch;
}

using CutsOf = std::map<TopicIdPartition, std::vector<FrameCut>>;

CutsOf recent_cuts(const Shot& shot, const Recorder& recent) {
  CutsOf cuts;
  for (const RecordedCut& cut : recent.cuts()) {
    const std::optional<NodeId> node = shot.history().node(cut.host);
    if (!node || cut.at > shot.now() || shot.now() - cut.at > shot.wish.cuts_shown) continue;
    cuts[cut.partition].push_back({*node, cut.from, cut.to, cut.at - shot.run.origin()});
  }
  return cuts;
}

struct PartitionPainter {
  const Shot& shot;
  std::map<NodeId, const Broker*> brokers{};  // whose processes are up

  explicit PartitionPainter(const Shot& s) : shot{s} {
    for (const auto& [id, host] : shot.run.cluster().brokers) {
      if (const Broker* broker = shot.run.world().machine<Broker>(host)) brokers[id] = broker;
    }
  }

  [[nodiscard]] FrameReplica replica(const PartitionHistory& partition, NodeId node, const std::optional<Stretch>& stretch) const {
    FrameReplica out;
    out.node = node;
    out.in_isr = partition.in_isr(node);
    out.eligible = partition.in_elr(node);
    const ReplicaHistory* known = partition.replica(node);
    if (known == nullptr) return out;
    out.state = !known->running ? ReplicaState::offline : partition.leader == node ? ReplicaState::leader : ReplicaState::follower;
    out.acting = known->running && known->role == trace::ReplicaRole::leader;
    out.leader_epoch = known->leader_epoch;
    out.log_start = known->log_start;
    out.high_watermark = known->high_watermark;
    out.log_end = known->log_end;
    out.synced = known->synced;
    const auto broker = brokers.find(node);
    const UnifiedLog* log = broker == brokers.end() ? nullptr : broker->second->replicas().log(partition.id);
    if (log != nullptr) {
      out.size_bytes = log->size_bytes();
      out.segments = log->segment_count();
      if (const Offset stable = log->last_stable_offset(); stable != known->high_watermark) out.last_stable_offset = stable;
    }
    if (stretch) out.runs = RunMaker{partition, *known, *stretch}.runs();
    return out;
  }

  [[nodiscard]] FramePartition partition(const PartitionHistory& p) const {
    FramePartition out;
    out.id = p.id;
    out.name = p.name;
    out.leader = p.leader;
    out.epoch = p.leader_epoch;
    out.assigned = p.assigned;
    out.isr = p.isr;
    out.elr = p.elr;
    out.adding = p.adding;
    out.removing = p.removing;
    out.min_isr = static_cast<std::uint32_t>(p.min_insync_replicas);
    out.committed_to = p.true_high_watermark;
    out.lost = p.lost->size();
    std::optional<Stretch> stretch;
    if (shot.wish.strips.contains(p.name)) stretch = stretch_of(p, shot.wish);
    out.replicas.reserve(p.assigned.size());
    for (const NodeId node : p.assigned) out.replicas.push_back(replica(p, node, stretch));
    return out;
  }
};

bool is_internal(const PartitionHistory& partition) { return partition.name.topic.starts_with("__"); }

}  // namespace

std::vector<FramePartition> capture_partitions(const Shot& shot, const Recorder& recent) {
  std::vector<const PartitionHistory*> all;
  for (const auto& [id, partition] : shot.history().partitions()) {
    if (shot.wish.internal_topics || !is_internal(*partition)) all.push_back(&*partition);
  }
  std::ranges::sort(all, [](const PartitionHistory* a, const PartitionHistory* b) {
    return is_internal(*a) != is_internal(*b) ? is_internal(*b) : a->name < b->name;
  });
  const PartitionPainter painter{shot};
  const CutsOf cuts = recent_cuts(shot, recent);
  std::vector<FramePartition> partitions;
  partitions.reserve(all.size());
  for (const PartitionHistory* partition : all) {
    partitions.push_back(painter.partition(*partition));
    if (const auto cut = cuts.find(partition->id); cut != cuts.end()) partitions.back().cuts = cut->second;
  }
  return partitions;
}

}  // namespace kafkasim::sim
