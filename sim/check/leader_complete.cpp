#include "sim/check/leader_complete.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void LeaderComplete::on(const Observation& o, const trace::BecameLeader& e, const History& history,
                        Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const ReplicaHistory* leader = partition ? partition->acting_leader() : nullptr;
  const std::optional<NodeId> broker = history.node(o.host);
  if (!leader || partition->leader != broker || partition->leader_epoch != e.leader_epoch) return;  // of a past epoch
  ++evaluations;
  const CommittedLog& committed = *partition->committed;
  const std::optional<Offset> missing =
      committed.first_missing(leader->log, std::max(leader->log_start, partition->compacted_to));
  if (!missing) return;
  findings.add(
      {std::string{id},
       o.at,
       history.name(e.partition),
       fmt::format("broker {} leads in epoch {} without offset {}, of {} that were committed", broker->value,
                   e.leader_epoch.value, missing->value, committed.end().value),
       {fmt::format("committed: {}", describe(committed.batches(), *missing)),
        fmt::format("broker {}: {}, log end {}", broker->value, describe(leader->log, *missing), leader->log_end.value),
        partition->ledger()},
       partition->excuse(),
       false,
       *missing});
}

}  // namespace kafkasim::sim
