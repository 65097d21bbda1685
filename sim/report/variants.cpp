#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t widest_line = 79;
constexpr std::size_t narrowest_name = 16;

std::string value_in(const TableCells& cells, const std::string& name) {
  const auto found = std::ranges::find(cells, name, &std::pair<std::string, std::string>::first);
  return found == cells.end() ? "-" : found->second;
}

std::vector<VariantTable::Row> all_rows(const std::vector<VariantColumn>& columns, TableCells VariantColumn::*part) {
  std::vector<VariantTable::Row> rows;
  for (const VariantColumn& column : columns) {
    for (const auto& [name, value] : column.*part) {
      if (std::ranges::find(rows, name, &VariantTable::Row::name) != rows.end()) continue;
      VariantTable::Row& row = rows.emplace_back(VariantTable::Row{name, {}});
      for (const VariantColumn& one : columns) row.values.push_back(value_in(one.*part, name));
    }
  }
  return rows;
}

}  // namespace

VariantColumn variant_column(const Simulation& run, const RunFacts& facts) {
  VariantColumn column{facts.variant,
                       {{"outcome", std::string{outcome_name(facts.outcome)}},
                        {"violations", std::to_string(run.findings().violations())},
                        {"excused", std::to_string(run.findings().excused())}},
                       {}};
  for (const MetricInfo& info : metric_table()) {
    if (info.metric == Metric::errors || info.total == MetricTotal::needs_subject) continue;
    if (const auto value = run.measure({info.metric, {}, {}, {}}))
      column.metrics.emplace_back(std::string{info.name}, value_text(info.unit, *value));
  }
  for (const ErrorCode code : run.measures().errors_seen())
    column.metrics.emplace_back("errors." + std::string{error_name(code)}, std::to_string(run.measures().errors(code, std::nullopt)));
  for (const ExpectationResult& result : run.expectations())
    column.expectations.emplace_back(result.text, !result.checked ? "not checked" : result.held ? "held" : "NOT HELD");
  return column;
}

VariantTable variant_table(const std::vector<VariantColumn>& columns) {
  VariantTable table;
  for (const VariantColumn& column : columns) table.columns.push_back(column.name);
  table.metrics = all_rows(columns, &VariantColumn::metrics);
  std::erase_if(table.metrics, [](const VariantTable::Row& row) {
    const bool matters = row.name == "outcome" || row.name == "records.acked";
    return !matters && std::ranges::all_of(row.values, [&row](const std::string& value) { return value == row.values.front(); });
  });
  table.expectations = all_rows(columns, &VariantColumn::expectations);
  return table;
}

void print_variants(const VariantTable& table, const Terminal& terminal) {
  std::vector<std::size_t> widths;
  std::size_t taken = 2;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t wide = table.columns[i].size();
    for (const auto* rows : {&table.metrics, &table.expectations}) {
      for (const VariantTable::Row& row : *rows) wide = std::max(wide, row.values[i].size());
    }
    widths.push_back(wide);
    taken += wide + 2;
  }
  const std::size_t room = std::max(narrowest_name, taken < widest_line ? widest_line - taken : 0);
  std::size_t width = 0;
  for (const auto* rows : {&table.metrics, &table.expectations}) {
    for (const VariantTable::Row& row : *rows) width = std::max(width, std::min(room, row.name.size()));
  }
  std::string line = std::string(width + 2, ' ');
  for (std::size_t i = 0; i < widths.size(); ++i) line += fmt::format("  {:>{}}", table.columns[i], widths[i]);
  terminal.out << '\n' << tinted(terminal.out_colour, Tint::bold, line) << '\n';
  for (const auto* rows : {&table.metrics, &table.expectations}) {
    for (const VariantTable::Row& row : *rows) {
      line = fmt::format("  {:<{}}", cut(row.name, width), width);
      for (std::size_t i = 0; i < widths.size(); ++i) line += fmt::format("  {:>{}}", row.values[i], widths[i]);
      terminal.out << line << '\n';
    }
  }
}

}  // namespace kafkasim::sim
