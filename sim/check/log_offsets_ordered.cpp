#include "sim/check/log_offsets_ordered.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

void report(const Observation& o, const TopicIdPartition& partition, const History& history, Findings& findings,
            std::string detail) {
  findings.add({std::string{LogOffsetsOrdered::id},
                o.at,
                history.name(partition),
                fmt::format("broker {}: {}", history.node(o.host)->value, detail),
                {},
                {}});
}

}  // namespace

const ReplicaHistory* LogOffsetsOrdered::look(const Observation& o, const TopicIdPartition& id_of,
                                              const History& history, Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  const PartitionHistory* partition = history.partition(id_of);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return nullptr;
  ++evaluations;
  if (replica->log_start > replica->high_watermark || replica->high_watermark > replica->log_end) {
    report(o, id_of, history, findings,
           fmt::format("log start {}, high watermark {}, log end {}", replica->log_start.value,
                       replica->high_watermark.value, replica->log_end.value));
  }
  return replica;
}

void LogOffsetsOrdered::check_batches(const Observation& o, const TopicIdPartition& id_of,
                                      const std::vector<trace::AppendedBatch>& batches, Offset behind,
                                      const History& history, Findings& findings) {
  for (const trace::AppendedBatch& batch : batches) {
    if (batch.last < batch.base || batch.base <= behind) {
      report(o, id_of, history, findings,
             fmt::format("offsets {} to {} stand behind offset {}", batch.base.value, batch.last.value, behind.value));
    }
    behind = batch.last;
  }
}

void LogOffsetsOrdered::on(const Observation& o, const trace::LogAppended& e, const History& history,
                           Findings& findings) {
  const ReplicaHistory* replica = look(o, e.partition, history, findings);
  if (!replica) return;
  const std::size_t before = replica->log.size() - e.batches.size();
  const Offset behind = before > 0 ? replica->log[before - 1].last : Offset{-1};
  check_batches(o, e.partition, e.batches, behind, history, findings);
}

void LogOffsetsOrdered::on(const Observation& o, const trace::LogTruncated& e, const History& history,
                           Findings& findings) {
  if (look(o, e.partition, history, findings) && e.to > e.from)
    report(o, e.partition, history, findings, fmt::format("cut from {} to {}", e.from.value, e.to.value));
}

void LogOffsetsOrdered::on(const Observation& o, const trace::LogLoaded& e, const History& history,
                           Findings& findings) {
  if (!look(o, e.partition, history, findings)) return;
  check_batches(o, e.partition, e.batches, Offset{-1}, history, findings);
  if (!e.batches.empty() && e.batches.back().last >= e.log_end)
    report(o, e.partition, history, findings,
           fmt::format("loaded offset {}, log end {}", e.batches.back().last.value, e.log_end.value));
}

void LogOffsetsOrdered::on(const Observation& o, const trace::LogStartMoved& e, const History& history,
                           Findings& findings) {
  // A follower that drops all and begins where its leader's log does tells its high watermark next.
  const std::optional<NodeId> broker = history.node(o.host);
  const PartitionHistory* partition = history.partition(e.partition);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return;
  ++evaluations;
  if (replica->role == trace::ReplicaRole::leader && (e.to < e.from || e.to > replica->high_watermark))
    report(o, e.partition, history, findings,
           fmt::format("as leader moved the log start from {} to {}, high watermark {}", e.from.value, e.to.value,
                       replica->high_watermark.value));
}

void LogOffsetsOrdered::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                           Findings& findings) {
  const ReplicaHistory* replica = look(o, e.partition, history, findings);
  if (!replica) return;
  if (e.role == trace::ReplicaRole::leader && e.to < e.from)
    report(o, e.partition, history, findings,
           fmt::format("as leader moved the high watermark back from {} to {}", e.from.value, e.to.value));
  if (e.log_end != replica->log_end)
    report(o, e.partition, history, findings,
           fmt::format("says that its log ends at {}, and appended up to {}", e.log_end.value, replica->log_end.value));
}

}  // namespace kafkasim::sim
