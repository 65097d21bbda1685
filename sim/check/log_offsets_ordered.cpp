#include "sim/check/log_offsets_ordered.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

const TopicIdPartition* partition_of(const Observation& o) {
  if (const auto* e = o.get_if<trace::LogAppended>()) return &e->partition;
  if (const auto* e = o.get_if<trace::LogTruncated>()) return &e->partition;
  if (const auto* e = o.get_if<trace::LogLoaded>()) return &e->partition;
  if (const auto* e = o.get_if<trace::LogStartMoved>()) return &e->partition;
  if (const auto* e = o.get_if<trace::HighWatermarkMoved>()) return &e->partition;
  return nullptr;
}

}  // namespace

void LogOffsetsOrdered::check(const Observation& o, const History& history, Findings& findings) {
  const TopicIdPartition* id_of = partition_of(o);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!id_of || !broker) return;
  const ReplicaHistory* replica = history.partition(*id_of)->replica(*broker);
  if (!replica) return;
  ++evaluations;
  const auto report = [&](std::string detail) {
    findings.add(
        {std::string{id}, o.at, history.name(*id_of), fmt::format("broker {}: {}", broker->value, detail), {}, {}});
  };
  if (replica->log_start > replica->high_watermark || replica->high_watermark > replica->log_end) {
    report(fmt::format("log start {}, high watermark {}, log end {}", replica->log_start.value,
                       replica->high_watermark.value, replica->log_end.value));
  }
  if (const auto* appended = o.get_if<trace::LogAppended>()) {
    const std::size_t before = replica->log.size() - appended->batches.size();
    Offset end = before > 0 ? replica->log[before - 1].last : Offset{-1};
    for (const trace::AppendedBatch& batch : appended->batches) {
      if (batch.last < batch.base || batch.base <= end) {
        report(
            fmt::format("appended offsets {} to {} behind offset {}", batch.base.value, batch.last.value, end.value));
      }
      end = batch.last;
    }
  }
}

}  // namespace kafkasim::sim
