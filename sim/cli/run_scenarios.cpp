#include "sim/cli/run_scenarios.hpp"

#include <algorithm>
#include <ostream>

#include "sim/cli/diagnose.hpp"
#include "sim/cli/one_run.hpp"
#include "sim/cli/verdict_files.hpp"
#include "sim/report/html.hpp"

namespace kafkasim::sim {

namespace {

struct Planned {
  WhichRun which;
  Scenario scenario;
};

// Each file, or each of its variants. False if one of them is no scenario.
bool plan(const RunOptions& options, std::vector<Planned>& runs, const Terminal& terminal) {
  bool good = true;
  for (const std::string& file : options.files) {
    Parsed parsed = load_scenario(file, options.patches);
    print_diagnostics(terminal, file, parsed.diagnostics);
    good = good && parsed.scenario.has_value();
    if (!parsed.scenario) continue;
    if (options.variant && !known_variant(*options.variant, file, *parsed.scenario, terminal)) {
      good = false;
      continue;
    }
    if (parsed.scenario->variants.empty()) {
      runs.push_back({{file, ""}, std::move(*parsed.scenario)});
      continue;
    }
    for (const Variant& variant : parsed.scenario->variants) {
      if (!options.variant || variant.name == *options.variant) runs.push_back({{file, variant.name, patches_of(variant)}, *variant.scenario});
    }
  }
  return good;
}

struct Results {
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
    written = write_file(*options.report, reports_json(results.reports), terminal) && written;
  if (options.timeline) written = write_file(*options.timeline, results.timelines, terminal) && written;
  if (options.junit) written = write_file(*options.junit, junit_xml(results.suites), terminal) && written;
  if (options.html) written = write_file(*options.html, html_page(results.sections), terminal) && written;
  return written;
}

}  // namespace

int run_scenarios(const RunOptions& options, const Terminal& terminal) {
  std::vector<Planned> runs;
  if (!plan(options, runs, terminal)) return exit_code::bad_input;
  if ((options.perfetto || options.record) && runs.size() > 1) {
    terminal.err << "kafkasim: " << (options.perfetto ? "--perfetto" : "--record") << " takes one run: one scenario, one variant of it (--variant)\n";
    return exit_code::bad_input;
  }
  const Interrupt interrupt;
  Results results;
  for (std::size_t i = 0; i < runs.size() && !interrupt.noticed(); ++i) {
    const std::string title = runs[i].scenario.title.empty() ? runs[i].scenario.name : runs[i].scenario.title;
    results.take(runs[i].which, run_one(runs[i].which, std::move(runs[i].scenario), options, interrupt, terminal));
    if (i + 1 == runs.size() || runs[i + 1].which.file != runs[i].which.file) results.file_is_over(title, terminal);
  }
  return write_results(options, results, terminal) ? results.code : exit_code::bad_input;
}

}  // namespace kafkasim::sim
