#include "sim/check/epoch_offset_unique.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void EpochOffsetUnique::check_batch(const Observation& o, const TopicIdPartition& partition, NodeId broker,
                                    const trace::AppendedBatch& batch, const History& history, Findings& findings) {
  ++evaluations;
  Chunked<Seen>& seen = seen_[{partition, batch.epoch}];
  if (seen.empty() || seen.back().last < batch.base) {
    seen.push_back({batch.base, batch.last, batch.crc, broker});
    return;
  }
  const std::size_t i = seen.partition_point([&batch](const Seen& s) { return s.last < batch.base; });
  const Seen& known = seen[i];
  if (known.base > batch.last) return;  // in a gap: the batch was seen on no replica before, and contradicts none
  const bool compacted = batch.last < history.partition(partition)->compacted_to;
  if (known.base == batch.base && known.last == batch.last && (known.crc == batch.crc || compacted)) return;
  findings.add({std::string{id},
                o.at,
                history.name(partition),
                fmt::format("epoch {} has two batches at offset {}", batch.epoch.value, batch.base.value),
                {fmt::format("first seen on broker {}: offsets {} to {}, crc {:08x}", known.first_on.value,
                             known.base.value, known.last.value, known.crc),
                 fmt::format("now on broker {}: offsets {} to {}, crc {:08x}", broker.value, batch.base.value,
                             batch.last.value, batch.crc)},
                {}});
}

void EpochOffsetUnique::check(const Observation& o, const History& history, Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker) return;
  if (const auto* e = o.get_if<trace::LogAppended>()) {
    for (const trace::AppendedBatch& batch : e->batches)
      check_batch(o, e->partition, *broker, batch, history, findings);
  } else if (const auto* loaded = o.get_if<trace::LogLoaded>()) {
    for (const trace::AppendedBatch& batch : loaded->batches)
      check_batch(o, loaded->partition, *broker, batch, history, findings);
  }
}

}  // namespace kafkasim::sim
