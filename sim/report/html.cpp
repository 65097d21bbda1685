#include "sim/report/html.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/plot.hpp"
#include "sim/report/weak_points.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_marks = 99;
constexpr std::size_t most_strips = 24;  // partitions drawn; the rest is said

constexpr std::string_view style = R"(
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; padding: 1rem; max-width: 60rem; }
section + section { margin-top: 3rem; border-top: 2px solid #ddd; padding-top: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
.sub { color: #555; margin: 0 0 1rem; }
.verdict { border-left: .5rem solid #15803d; background: #f0fdf4; padding: .6rem 1rem; }
.verdict.fail { border-color: #b91c1c; background: #fef2f2; } .verdict.interrupted { border-color: #a16207; background: #fefce8; }
.finding { border: 1px solid #d4d4d4; border-left: .4rem solid #b91c1c; padding: .4rem .8rem; margin: .6rem 0; }
.finding.excused { border-left-color: #a16207; }
.finding ul { margin: .3rem 0; padding-left: 1.2rem; color: #444; }
pre { overflow-x: auto; background: #f6f6f6; padding: .6rem; font-size: 12.5px; line-height: 1.35; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td, th { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid #e5e5e5; }
td.bad { color: #b91c1c; } td.ok { color: #166534; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.fault td, tr.violation td { color: #b91c1c; } tr.warning td { color: #92400e; } tr.good td { color: #166534; }
tr.decision td, tr.note td { font-weight: 600; }
svg { width: 100%; height: auto; display: block; margin: .8rem 0; font-family: system-ui, sans-serif; font-size: 11px; }
svg .title { font-size: 13px; font-weight: 600; } svg .grid { stroke: #e0e0e0; }
svg .line { fill: none; stroke-width: 1.6; } svg line.fault { stroke: #b91c1c; stroke-dasharray: 3 3; opacity: .7; }
svg text.fault { fill: #b91c1c; font-weight: 600; } svg .strip { stroke: #888; stroke-width: .5; } svg .in { fill: #fff; }
@media (max-width: 40rem) { body { font-size: 14px; padding: .6rem; } svg { font-size: 15px; } svg .title { font-size: 17px; } }
@media print { body { max-width: none; } details { display: block; } .finding, svg { break-inside: avoid; } }
)";

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::fault: return "fault";
    case Tone::violation: return "violation";
    case Tone::warning: return "warning";
    case Tone::good: return "good";
    case Tone::decision: return "decision";
    case Tone::note: return "note";
    case Tone::plain: break;
  }
  return "plain";
}

std::string heading(std::string_view text) { return fmt::format("<h2>{}</h2>\n", escape_markup(text)); }

std::string verdict_html(const Simulation& run, const RunFacts& facts) {
  return fmt::format("<p class=\"verdict {}\"><strong>{}</strong>: {}</p>\n", outcome_name(facts.outcome),
                     facts.outcome == Outcome::pass   ? "PASS"
                     : facts.outcome == Outcome::fail ? "FAIL"
                                                      : "INTERRUPTED",
                     escape_markup(verdict_sentence(run, facts)));
}

std::string findings_html(const Simulation& run) {
  std::string out;
  for (const Finding& finding : run.findings().kept()) {
    const std::string verdict =
        finding.excuse ? fmt::format("excused ({})", excuse_name(*finding.excuse)) : std::string{"VIOLATION"};
    out += fmt::format("<div class=\"finding{}\"><strong>{} {}</strong> at {} s{}, {}: {}\n<ul>", finding.excuse ? " excused" : "",
                       verdict, escape_markup(finding.invariant), seconds_text(finding.at - run.origin()),
                       finding.in_epilogue ? " (epilogue)" : "", escape_markup(finding.subject), escape_markup(finding.detail));
    for (const std::string& evidence : finding.evidence) out += fmt::format("<li>{}</li>", escape_markup(evidence));
    out += "</ul></div>\n";
  }
  const std::uint64_t all = run.findings().violations() + run.findings().excused();
  if (all > run.findings().kept().size())
    out += fmt::format("<p>and {} more findings of these kinds</p>\n", all - run.findings().kept().size());
  return out.empty() ? out : heading("Findings") + out;
}

std::string expectations_html(const Simulation& run) {
  std::string out = heading("Expectations") + "<div class=\"wide\"><table>\n";
  for (const ExpectationResult& result : run.expectations()) {
    const std::string_view word = !result.checked ? "not checked" : result.held ? "held" : "NOT HELD";
    out += fmt::format("<tr class=\"{}\"><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
                       !result.checked ? "warning" : result.held ? "good" : "fault", word, escape_markup(result.text),
                       result.measured ? escape_markup(value_text(result.unit.value_or(MetricUnit::count), *result.measured)) : "");
  }
  return out + "</table></div>\n";
}

std::vector<PlotMark> marks_of(const Simulation& run) {
  std::vector<PlotMark> marks;
  for (const FaultRecord& fault : run.driver().faults()) {
    if (marks.size() == most_marks) break;
    marks.push_back({fault.at, std::to_string(marks.size() + 1)});
  }
  return marks;
}

std::string faults_html(const Simulation& run) {
  if (run.driver().faults().empty()) return "";
  std::string out = heading("Faults") + "<ol>\n";
  for (const FaultRecord& fault : run.driver().faults()) {
    out += fmt::format("<li>{} s: {} {}</li>\n", seconds_text(fault.at), escape_markup(fault.fault), escape_markup(fault.target));
  }
  return out + "</ol>\n";
}

using Sample = Series::Sample;

// How much a count grew a second, between each sample and the one before.
PlotLine rate_line(std::string name, const std::vector<Sample>& samples, std::int64_t Sample::*count) {
  PlotLine line{std::move(name), {}};
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const std::int64_t ms = std::max<std::int64_t>(1, (samples[i].at - samples[i - 1].at).whole_ms());
    line.points.push_back({samples[i].at, (samples[i].*count - samples[i - 1].*count) * 1000 / ms});
  }
  return line;
}

PlotLine value_line(std::string name, const std::vector<Sample>& samples, std::optional<std::int64_t> Sample::*value) {
  PlotLine line{std::move(name), {}};
  for (const Sample& sample : samples) {
    if (sample.*value) line.points.push_back({sample.at, *(sample.*value)});
  }
  return line;
}

std::vector<PlotLine> disk_lines(const Simulation& run, const std::vector<Sample>& samples) {
  std::vector<PlotLine> lines;
  for (const auto& [id, host] : run.cluster().brokers) {
    PlotLine line{fmt::format("broker {}", id.value), {}};
    for (const Sample& sample : samples) {
      const auto found = sample.disk_used.find(id);
      if (found != sample.disk_used.end()) line.points.push_back({sample.at, found->second});
    }
    lines.push_back(std::move(line));
    if (lines.size() == 6) break;  // more cannot be told apart
  }
  return lines;
}

std::string leaders_svg(const Simulation& run, const std::vector<Sample>& samples, Duration end) {
  std::map<TopicPartition, StripRow> rows;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Duration until = i + 1 < samples.size() ? samples[i + 1].at : end;
    for (const auto& [tp, leader] : samples[i].leaders) {
      StripRow& row = rows[tp];
      const std::int64_t state = leader ? leader->value : -1;
      if (!row.stretches.empty() && row.stretches.back().state == state && row.stretches.back().to == samples[i].at) {
        row.stretches.back().to = until;
      } else {
        row.stretches.push_back({samples[i].at, until, state});
      }
    }
  }
  StripPlot plot{"Leaders", "broker", end, {}, marks_of(run)};
  if (rows.size() > most_strips) plot.title = fmt::format("Leaders of the first {} of {} partitions", most_strips, rows.size());
  for (auto& [tp, row] : rows) {
    if (plot.rows.size() == most_strips) break;
    row.name = to_string(tp);
    if (row.name.size() > 12) row.name = "…" + row.name.substr(row.name.size() - 11);
    plot.rows.push_back(std::move(row));
  }
  return plot.rows.empty() ? "" : strips_svg(plot);
}

std::string plots_html(const Simulation& run, const Series& series) {
  const std::vector<Sample>& samples = series.samples();
  const Duration end = run.now();
  if (samples.size() < 2) return "";
  const std::vector<PlotMark> marks = marks_of(run);
  std::string out = heading("Over time");
  out += plot_svg({"Throughput, records a second", PlotUnit::per_second, end,
                   {rate_line("acknowledged", samples, &Sample::acked), rate_line("consumed", samples, &Sample::consumed)}, marks});
  PlotLine lag = value_line("all groups", samples, &Sample::lag);
  if (!lag.points.empty()) out += plot_svg({"Lag, records", PlotUnit::count, end, {std::move(lag)}, marks});
  out += plot_svg({"In-sync replicas of the partition with the fewest", PlotUnit::count, end,
                   {value_line("ISR size", samples, &Sample::isr)}, marks});
  out += plot_svg({"Disk used", PlotUnit::bytes, end, disk_lines(run, samples), marks});
  return out + leaders_svg(run, samples, end);
}

std::string weak_points_html(const Simulation& run) {
  const std::vector<std::string> lines = weak_lines(weak_points(run));
  if (lines.empty()) return "";
  std::string out = heading("Weak points") + "<ul>\n";
  for (const std::string& line : lines) out += "<li>" + escape_markup(line) + "</li>\n";
  return out + "</ul>\n";
}

std::string timeline_html(const Story& story) {
  std::string out = heading("Timeline") + "<div class=\"wide\"><table>\n";
  for (std::size_t i = 0; i < story.lines().size(); ++i) {
    const StoryLine& line = story.lines()[i];
    out += fmt::format("<tr class=\"{}\"><td class=\"n\">{} s</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", class_of(line.tone),
                       seconds_text(line.at), escape_markup(line.kind), escape_markup(line.subject), escape_markup(line.text));
  }
  return out + "</table></div>\n";
}

}  // namespace

std::string html_section(const Simulation& run, const RunFacts& facts, const Series& series,
                         const std::vector<std::string>& investigation) {
  const Scenario& s = run.scenario();
  std::string title = s.title.empty() ? s.name : s.title;
  if (!facts.variant.empty()) title += " — " + facts.variant;
  std::string out = fmt::format("<section>\n<h1>{}</h1>\n", escape_markup(title));
  out += fmt::format("<p class=\"sub\">{}: {}, {} s of virtual time, seed {}, trace hash {:016x}</p>\n",
                     escape_markup(s.name), nodes_text(s.cluster), seconds_text(run.now()), s.seed, run.world().trace_hash());
  out += verdict_html(run, facts);
  if (!s.description.empty()) out += fmt::format("<p>{}</p>\n", escape_markup(s.description));
  out += findings_html(run);
  if (!investigation.empty()) {
    out += heading("How it came about") + "<pre>";
    for (const std::string& line : investigation) out += escape_markup(line) + "\n";
    out += "</pre>\n";
  }
  return out + expectations_html(run) + plots_html(run, series) + faults_html(run) + weak_points_html(run) + timeline_html(run.story()) + "</section>\n";
}

std::string html_variants(const std::string& title, const VariantTable& table) {
  std::string out = fmt::format("<section>\n<h1>{}</h1>\n<p class=\"sub\">{} variants side by side</p>\n<div class=\"wide\"><table>\n<tr><th></th>",
                                escape_markup(title), table.columns.size());
  for (const std::string& name : table.columns) out += fmt::format("<th class=\"n\">{}</th>", escape_markup(name));
  out += "</tr>\n";
  for (const auto* rows : {&table.metrics, &table.expectations}) {
    for (const VariantTable::Row& row : *rows) {
      out += fmt::format("<tr><td>{}</td>", escape_markup(row.name));
      for (const std::string& value : row.values) {
        const std::string_view tint = value == "NOT HELD" || value == "fail" ? " bad" : value == "held" || value == "pass" ? " ok" : "";
        out += fmt::format("<td class=\"n{}\">{}</td>", tint, escape_markup(value));
      }
      out += "</tr>\n";
    }
  }
  return out + "</table></div>\n</section>\n";
}

std::string html_page(const std::vector<std::string>& sections) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>kafkasim report</title>\n<style>";
  out += style;
  out += "</style>\n</head>\n<body>\n";
  for (const std::string& section : sections) out += section;
  return out + "</body>\n</html>\n";
}

}  // namespace kafkasim::sim
