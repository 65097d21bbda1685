#include "sim/frame/capture.hpp"

#include <algorithm>

#include "sim/frame/capture_parts.hpp"
#include "sim/frame/layout.hpp"
#include "sim/frame/traffic.hpp"

namespace kafkasim::sim {

namespace {

// A process that was ended, and started since by another entry: nothing is left of that fault.
bool is_over(const Simulation& run, const TimelineEntry& entry, const std::vector<HostId>& hit) {
  const bool ends = std::holds_alternative<Crash>(entry.operation) || std::holds_alternative<PowerOff>(entry.operation)
                    || std::holds_alternative<Stop>(entry.operation);
  return ends && std::ranges::all_of(hit, [&run](HostId host) { return run.world().host(host).is_running(); });
}

std::vector<FrameFault> faults_in_force(const Simulation& run) {
  std::vector<FrameFault> faults;
  for (const Driver::InForce& fault : run.driver().faults_in_force()) {
    const TimelineEntry& entry = run.scenario().timeline[fault.entry];
    if (is_over(run, entry, run.driver().hit_by(fault.entry))) continue;
    faults.push_back({fault.entry, entry.name, describe(entry.operation), fault.since - run.origin(), run.driver().hit_by(fault.entry)});
  }
  return faults;
}

std::int64_t measured_number(const Simulation& run, Metric metric) {
  const std::optional<MetricValue> value = run.measure({metric, {}, {}, {}});
  return value ? std::get<std::int64_t>(*value) : 0;
}

FrameTotals totals_of(const Simulation& run) {
  const Counts counts = run.measures().counts({}, {}, {});
  FrameTotals totals;
  totals.sent = counts.produced;
  totals.acked = counts.acked;
  totals.failed = counts.failed;
  totals.consumed = counts.consumed;
  totals.lost = measured_number(run, Metric::records_lost);
  totals.duplicated = measured_number(run, Metric::records_duplicated);
  totals.produce_p99 = run.measures().latency(LatencyOf::produce).percentile(99);
  totals.end_to_end_p99 = run.measures().latency(LatencyOf::end_to_end).percentile(99);
  return totals;
}

FrameVerdict verdict_of(const Simulation& run) {
  const Findings& findings = run.findings();
  return {run.checks().evaluations().size(), findings.violations(), findings.excused(), findings.kept()};
}

}  // namespace

Frame capture(const Simulation& run, const Recorder& recent, Duration at, const FrameWish& wish) {
  const Shot shot{run, at, wish, kinds_of_hosts(run), faults_in_force(run)};
  Frame frame;
  frame.scenario = run.scenario().name;
  frame.title = run.scenario().title;
  frame.seed = run.scenario().seed;
  frame.at = at;
  frame.duration = run.scenario().duration;
  frame.events = run.events();
  frame.trace_hash = run.world().trace_hash();
  frame.nodes = capture_nodes(shot);
  lay_out(frame.nodes);
  frame.links = capture_links(shot, frame.nodes);
  frame.messages = capture_messages(shot);
  frame.partitions = capture_partitions(shot, recent);
  frame.groups = capture_groups(shot, frame.partitions);
  frame.transactions = capture_transactions(shot);
  frame.faults = shot.faults;
  if (const auto active = run.measures().controller()) frame.controller = active->first;
  frame.controller_epoch = run.measures().controller_epoch();
  frame.totals = totals_of(run);
  frame.verdict = verdict_of(run);
  return frame;
}

}  // namespace kafkasim::sim
