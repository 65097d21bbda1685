#include <algorithm>
#include <ostream>
#include <sstream>

#include <fmt/format.h>

#include "sim/report/report.hpp"
#include "sim/report/weak_points.hpp"

namespace kafkasim::sim {

namespace {

std::optional<Tint> tint_of(Tone tone) {
  switch (tone) {
    case Tone::fault:
    case Tone::violation: return Tint::red;
    case Tone::warning: return Tint::yellow;
    case Tone::good: return Tint::green;
    case Tone::decision:
    case Tone::note: return Tint::bold;
    case Tone::plain: break;
  }
  return std::nullopt;
}

std::string_view mark(Tone tone) {
  switch (tone) {
    case Tone::fault: return "!";
    case Tone::violation: return "#";
    case Tone::warning: return "-";
    case Tone::good: return "+";
    case Tone::decision: return "*";
    case Tone::note: return ">";
    case Tone::plain: break;
  }
  return " ";
}

std::string metric_text(const Simulation& run, Metric metric) {
  const auto value = run.measure({metric, {}, {}, {}});
  return value ? value_text(metric_info(metric).unit, *value) : "none";
}

// Of the epilogue, where it has something to tell.
std::string liveness_text(const Liveness& liveness) {
  const std::string core = fmt::format("{}", fmt::join(liveness.core, ", "));
  if (liveness.after)
    return fmt::format("  with only {} healed all comes to rest in {} s\n", core, seconds_text(*liveness.after));
  std::string text;
  if (!liveness.unrecoverable.empty())
    text = fmt::format("  could not recover: {}\n", fmt::join(liveness.unrecoverable, "; "));
  text += fmt::format("  {} s after {} {} healed\n", seconds_text(liveness.budget), core,
                      liveness.core.size() == 1 ? "is" : "are");
  for (const Unmet& one : liveness.unmet) text += fmt::format("    {}: {}\n", one.subject, one.what);
  return text;
}

// What does not fit into a line goes on a little to the right of where the line began.
void print_folded(const std::string& text, const Terminal& terminal) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    terminal.out << folded(line, begin + 4, terminal.columns) << '\n';
  }
}

}  // namespace

std::string seconds_text(Duration d) {
  const std::int64_t ms = d.whole_ms();
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

std::string value_text(MetricUnit unit, const MetricValue& value) {
  if (unit != MetricUnit::duration) return describe(unit, value);
  const std::int64_t us = nanoseconds(std::get<std::int64_t>(value)).whole_us();
  return us % 1000 == 0 ? fmt::format("{} ms", us / 1000) : fmt::format("{}.{:03} ms", us / 1000, us % 1000);
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::fail: return "fail";
    case Outcome::interrupted: return "interrupted";
  }
  return "";
}

Outcome outcome_of(const Simulation& run, Strict strict) {
  const auto broken = [](const ExpectationResult& r) { return r.checked && !r.held; };
  if (std::ranges::any_of(run.expectations(), broken)) return Outcome::fail;
  return strict == Strict::yes && run.findings().excused() > 0 ? Outcome::fail : Outcome::pass;
}

std::string verdict_sentence(const Simulation& run, const RunFacts& facts) {
  const std::uint64_t violations = run.findings().violations();
  std::string sentence;
  if (violations > 0) {
    sentence = fmt::format("{} violation{} of Kafka's promises", violations, violations == 1 ? "" : "s");
  } else if (run.findings().excused() > 0) {
    sentence = fmt::format("{} finding{}, all excused by the run's own faults and settings", run.findings().excused(),
                           run.findings().excused() == 1 ? "" : "s");
  } else {
    const std::optional<MetricValue> measured = run.measure({Metric::records_duplicated, {}, {}, {}});
    const auto* twice = measured ? std::get_if<std::int64_t>(&*measured) : nullptr;
    sentence = twice && *twice > 0 ? fmt::format("nothing acknowledged was lost, no promise broken; {} written twice, which nobody promised not to be", *twice)
                                   : "nothing acknowledged was lost, nothing written twice, no promise broken";
  }
  const auto broken =
      std::ranges::count_if(run.expectations(), [](const ExpectationResult& r) { return r.checked && !r.held; });
  if (facts.outcome == Outcome::pass || violations > 0 || broken == 0) return sentence;
  return fmt::format("{} expectation{} not held; {}", broken, broken == 1 ? "" : "s", sentence);
}

void print_header(const Simulation& run, const RunFacts& facts, const Terminal& terminal) {
  const Scenario& s = run.scenario();
  terminal.out << tinted(terminal.out_colour, Tint::bold, run_name(s.title.empty() ? s.name : s.title, facts.variant)) << '\n';
  terminal.out << fmt::format("{}: {}, {} s, seed {}\n\n", s.name, nodes_text(s.cluster), seconds_text(s.duration), s.seed);
}

void print_line(const StoryLine& line, const Terminal& terminal) {
  const std::string text = fmt::format("{} {:<11} {:<14} {}", mark(line.tone), line.kind, line.subject, line.text);
  const std::optional<Tint> tint = tint_of(line.tone);
  constexpr std::size_t before_text = 42;  // time, mark, kind, subject
  constexpr std::size_t before_kind = 15;
  const std::size_t hanging = terminal.columns && *terminal.columns < 2 * before_text ? before_kind : before_text;
  const std::string at = fmt::format("{:>9} s  ", seconds_text(line.at));
  terminal.out << folded(at + (tint ? tinted(terminal.out_colour, *tint, text) : text), hanging, terminal.columns) << '\n';
}

void print_verdict(const Simulation& run, const RunFacts& facts, const std::vector<std::string>& investigation,
                   const Terminal& terminal) {
  std::ostringstream out;
  const auto coloured = [&](Tint tint, std::string_view text) { return tinted(terminal.out_colour, tint, text); };
  out << '\n';
  for (const Finding& finding : run.findings().kept()) {
    const std::string verdict =
        finding.excuse ? fmt::format("excused ({})", excuse_name(*finding.excuse)) : std::string{"VIOLATION"};
    out << coloured(finding.excuse ? Tint::yellow : Tint::red, fmt::format("{} {}", verdict, finding.invariant));
    out << fmt::format(" at {} s, {}: {}{}\n", seconds_text(finding.at - run.origin()), finding.subject, finding.detail,
                       finding.in_epilogue ? " (epilogue)" : "");
    for (const std::string& evidence : finding.evidence) out << "    " << evidence << '\n';
  }
  for (const std::string& line : investigation) out << "  " << line << '\n';
  const std::uint64_t told = run.findings().kept().size();
  const std::uint64_t all = run.findings().violations() + run.findings().excused();
  if (all > told) out << fmt::format("    and {} more findings of these kinds\n", all - told);
  for (const ExpectationResult& result : run.expectations()) {
    const std::string_view word = !result.checked ? "not checked" : result.held ? "held" : "NOT HELD";
    out << coloured(!result.checked ? Tint::yellow
                    : result.held   ? Tint::green
                                    : Tint::red,
                    fmt::format("  {:<11}", word))
        << "  " << result.text;
    if (result.measured && !(result.held && result.text.empty())) {
      out << fmt::format("  ({})", value_text(result.unit.value_or(MetricUnit::count), *result.measured));
    }
    out << '\n';
  }
  if (run.liveness() && (!run.liveness()->whole || !run.liveness()->after))
    out << '\n' << liveness_text(*run.liveness());
  out << fmt::format("\n  produced {}, acknowledged {}, failed {}, lost {}, duplicated {}, consumed {}\n",
                     metric_text(run, Metric::records_produced), metric_text(run, Metric::records_acked),
                     metric_text(run, Metric::records_failed), metric_text(run, Metric::records_lost),
                     metric_text(run, Metric::records_duplicated), metric_text(run, Metric::records_consumed));
  out << fmt::format("  elections {} (unclean {}), unavailable {}, produce latency p50 {}, p99 {}, most {}\n",
                     metric_text(run, Metric::elections), metric_text(run, Metric::elections_unclean),
                     metric_text(run, Metric::unavailable), metric_text(run, Metric::latency_produce_p50),
                     metric_text(run, Metric::latency_produce_p99), metric_text(run, Metric::latency_produce_max));
  for (const std::string& line : weak_lines(weak_points(run))) out << "  weak point: " << line << '\n';
  for (const auto& [broker, use] : run.disk_uses().disks()) {
    if (use.failed_at) out << "  log directory of " << describe_failure(broker, use, run.scenario()) << '\n';
  }
  out << fmt::format("  trace hash {:016x}, {} events, {} s of virtual time in {}.{:03} s\n\n",
                     run.world().trace_hash(), run.events(), seconds_text(run.now()), facts.wall_us / 1'000'000,
                     facts.wall_us / 1000 % 1000);
  const bool passed = facts.outcome == Outcome::pass;
  out << coloured(passed ? Tint::green : Tint::red, facts.outcome == Outcome::interrupted ? "INTERRUPTED"
                                                    : passed                              ? "PASS"
                                                                                          : "FAIL")
      << ": " << verdict_sentence(run, facts) << '\n';
  print_folded(out.str(), terminal);
}

}  // namespace kafkasim::sim
