#include "sim/check/poll_went_back.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void PollWentBack::on(const Observation& o, const trace::RecordsDelivered& e, const History& history,
                      Findings& findings) {
  ++evaluations;
  const ReadPositions::Position* at = positions_.find(o.host, e.partition);
  Offset next = at ? at->next : Offset{0};
  bool first = true;
  for (const DeliveredRun& run : runs_of(e)) {
    if (run.base < next) {
      findings.add(
          {std::string{id},
           o.at,
           to_string(e.partition),
           fmt::format("{} is given offset {} {}, where offset {} is the next", history.subjects().client_name(o.host),
                       run.base.value, first ? "by a poll" : "within a poll", next.value),
           {},
           {}});
    }
    next = run.past();
    first = false;
  }
  positions_.on(o.host, e);
}

void PollWentBack::on(const Observation& o, const trace::PositionReset& e, const History&, Findings&) {
  positions_.on(o.host, e);
}
void PollWentBack::on(const Observation& o, const trace::PartitionsAssigned& e, const History&, Findings&) {
  positions_.forget(o.host, e.added);
}
void PollWentBack::on(const Observation& o, const trace::PartitionsRevoked& e, const History&, Findings&) {
  positions_.forget(o.host, e.partitions);
}
void PollWentBack::on(const Observation& o, const ProcessStarted&, const History&, Findings&) {
  positions_.forget(o.host);
}

}  // namespace kafkasim::sim
