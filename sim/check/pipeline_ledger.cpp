#include "sim/check/pipeline_ledger.hpp"

#include <algorithm>

namespace kafkasim::sim {

// ---- what its instances do ------------------------------------------------------------------------------------------

void PipelineLedger::sent(const std::string& pipeline, const trace::RecordSent& e) {
  if (!e.source) return;
  Sender& sender = senders_[{e.partition, e.origin.client}].edit();
  sender.pipeline = pipeline;
  if (e.origin.first_send != static_cast<std::int64_t>(sender.sources.size())) return;  // not one that this ledger has seen from the start
  sender.sources.push_back({e.source->partition.partition, e.source->offset});
}

void PipelineLedger::begins_at(const std::string& pipeline, const trace::PositionReset& e) {
  std::optional<Offset>& start = inputs_[{pipeline, e.partition}].start;
  if (!start) start = e.to;
}

void PipelineLedger::offsets_sent(const std::string& pipeline, const trace::TransactionOffsetsSent& e) {
  Sending& sending = sendings_[e.transactional_id];
  sending.pipeline = pipeline;
  sending.partitions.clear();
  for (const auto& one : e.offsets) {
    sending.partitions.push_back(one.partition);
    inputs_[{pipeline, one.partition}].sent.edit().insert(one.offset.value);
  }
}

void PipelineLedger::offsets_committed(const trace::OffsetsCommitted& e) {
  const auto facts = std::ranges::find_if(pipelines_, [&e](const auto& entry) { return entry.second.group == e.group; });
  if (facts == pipelines_.end() || !e.member_id.empty()) return;
  for (const auto& one : e.offsets) {
    const auto input = inputs_.find({facts->first, one.partition});
    if (input == inputs_.end()) continue;
    if (input->second.sent->contains(one.offset.value)) {
      auto& sent = input->second.sent.edit();
      sent.erase(sent.begin(), sent.lower_bound(one.offset.value));
    } else {
      begin_anew(input->second, one.offset);  // by an administrator
    }
  }
}

void PipelineLedger::begin_anew(Input& input, Offset at) {
  input.start = at;
  auto& outputs = input.outputs.edit();
  outputs.erase(outputs.lower_bound(at.value), outputs.end());
}

// ---- the logs -------------------------------------------------------------------------------------------------------

void PipelineLedger::committed(const TopicPartition& partition, const StoredBatch& batch) {
  if (!batch.transactional && !batch.control) count(partition, batch.base, batch.origin, batch.count());
}

void PipelineLedger::ended(const TopicPartition& partition, const TransactionLedger::Run& run) {
  if (run.fate == TransactionLedger::Fate::committed) count(partition, run.base, run.origin, run.last - run.base + 1);
}

void PipelineLedger::count(const TopicPartition& partition, Offset base, const Origin& origin, std::int64_t records) {
  const auto known = origin.known() ? senders_.find({partition, origin.client}) : senders_.end();
  if (known == senders_.end()) return;
  const Sender& sender = *known->second;
  const std::string& from = pipelines_.at(sender.pipeline).from;
  for (std::int64_t i = 0; i < records; ++i) {
    const std::int64_t number = origin.first_send + i;
    if (number < 0 || number >= static_cast<std::int64_t>(sender.sources.size())) return;
    const Source& source = sender.sources[static_cast<std::size_t>(number)];
    const trace::RecordAt made_of{{from, source.partition}, source.offset};
    Input& input = inputs_[{sender.pipeline, made_of.partition}];
    const std::int32_t outputs = ++input.outputs.edit()[made_of.offset.value];
    outputs_[partition].push_back({base.plus(i), sender.pipeline, made_of});
    if (outputs == 1) continue;
    ++input.duplicates;
    twice_.push_back({sender.pipeline, made_of, {partition, base.plus(i)}});
  }
}

void PipelineLedger::lost(const TopicPartition& partition, Offset from) {
  const auto known = outputs_.find(partition);
  if (known == outputs_.end()) return;
  Chunked<Output> kept;
  for (std::size_t i = 0; i < known->second.size(); ++i) {
    const Output& output = known->second[i];
    if (output.offset < from) {
      kept.push_back(output);
      continue;
    }
    auto& outputs = inputs_[{output.pipeline, output.input.partition}].outputs.edit();
    const auto counted = outputs.find(output.input.offset.value);
    if (counted != outputs.end() && --counted->second == 0) outputs.erase(counted);
  }
  known->second = std::move(kept);
}

// ---- look-ups -------------------------------------------------------------------------------------------------------

const PipelineLedger::Input* PipelineLedger::find(const std::string& pipeline, const TopicPartition& partition) const {
  const auto found = inputs_.find({pipeline, partition});
  return found == inputs_.end() ? nullptr : &found->second;
}

std::int64_t PipelineLedger::outputs_of(const std::string& pipeline, const trace::RecordAt& input) const {
  const Input* known = find(pipeline, input.partition);
  if (known == nullptr) return 0;
  const auto counted = known->outputs->find(input.offset.value);
  return counted == known->outputs->end() ? 0 : counted->second;
}

std::int64_t PipelineLedger::duplicates(const std::string& pipeline) const {
  std::int64_t sum = 0;
  for (const auto& [key, input] : inputs_) sum += key.first == pipeline ? input.duplicates : 0;
  return sum;
}

std::optional<Offset> PipelineLedger::start_of(const std::string& pipeline, const TopicPartition& partition) const {
  const Input* known = find(pipeline, partition);
  return known ? known->start : std::nullopt;
}

const std::vector<TopicPartition>* PipelineLedger::last_sent_by(const std::string& transactional_id) const {
  const auto known = sendings_.find(transactional_id);
  return known == sendings_.end() ? nullptr : &known->second.partitions;
}

std::optional<std::string> PipelineLedger::pipeline_of(const std::string& transactional_id) const {
  const auto known = sendings_.find(transactional_id);
  return known == sendings_.end() ? std::nullopt : std::optional{known->second.pipeline};
}

}  // namespace kafkasim::sim
