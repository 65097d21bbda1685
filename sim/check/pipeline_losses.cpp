#include "sim/check/pipeline_losses.hpp"

#include <algorithm>

#include "core/model/topic_name.hpp"
#include "sim/check/kept_from.hpp"

namespace kafkasim::sim {

std::vector<Offset> passed_over(const History& history, const std::string& pipeline, const PartitionHistory& partition, Offset from,
                                std::size_t most) {
  std::vector<Offset> missing;
  const PipelineLedger& ledger = history.pipelines();
  const PipelineFacts& facts = ledger.pipelines().at(pipeline);
  const std::optional<Offset> start = ledger.start_of(pipeline, partition.name);
  const std::optional<Offset> end = history.vitals().committed(facts.group, partition.name);
  if (!start || !end) return missing;
  const Offset first = std::max({from, *start, kept_from(partition)});
  const BatchChain& log = partition.committed->batches();
  for (std::size_t i = log.index_at(first); i < log.size() && log[i].base < *end && missing.size() < most; ++i) {
    const StoredBatch& batch = log[i];
    if (batch.control) continue;
    if (batch.transactional && facts.reads_committed) {
      const auto* run = history.transactions().run_at(partition.name, batch.base);
      if (run == nullptr || run->fate != TransactionLedger::Fate::committed) continue;
    }
    for (Offset at = std::max(first, batch.base); at <= batch.last && at < *end && missing.size() < most; at = at.next()) {
      if (ledger.outputs_of(pipeline, {partition.name, at}) == 0) missing.push_back(at);
    }
  }
  return missing;
}

std::optional<Excuse> excuse_of_pipeline(const History& history, const PipelineFacts& pipeline) {
  for (const auto& [id, partition] : history.partitions()) {
    const std::string& topic = partition->name.topic;
    const bool matters = topic == pipeline.from || topic == pipeline.to || topic == offsets_topic || topic == transaction_state_topic;
    if (!matters) continue;
    if (const std::optional<Excuse> now = partition->excuse()) return now;
    if (partition->lost_by) return partition->lost_by;
  }
  return std::nullopt;
}

}  // namespace kafkasim::sim
