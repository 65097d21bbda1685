#include "sim/check/recovery_complete.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

std::string_view spoken(LastEnd end) {
  switch (end) {
    case LastEnd::orderly: return "an orderly end";
    case LastEnd::crash: return "a crash";
    case LastEnd::power_loss: return "a power loss";
  }
  return "";
}

}  // namespace

void RecoveryComplete::on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  const std::optional<NodeId> broker = history.node(o.host);
  const ReplicaHistory* replica = partition && broker ? partition->replica(*broker) : nullptr;
  if (!replica || replica->damaged || failed_.contains(o.host)) return;
  ++evaluations;
  const bool power_loss = replica->last_end == LastEnd::power_loss;
  const Offset needed = power_loss ? std::min(replica->former_synced, replica->former_end) : replica->former_end;
  const auto report = [&](std::string detail) {
    findings.add({std::string{id},
                  o.at,
                  history.name(e.partition),
                  fmt::format("broker {} restarted after {}: {}", broker->value, spoken(replica->last_end), detail),
                  {fmt::format("before: log start {}, log end {}, synced to {}", replica->former_start.value,
                               replica->former_end.value, replica->former_synced.value),
                   fmt::format("after: log start {}, log end {}, {} bytes cut", e.log_start.value, e.log_end.value,
                               e.bytes_cut)},
                  {}});
  };
  if (e.log_end < needed)
    return report(fmt::format("the log ends at {}, and {} was to survive", e.log_end.value, needed.value));
  // What a truncation cut that was not synced may come back, and what was written over it go.
  const bool may_return = power_loss && replica->cut_unsynced;
  if (e.log_end > replica->former_end && !may_return)
    return report(fmt::format("the log ends at {}, and had ended at {}", e.log_end.value, replica->former_end.value));
  const Offset from = std::max({replica->former_start, e.log_start, partition->compacted_to});
  const Offset to = may_return ? needed : std::min(replica->former_end, e.log_end);
  if (from >= to) return;
  if (const auto differ = BatchChain::first_difference(replica->former_log, replica->log, from, to)) {
    report(fmt::format("offset {} is {}, and was {}", differ->value, describe(replica->log, *differ),
                       describe(replica->former_log, *differ)));
  }
}

void RecoveryComplete::on(const Observation& o, const trace::LogDirectoryFailed& /*e*/, const History& /*history*/,
                          Findings& /*findings*/) {
  failed_.insert(o.host);
}

void RecoveryComplete::on(const Observation& o, const ProcessReady& /*e*/, const History& /*history*/,
                          Findings& /*findings*/) {
  failed_.erase(o.host);
}

}  // namespace kafkasim::sim
