// What a scenario expects, looked at when its time comes.
#include <algorithm>

#include <fmt/format.h>

#include "sim/fault/readable_values.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

bool Simulation::holds(const Condition& condition) const {
  const std::optional<MetricValue> value = measure(condition.query);
  return value && compares(condition, *value);
}

void Simulation::plan_expectations() {
  watched_.assign(scenario_->expect.size(), Watched{});
  for (std::size_t i = 0; i < scenario_->expect.size(); ++i) {
    const auto* metric = std::get_if<ExpectMetric>(&scenario_->expect[i].what);
    if (!metric) continue;
    if (const auto* moment = std::get_if<AtMoment>(&metric->time)) {
      if (moment->at <= scenario_->duration) appoint(origin_ + moment->at, Planned::expectation, i);
    } else if (const auto* always = std::get_if<Always>(&metric->time)) {
      watched_[i].held = true;
      if (always->from <= scenario_->duration) appoint(origin_ + always->from, Planned::expectation, i);
    } else if (const auto* within = std::get_if<Within>(&metric->time)) {
      if (within->after <= scenario_->duration) appoint(origin_ + within->after, Planned::expectation, i);
    }
  }
}

void Simulation::decide(std::size_t i, const Condition& condition) {
  Watched& watched = watched_[i];
  if (watched.decided) return;
  const ExpectTime& time = std::get<ExpectMetric>(scenario_->expect[i].what).time;
  const auto* always = std::get_if<Always>(&time);
  const auto* within = std::get_if<Within>(&time);
  if (always && (now() < always->from || (always->to && now() > *always->to))) return;
  if (within && (now() < within->after || now() > within->after + within->within)) return;
  const std::optional<MetricValue> value = measure(condition.query);
  const bool now_holds = value && compares(condition, *value);
  if (std::holds_alternative<AtMoment>(time)) {
    watched = {true, now_holds, value};
  } else if (always) {
    if (value && !now_holds) watched = {true, false, value};
  } else if (within) {
    watched.measured = value;
    if (now_holds) watched = {true, true, value};
  }
}

void Simulation::watch_expectations() {
  for (std::size_t i = 0; i < scenario_->expect.size(); ++i) {
    const auto* metric = std::get_if<ExpectMetric>(&scenario_->expect[i].what);
    if (!metric || watched_[i].decided) continue;
    if (std::holds_alternative<Always>(metric->time) || std::holds_alternative<Within>(metric->time))
      decide(i, metric->condition);
  }
}

ExpectationResult Simulation::evaluate_records(const ExpectRecords& records, ExpectationResult result) const {
  const PartitionHistory* partition = checks_.history().partition(records.partition);
  const std::optional<NodeId> broker = records.on ? records.on : partition ? partition->leader : std::nullopt;
  const std::optional<HostId> host = broker ? cluster_.node(*broker) : std::nullopt;
  if (!partition || !host) return result;  // nobody can be read from: it does not hold
  ReadFrom from{.isolation = records.isolation};
  if (const ReplicaHistory* replica = partition->replica(*broker)) from.start = replica->log_start;
  if (!records.on)
    from.end = partition->acting_leader() ? partition->acting_leader()->high_watermark : partition->true_high_watermark;
  const auto values = readable_values(world_.disk(*host), records.partition, from);
  const auto has = [&values](const std::optional<std::string>& v) {
    return std::ranges::find(values, v) != values.end();
  };
  switch (records.match) {
    case RecordsMatch::are: result.held = values == records.values; break;
    case RecordsMatch::include: result.held = std::ranges::all_of(records.values, has); break;
    case RecordsMatch::exclude: result.held = std::ranges::none_of(records.values, has); break;
  }
  constexpr std::size_t most_shown = 100;
  const auto shown = [](const std::string& value) {
    return value.size() <= most_shown ? value : fmt::format("{}... ({} bytes)", value.substr(0, most_shown), value.size());
  };
  std::string found;
  for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 10); ++i)
    found += (i ? ", " : "") + (values[i] ? shown(*values[i]) : "null");
  result.measured = fmt::format("{} records: {}{}", values.size(), found, values.size() > 10 ? ", ..." : "");
  return result;
}

ExpectationResult Simulation::evaluate(const Expectation& expectation, std::size_t i) const {
  ExpectationResult result{expectation.text, false, true, std::nullopt, std::nullopt, expectation.pointer};
  const Findings& found = checks_.findings();
  if (const auto* no = std::get_if<ExpectNo>(&expectation.what)) {
    const std::uint64_t count = no->invariant ? found.violations_of(*no->invariant) : found.violations();
    result.held = count == 0;
    result.measured = static_cast<std::int64_t>(count);
    if (no->invariant && std::ranges::find(invariant_table(), *no->invariant, &InvariantInfo::id) == invariant_table().end()) result.checked = false;
  } else if (const auto* violates = std::get_if<ExpectViolates>(&expectation.what)) {
    const std::uint64_t count = found.findings_of(violates->invariant);
    result.held = count > 0;
    result.measured = static_cast<std::int64_t>(count);
  } else if (const auto* records = std::get_if<ExpectRecords>(&expectation.what)) {
    return evaluate_records(*records, std::move(result));
  } else if (const auto* metric = std::get_if<ExpectMetric>(&expectation.what)) {
    result.unit = metric_info(metric->condition.query.metric).unit;
    if (std::holds_alternative<AtEnd>(metric->time)) {
      result.measured = measure(metric->condition.query);
      result.held = result.measured && compares(metric->condition, *result.measured);
      return result;
    }
    const Watched& watched = watched_[i];
    result.held = watched.held;
    result.measured = watched.measured;
    if (!result.measured && !watched.decided) result.measured = measure(metric->condition.query);
    const auto* moment = std::get_if<AtMoment>(&metric->time);
    const auto* always = std::get_if<Always>(&metric->time);
    const auto* within = std::get_if<Within>(&metric->time);
    const Duration due = moment ? moment->at : always ? always->from : within->after + within->within;
    if (!watched.decided && due > now()) result.checked = false;
  }
  return result;
}

void Simulation::expect_now(const Expectation& expectation) {
  ExpectationResult result = evaluate(expectation, 0);
  story_.tell(world_.now(), "expectation", "expect",
              fmt::format("{}: {}", result.text, result.held ? "holds" : "DOES NOT HOLD"),
              result.held ? Tone::good : Tone::violation);
  results_.push_back(std::move(result));
}

}  // namespace kafkasim::sim
