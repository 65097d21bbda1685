#include "sim/explore/sweep_report.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/check/probes.hpp"

namespace kafkasim::sim {

namespace {

using Json = nlohmann::ordered_json;

std::uint64_t a_minute(std::uint64_t runs, std::int64_t wall_ms) {
  return runs * 60'000 / static_cast<std::uint64_t>(std::max<std::int64_t>(1, wall_ms));
}

std::vector<std::string_view> never_reached(const Tally& tally) {
  std::vector<std::string_view> names;
  for (const ProbeInfo& info : probe_table()) {
    const auto found = tally.probes.find(std::string{info.name});
    if (found == tally.probes.end() || found->second == 0) names.push_back(info.name);
  }
  return names;
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c; break;  // XML 1.0 has no control characters
    }
  }
  return out;
}

std::string of(std::uint64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

}  // namespace

std::string failure_line(const Failure& failure, const std::vector<SweptScenario>& scenarios) {
  std::string line = fmt::format("seed {}", failure.seed);
  if (scenarios.size() > 1) line += " of " + scenarios[failure.scenario].name();
  line += fmt::format(": {}: {}", what_broke(failure.breach), failure.breach.detail);
  return failure.file.empty() ? line : line + "\n  saved as " + failure.file;
}

std::string sweep_text(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts) {
  std::string out;
  for (const Failure& failure : tally.failures) out += failure_line(failure, plan.scenarios) + "\n";
  if (!tally.failures.empty()) out += "\n";
  std::uint64_t evaluations = 0;
  for (const auto& [id, count] : tally.evaluations) evaluations += count;
  out += fmt::format("{} of {} in {}.{} s, {} runs a minute; {} evaluations of {} invariants\n", of(tally.all_runs(), "run"),
                     of(plan.scenarios.size(), "scenario"), facts.wall_ms / 1000, facts.wall_ms % 1000 / 100,
                     a_minute(tally.all_runs(), facts.wall_ms), evaluations, tally.evaluations.size());
  out += "situations reached:\n";
  for (const ProbeInfo& info : probe_table()) {
    const auto found = tally.probes.find(std::string{info.name});
    if (found != tally.probes.end() && found->second > 0)
      out += fmt::format("  {:>9}  {:<31} {}\n", found->second, info.name, info.meaning);
  }
  const std::vector<std::string_view> missed = never_reached(tally);
  if (!missed.empty()) out += "never reached: " + fmt::format("{}", fmt::join(missed, ", ")) + "\n";
  const char* verdict = facts.interrupted ? "INTERRUPTED" : tally.failures.empty() ? "PASS" : "FAIL";
  return out + fmt::format("\n{}: {} failed\n", verdict, of(tally.failures.size(), "run"));
}

std::string sweep_json(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts) {
  Json out{{"version", KAFKASIM_VERSION}, {"scenarios", Json::array()}};
  for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
    out["scenarios"].push_back({{"scenario", plan.scenarios[i].scenario->name},
                                {"file", plan.scenarios[i].file},
                                {"runs", i < tally.runs.size() ? tally.runs[i] : 0}});
    if (!plan.scenarios[i].variant.empty()) out["scenarios"].back()["variant"] = plan.scenarios[i].variant;
  }
  out["outcome"] = facts.interrupted ? "interrupted" : tally.failures.empty() ? "pass" : "fail";
  out["seeds"] = tally.seeds();
  out["failures"] = Json::array();
  for (const Failure& failure : tally.failures) {
    Json one{{"seed", failure.seed}};
    one["invariant"] = failure.breach.kind == BreachKind::invariant ? Json(failure.breach.invariant) : Json(nullptr);
    one["file"] = failure.file.empty() ? Json(nullptr) : Json(failure.file);
    const SweptScenario& swept = plan.scenarios[failure.scenario];
    one["scenario"] = swept.scenario->name;
    if (!swept.variant.empty()) one["variant"] = swept.variant;
    one["kind"] = what_broke(failure.breach);
    one["detail"] = failure.breach.detail;
    out["failures"].push_back(std::move(one));
  }
  out["evaluations"] = tally.evaluations;
  out["probes"] = Json::object();
  for (const ProbeInfo& info : probe_table()) {
    const auto found = tally.probes.find(std::string{info.name});
    out["probes"][std::string{info.name}] = found == tally.probes.end() ? 0 : found->second;
  }
  out["never_reached"] = never_reached(tally);
  out["runs_per_minute"] = a_minute(tally.all_runs(), facts.wall_ms);
  out["wall_ms"] = facts.wall_ms;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string sweep_junit(const Tally& tally, const SweepPlan& plan, const SweepFacts& facts) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
    std::set<std::string> cases{"expectations"};
    for (const auto& [id, count] : tally.evaluations) cases.insert(id);
    for (const Failure& f : tally.failures) cases.insert(f.breach.kind == BreachKind::invariant ? f.breach.invariant : "expectations");
    std::string body;
    std::uint64_t failed_cases = 0;
    for (const std::string& name : cases) {
      std::string failures;
      for (const Failure& f : tally.failures) {
        const std::string mine = f.breach.kind == BreachKind::invariant ? f.breach.invariant : "expectations";
        if (f.scenario != i || mine != name) continue;
        failures += fmt::format("      <failure message=\"seed {}: {}\">{}</failure>\n", f.seed, xml(f.breach.detail), xml(f.file));
      }
      failed_cases += failures.empty() ? 0U : 1U;
      body += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(plan.scenarios[i].name()), xml(name));
      body += failures.empty() ? "/>\n" : ">\n" + failures + "    </testcase>\n";
    }
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
                       xml(plan.scenarios[i].name()), cases.size(), failed_cases, body);
  }
  if (facts.interrupted) {
    out += "  <testsuite name=\"sweep\" tests=\"1\" failures=\"1\">\n    <testcase classname=\"sweep\" name=\"the sweep is complete\">\n";
    out += fmt::format("      <failure message=\"interrupted\">after {}</failure>\n    </testcase>\n  </testsuite>\n", of(tally.all_runs(), "run"));
  }
  return out + "</testsuites>\n";
}

std::string progress_text(const SweepProgress& p) {
  const std::int64_t wall = std::max<std::int64_t>(1, p.wall_ms);
  const std::uint64_t tenths = p.done * 10'000 / static_cast<std::uint64_t>(wall);
  std::string out = fmt::format("{}/{} runs, {}.{} a second, {}", p.done, p.all, tenths / 10, tenths % 10, of(p.failures, "failure"));
  if (p.done == 0) return out;
  // in floating point, so that 2^64 seeds overflow nothing: a guess that people read
  const double whole = static_cast<double>(p.all - std::min(p.done, p.all)) / static_cast<double>(p.done) * static_cast<double>(wall);
  double left = whole / 1000;
  if (p.limit_ms > 0) left = std::min(left, static_cast<double>(std::max<std::int64_t>(0, p.limit_ms - wall)) / 1000);
  return left < 1e9 ? out + fmt::format(", {:.0f} s left", left) : out;
}

}  // namespace kafkasim::sim
