#include "sim/check/poll_skipped.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void PollSkipped::on(const Observation& o, const trace::RecordsDelivered& e, const History& history,
                     Findings& findings) {
  ++evaluations;
  const ReadPositions::Position* at = positions_.find(o.host, e.partition);
  const PartitionHistory* partition = history.partition(e.partition);
  if (partition) {
    bool known = at && still_there(*partition, *at);
    Offset next = known ? at->next : Offset{0};
    const bool from_before = at && at->last;
    const bool lost = at && !known && partition->lost_in.value >= 0 && partition->lost_from < at->next;
    bool first = true;
    for (const DeliveredRun& run : runs_of(e)) {
      // What it had been given is gone. It has to go on where the logs part, once it is given records of the new one.
      if (first && lost && still_there(*partition, {run.base.next(), run.origin})) {
        known = true;
        next = partition->lost_from;
      }
      const std::optional<Offset> missing =
          known && next < run.base ? first_to_read(*partition, next, run.base) : std::nullopt;
      if (missing) {
        const std::string before = first && lost           ? fmt::format("a loss from offset {} on", next.value)
                                   : first && !from_before ? fmt::format("position {}", next.value)
                                                           : fmt::format("offset {}", next.value - 1);
        findings.add({std::string{id},
                      o.at,
                      to_string(e.partition),
                      fmt::format("{} is given offset {} after {}{}: offset {} is left out",
                                  history.subjects().client_name(o.host), run.base.value, before,
                                  first ? "" : " in one poll", missing->value),
                      {},
                      {}});
      }
      next = run.past();
      known = true;
      first = false;
    }
  }
  positions_.on(o.host, e);
}

void PollSkipped::on(const Observation& o, const trace::PositionReset& e, const History&, Findings&) {
  positions_.on(o.host, e);
}
void PollSkipped::on(const Observation& o, const trace::PartitionsAssigned& e, const History&, Findings&) {
  positions_.forget(o.host, e.added);
}
void PollSkipped::on(const Observation& o, const trace::PartitionsRevoked& e, const History&, Findings&) {
  positions_.forget(o.host, e.partitions);
}
void PollSkipped::on(const Observation& o, const ProcessStarted&, const History&, Findings&) {
  positions_.forget(o.host);
}

}  // namespace kafkasim::sim
