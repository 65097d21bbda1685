#include "sim/cli/run_scenarios.hpp"

#include <algorithm>
#include <ostream>

#include "sim/cli/one_run.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/report/html.hpp"

namespace kafkasim::sim {

namespace {

struct Results {
  Several several{};
  int code{exit_code::held};
  std::vector<std::string> reports;
  std::vector<std::string> sections;
  std::vector<JUnitSuite> suites;
  std::string timelines;
  std::vector<VariantColumn> columns;  // of the variants of the file that is being run
  std::vector<std::string> of_file;    // their sections

  void take(const WhichRun& which, OneRun one) {
    code = std::max(code, one.code);
    if (!one.report.empty()) reports.push_back(std::move(one.report));
    if (!one.html.empty()) of_file.push_back(std::move(one.html));
    suites.push_back(std::move(one.junit));
    timelines += one.timeline;
    if (!which.variant.empty()) columns.push_back(std::move(one.column));
  }
  void file_is_over(const std::string& title, const Terminal& terminal) {
    if (columns.size() > 1) {
      const VariantTable table = variant_table(columns);
      print_variants(table, terminal);
      if (!of_file.empty()) sections.push_back(html_variants(title, table));
    }
    for (std::string& section : of_file) sections.push_back(std::move(section));
    of_file.clear();
    columns.clear();
  }
};

bool write_results(const RunOptions& options, const Results& results, const Terminal& terminal) {
  bool written = true;
  if (options.report && !results.reports.empty())
    written = write_file(*options.report, reports_json(results.reports, results.several), terminal) && written;
  if (options.timeline) written = write_file(*options.timeline, results.timelines, terminal) && written;
  if (options.junit) written = write_file(*options.junit, junit_xml(results.suites), terminal) && written;
  if (options.html) written = write_file(*options.html, html_page(results.sections), terminal) && written;
  return written;
}

}  // namespace

int run_scenarios(const RunOptions& options, const Terminal& terminal) {
  const std::optional<std::vector<PlannedRun>> runs = planned_runs(options.files, options, terminal);
  if (!runs) return exit_code::bad_input;
  if ((options.perfetto || options.record) && runs->size() > 1) {
    terminal.err << "kafkasim: " << (options.perfetto ? "--perfetto" : "--record") << " takes one run: one scenario, one variant of it (--variant)\n";
    return exit_code::bad_input;
  }
  Outputs outputs{options.files};
  outputs.add("--report", options.report);
  outputs.add("--timeline", options.timeline);
  outputs.add("--junit", options.junit);
  outputs.add("--html", options.html);
  outputs.add("--perfetto", options.perfetto);
  outputs.add("--record", options.record);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  const Interrupt interrupt;
  Results results;
  results.several = runs->size() > 1 ? Several::yes : Several::no;
  for (std::size_t i = 0; i < runs->size() && !interrupt.noticed(); ++i) {
    const PlannedRun& run = (*runs)[i];
    results.take(run, run_one(run, *run.scenario, results.several, options, interrupt, terminal));
    const std::string& title = run.scenario->title.empty() ? run.scenario->name : run.scenario->title;
    if (i + 1 == runs->size() || (*runs)[i + 1].file != run.file) results.file_is_over(title, terminal);
  }
  return write_results(options, results, terminal) ? results.code : exit_code::bad_input;
}

}  // namespace kafkasim::sim
