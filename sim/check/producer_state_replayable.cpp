#include "sim/check/producer_state_replayable.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

using Told = trace::ProducersTold::One;

struct Written {
  Told state;
  Offset last;  // of its last batch, markers too
};

std::map<std::int64_t, Written> replay(const BatchChain& log) {
  std::map<std::int64_t, Written> producers;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const StoredBatch& batch = log[i];
    if (batch.producer_id < 0) continue;
    const auto [entry, is_new] =
        producers.try_emplace(batch.producer_id, Written{{batch.producer_id, -1, -1, Offset{-1}, std::nullopt}, {}});
    entry->second.last = batch.last;
    Told& known = entry->second.state;
    if (known.epoch != batch.producer_epoch) {
      known.epoch = batch.producer_epoch;
      known.last_sequence = -1;
      known.last_offset = Offset{-1};
    }
    if (batch.control) {
      known.transaction_start.reset();
      continue;
    }
    constexpr std::int64_t sequences = std::int64_t{1} << 31;  // behind the largest comes 0
    const bool counted = batch.base_sequence >= 0;             // a coordinator's have none
    known.last_sequence = counted ? static_cast<std::int32_t>((batch.base_sequence + batch.count() - 1) % sequences)
                                  : batch.base_sequence;
    known.last_offset = batch.last;
    if (batch.transactional && !known.transaction_start) known.transaction_start = batch.base;
  }
  return producers;
}

std::string describe(const Told& told) {
  return fmt::format(
      "epoch {}, sequence {} at offset {}, {}", told.epoch, told.last_sequence, told.last_offset.value,
      told.transaction_start ? fmt::format("transaction from {}", told.transaction_start->value) : "no transaction");
}

// What was deleted may be known still, or no more: a log is replayed from its start on.
bool is_same(const Told& told, const Told& says, Offset log_start) {
  const bool began_before = says.transaction_start && *says.transaction_start < log_start;
  const bool same_start = told.transaction_start == says.transaction_start || (began_before && told.transaction_start.value_or(log_start) >= log_start);
  return told.epoch == says.epoch && told.last_sequence == says.last_sequence && told.last_offset == says.last_offset && same_start;
}

}  // namespace

void ProducerStateReplayable::on(const Observation& o, const trace::ProducersTold& e, const History& history,
                                 Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return;
  ++evaluations;
  std::map<std::int64_t, Written> expected = replay(replica->log);
  const auto report = [&](std::int64_t producer, std::string knows, std::string says) {
    findings.add({std::string{id},
                  o.at,
                  history.name(e.partition),
                  fmt::format("broker {} does not know producer {} as its log has it", broker->value, producer),
                  {fmt::format("known: {}", knows), fmt::format("the log: {}", says),
                   fmt::format("log start {}, log end {}", replica->log_start.value, replica->log_end.value)},
                  {}});
  };
  // Cut back into what compaction reached, a log may lack the last batch of a producer: the one that stood for it went.
  const bool cut_into_compacted = replica->log_end <= partition->compacted_to;
  for (const Told& told : e.producers) {
    const auto found = expected.find(told.producer_id);
    if (found == expected.end()) continue;  // of a snapshot: its batches have been deleted
    const Told& says = found->second.state;
    const bool is_older = cut_into_compacted && told.last_offset <= says.last_offset;
    if (!is_same(told, says, replica->log_start) && !is_older) report(told.producer_id, describe(told), describe(says));
    expected.erase(found);
  }
  if (!history.subjects().producers_stay || cut_into_compacted) return;
  for (const auto& [producer, written] : expected) {
    if (written.last >= replica->log_start) report(producer, "nothing", describe(written.state));
  }
}

}  // namespace kafkasim::sim
