#include "sim/check/min_isr_respected.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

void report_isr(const Observation& o, const TopicIdPartition& partition, std::string detail, const History& history,
                Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  findings.add({std::string{MinIsrRespected::id},
                o.at,
                history.name(partition),
                fmt::format("broker {} {}", broker ? broker->value : -1, detail),
                {},
                {}});
}

}  // namespace

void MinIsrRespected::on(const Observation& o, const trace::HighWatermarkMoved& e, const History& history,
                         Findings& findings) {
  if (e.role != trace::ReplicaRole::leader || e.to <= e.from) return;
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* leader = partition && broker ? partition->replica(*broker) : nullptr;
  if (!leader || !leader->isr_view) return;
  ++evaluations;
  const IsrView& view = *leader->isr_view;
  if (view.isr.size() >= view.min_insync_replicas) return;
  report_isr(o, e.partition,
             fmt::format("moved the high watermark to {} with {} in sync, min.insync.replicas {}", e.to.value,
                         view.isr.size(), view.min_insync_replicas),
             history, findings);
}

void MinIsrRespected::on(const Observation& o, const trace::ProduceAnswered& e, const History& history,
                         Findings& findings) {
  if (e.acks != -1 || e.error != ErrorCode::none) return;
  ++evaluations;
  if (e.isr_size < e.min_insync_replicas)
    report_isr(o, e.partition,
               fmt::format("acknowledged offset {} with acks=all and {} in sync, min.insync.replicas {}", e.last.value,
                           e.isr_size, e.min_insync_replicas),
               history, findings);
  if (e.high_watermark <= e.last)
    report_isr(
        o, e.partition,
        fmt::format("acknowledged offset {} with acks=all at high watermark {}", e.last.value, e.high_watermark.value),
        history, findings);
}

}  // namespace kafkasim::sim
