#include "sim/check/epoch_offset_unique.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

auto EpochOffsetUnique::Epoch::overlapping(const trace::AppendedBatch& batch) const -> const Seen* {
  const std::size_t i = in_order.last_partition_point([&batch](const Seen& s) { return s.last < batch.base; });
  if (i < in_order.size() && in_order[i].base <= batch.last) return &in_order[i];
  const auto found = between.lower_bound(batch.base);
  return found != between.end() && found->second.base <= batch.last ? &found->second : nullptr;
}

void EpochOffsetUnique::check_batch(const Observation& o, const TopicIdPartition& partition, NodeId broker,
                                    const trace::AppendedBatch& batch, const History& history, Findings& findings) {
  ++evaluations;
  Epoch& epoch = seen_[{partition, batch.epoch}];
  const Seen now{batch.base, batch.last, batch.crc, broker};
  if (epoch.in_order.empty() || epoch.in_order.back().last < batch.base) return epoch.in_order.push_back(now);
  const Seen* overlaps = epoch.overlapping(batch);
  if (!overlaps) {
    epoch.between.emplace(batch.last, now);
    return;
  }
  const Seen& known = *overlaps;
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

void EpochOffsetUnique::on(const Observation& o, const trace::LogAppended& e, const History& history,
                           Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker) return;
  for (const trace::AppendedBatch& batch : e.batches) check_batch(o, e.partition, *broker, batch, history, findings);
}

void EpochOffsetUnique::on(const Observation& o, const trace::LogLoaded& e, const History& history,
                           Findings& findings) {
  const std::optional<NodeId> broker = history.node(o.host);
  if (!broker) return;
  for (const trace::AppendedBatch& batch : e.batches) check_batch(o, e.partition, *broker, batch, history, findings);
}

}  // namespace kafkasim::sim
