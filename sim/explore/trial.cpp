#include "sim/explore/trial.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

const Finding* first_violation(const Simulation& run, const std::optional<std::string>& invariant) {
  for (const Finding& finding : run.findings().kept()) {
    if (!finding.excuse && (!invariant || finding.invariant == *invariant)) return &finding;
  }
  return nullptr;
}

std::string told(const Finding& finding, const Simulation& run) {
  return fmt::format("{} at {} ms: {}{}", finding.subject, (finding.at - run.origin()).whole_ms(), finding.detail,
                     finding.in_epilogue ? " (epilogue)" : "");
}

void judge(const Simulation& run, Tally& tally, std::uint64_t number) {
  if (const std::optional<Breach> breach = breach_of(run))
    tally.failures.push_back({run.scenario().seed, number, *breach, ""});
  for (const auto& [id, count] : run.checks().evaluations()) tally.evaluations[std::string{id}] += count;
  for (const ProbeInfo& info : probe_table()) tally.probes[std::string{info.name}] += run.probes().count(info.probe);
}

}  // namespace

std::optional<Breach> breach_of(const Simulation& run) {
  std::optional<Breach> other;
  const Finding* worst = nullptr;
  for (const ExpectationResult& result : run.expectations()) {
    if (result.held || !result.checked) continue;
    const auto& all = run.scenario().expect;
    const auto expected = std::ranges::find(all, result.pointer, &Expectation::pointer);
    const auto* no = expected != all.end() ? std::get_if<ExpectNo>(&expected->what) : nullptr;
    const Finding* finding = no ? first_violation(run, no->invariant) : nullptr;
    if (finding && (!worst || finding->at < worst->at)) worst = finding;
    if (!finding && !other) other = Breach{BreachKind::expectation, "", result.text, result.pointer};
  }
  if (worst) return Breach{BreachKind::invariant, worst->invariant, told(*worst, run), ""};
  return other;
}

Tally run_trial(const std::shared_ptr<const Scenario>& scenario, std::uint64_t number) {
  Tally tally;
  tally.runs.resize(number + 1);
  tally.runs[number] = 1;
  const auto failed = [&](BreachKind kind, std::string detail) {
    tally.failures = {{scenario->seed, number, {kind, "", std::move(detail), ""}, ""}};
  };
  try {
    Simulation run{scenario, WireMode::fast};
    if (const Result<void> formed = run.form(); !formed) {
      failed(BreachKind::not_formed, formed.error().message);
      return tally;
    }
    while (run.step()) {}
    run.finish();
    judge(run, tally, number);
  } catch (const std::exception& error) {
    failed(BreachKind::internal_error, error.what());
  }
  return tally;
}

}  // namespace kafkasim::sim
