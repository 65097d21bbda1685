#include "sim/check/exactly_once_broken.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/pipeline_losses.hpp"

namespace kafkasim::sim {

void ExactlyOnceBroken::on(const Observation& o, const NewlyCommitted&, const History& history, Findings& findings) {
  const PipelineLedger& ledger = history.pipelines();
  if (ledger.pipelines().empty()) return;
  ++evaluations;
  for (const PipelineLedger::Twice& twice : ledger.twice()) {
    const PipelineFacts& facts = ledger.pipelines().at(twice.pipeline);
    if (!facts.exactly_once) continue;
    findings.add({std::string{id},
                  o.at,
                  to_string(twice.output.partition),
                  fmt::format("{} has made a record of {} at offset {} already, and again that at offset {}", twice.pipeline,
                              to_string(twice.input.partition), twice.input.offset.value, twice.output.offset.value),
                  {},
                  excuse_of_pipeline(history, facts),
                  false,
                  twice.output.offset});
  }
}

void ExactlyOnceBroken::on(const Observation& o, const trace::TransactionChanged& e, const History& history, Findings& findings) {
  const std::optional<std::string> pipeline = history.pipelines().pipeline_of(e.transactional_id);
  if (!pipeline) return;
  std::set<std::string>& ending = ending_[*pipeline];
  if (e.status == TransactionStatus::prepare_commit) ending.insert(e.transactional_id);
  else ending.erase(e.transactional_id);
  if (e.status != TransactionStatus::complete_commit || !ending.empty()) return;
  for (const TopicPartition& input : *history.pipelines().last_sent_by(e.transactional_id)) look(o, *pipeline, input, history, findings);
}

void ExactlyOnceBroken::on(const Observation& o, const ConvergenceJudged& judged, const History& history, Findings& findings) {
  if (!judged.unmet.empty()) return;  // not all has an end
  looked_up_to_.clear();
  for (const auto& [name, facts] : history.pipelines().pipelines()) {
    if (!facts.exactly_once) continue;
    for (const auto& [partition_id, partition] : history.partitions()) {
      if (partition->name.topic == facts.from) look(o, name, partition->name, history, findings);
    }
  }
}

void ExactlyOnceBroken::look(const Observation& o, const std::string& pipeline, const TopicPartition& input, const History& history,
                             Findings& findings) {
  constexpr std::size_t most_told = 8;
  const PipelineFacts& facts = history.pipelines().pipelines().at(pipeline);
  const PartitionHistory* partition = history.partition(input);
  const std::optional<Offset> committed = history.vitals().committed(facts.group, input);
  if (!facts.exactly_once || partition == nullptr || !committed) return;
  ++evaluations;
  Offset& from = looked_up_to_[{pipeline, input}];
  for (const Offset missing : passed_over(history, pipeline, *partition, from, most_told)) {
    findings.add({std::string{id},
                  o.at,
                  to_string(input),
                  fmt::format("{} has committed offset {}, and nothing that was made of offset {} is to be read", pipeline, committed->value,
                              missing.value),
                  {},
                  excuse_of_pipeline(history, facts),
                  false,
                  missing});
  }
  from = std::max(from, *committed);
}

}  // namespace kafkasim::sim
