#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

namespace {

using Column = std::vector<std::pair<std::string, std::string>>;

std::string value_in(const Column& column, const std::string& name) {
  const auto found = std::ranges::find(column, name, &std::pair<std::string, std::string>::first);
  return found == column.end() ? "-" : found->second;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> variant_column(const Simulation& run, const RunFacts& facts) {
  Column column{{"outcome", std::string{outcome_name(facts.outcome)}},
                {"violations", std::to_string(run.findings().violations())},
                {"excused", std::to_string(run.findings().excused())}};
  for (const MetricInfo& info : metric_table()) {
    if (info.metric == Metric::errors || info.total == MetricTotal::needs_subject) continue;
    if (const auto value = run.measure({info.metric, {}, {}, {}}))
      column.emplace_back(std::string{info.name}, value_text(info.unit, *value));
  }
  for (const ErrorCode code : run.measures().errors_seen())
    column.emplace_back("errors." + std::string{error_name(code)}, std::to_string(run.measures().errors(code, std::nullopt)));
  return column;
}

void print_variants(const std::vector<std::string>& names, const std::vector<Column>& columns, const Terminal& terminal) {
  std::vector<std::string> rows;
  for (const Column& column : columns) {
    for (const auto& [name, value] : column) {
      if (std::ranges::find(rows, name) == rows.end()) rows.push_back(name);
    }
  }
  const auto differs = [&columns](const std::string& row) {
    return std::ranges::any_of(columns, [&](const Column& c) { return value_in(c, row) != value_in(columns.front(), row); });
  };
  std::erase_if(rows, [&](const std::string& row) { return row != "outcome" && row != "records.acked" && !differs(row); });
  std::size_t width = 0;
  for (const std::string& row : rows) width = std::max(width, row.size());
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t wide = names[i].size();
    for (const std::string& row : rows) wide = std::max(wide, value_in(columns[i], row).size());
    widths.push_back(wide);
  }
  std::string line = std::string(width + 2, ' ');
  for (std::size_t i = 0; i < columns.size(); ++i) line += fmt::format("  {:>{}}", names[i], widths[i]);
  terminal.out << '\n' << tinted(terminal.out_colour, Tint::bold, line) << '\n';
  for (const std::string& row : rows) {
    line = fmt::format("  {:<{}}", row, width);
    for (std::size_t i = 0; i < columns.size(); ++i) line += fmt::format("  {:>{}}", value_in(columns[i], row), widths[i]);
    terminal.out << line << '\n';
  }
}

}  // namespace kafkasim::sim
