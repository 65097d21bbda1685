#include "sim/check/replicas_match.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

const TopicIdPartition* partition_of(const Observation& o) {  // what can bring a difference below both high watermarks
  if (const auto* e = o.get_if<trace::LogAppended>()) return &e->partition;
  if (const auto* e = o.get_if<trace::LogLoaded>()) return &e->partition;
  if (const auto* e = o.get_if<trace::HighWatermarkMoved>()) return &e->partition;
  return nullptr;
}

std::string describe(const BatchChain& log, Offset offset) {
  const std::size_t i = log.index_at(offset);
  if (i >= log.size()) return "nothing";
  return fmt::format("offsets {} to {} of epoch {}, crc {:08x}", log[i].base.value, log[i].last.value,
                     log[i].epoch.value, log[i].crc);
}

}  // namespace

void ReplicasMatch::check(const Observation& o, const History& history, Findings& findings) {
  const TopicIdPartition* id_of = partition_of(o);
  const std::optional<NodeId> broker = history.node(o.host);
  if (!id_of || !broker) return;
  const PartitionHistory& partition = *history.partition(*id_of);
  const ReplicaHistory* mine = partition.replica(*broker);
  if (!mine || !mine->running) return;
  for (const auto& [other_broker, other] : partition.replicas) {
    if (other_broker == *broker || !other->running) continue;
    ++evaluations;
    const Offset from = std::max({mine->log_start, other->log_start, partition.compacted_to});
    const Offset to = std::min(mine->high_watermark, other->high_watermark);
    if (from >= to) continue;
    const std::optional<Offset> differ = BatchChain::first_difference(mine->log, other->log, from, to);
    if (!differ) continue;
    findings.add({std::string{id},
                  o.at,
                  history.name(*id_of),
                  fmt::format("brokers {} and {} differ at offset {}, below both high watermarks", broker->value,
                              other_broker.value, differ->value),
                  {fmt::format("broker {}: {}", broker->value, describe(mine->log, *differ)),
                   fmt::format("broker {}: {}", other_broker.value, describe(other->log, *differ))},
                  {}});
  }
}

}  // namespace kafkasim::sim
