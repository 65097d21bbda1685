#include "sim/check/committed_not_truncated.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/kept_from.hpp"

namespace kafkasim::sim {

void CommittedNotTruncated::on(const Observation& o, const trace::LogTruncated& e, const History& history,
                               Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica) return;
  ++evaluations;
  const BatchChain& committed = partition->committed->batches();
  const Offset from = std::max(e.to, kept_from(*partition));
  for (std::size_t i = replica->former_log.index_at(from); i < replica->former_log.size(); ++i) {
    const StoredBatch& cut = replica->former_log[i];
    if (cut.base >= partition->committed->end()) return;
    const StoredBatch* known = cut.base < from ? nullptr : committed.at(cut.base);
    if (!known || !known->same_as(cut)) continue;
    findings.add(
        {std::string{id},
         o.at,
         history.name(e.partition),
         fmt::format("broker {} cut its log at {}, and with it offset {}, which was committed", broker->value,
                     e.to.value, cut.base.value),
         {fmt::format("cut: {}", describe(replica->former_log, cut.base)),
          fmt::format("its log had ended at {}; {} were committed", e.from.value, partition->committed->end().value),
          partition->ledger()},
         partition->excuse(),
         false,
         cut.base});
    return;
  }
}

}  // namespace kafkasim::sim
