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
    if (parsed.scenario->variants.empty()) {
      runs.push_back({{file, ""}, std::move(*parsed.scenario)});
      continue;
    }
    for (const Variant& variant : parsed.scenario->variants) {
      std::vector<Patch> patches = options.patches;
      for (Patch& patch : patches_of(variant)) patches.push_back(std::move(patch));
      Parsed varied = load_scenario(file, patches);
      good = good && varied.scenario.has_value();
      if (varied.scenario) runs.push_back({{file, variant.name, patches_of(variant)}, std::move(*varied.scenario)});
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
  std::vector<std::string> names;  // of the variants of the file that is being run
  std::vector<std::vector<std::pair<std::string, std::string>>> columns;

  void take(const WhichRun& which, OneRun one) {
    code = std::max(code, one.code);
    if (!one.report.empty()) reports.push_back(std::move(one.report));
    if (!one.html.empty()) sections.push_back(std::move(one.html));
    suites.push_back(std::move(one.junit));
    timelines += one.timeline;
    if (which.variant.empty()) return;
    names.push_back(which.variant);
    columns.push_back(std::move(one.column));
  }
  void print_table(const Terminal& terminal) {
    if (columns.size() > 1) print_variants(names, columns, terminal);
    names.clear();
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
    terminal.err << "kafkasim: " << (options.perfetto ? "--perfetto" : "--record") << " takes one run: one scenario without variants\n";
    return exit_code::bad_input;
  }
  const Interrupt interrupt;
  Results results;
  for (std::size_t i = 0; i < runs.size() && !interrupt.noticed(); ++i) {
    results.take(runs[i].which, run_one(runs[i].which, std::move(runs[i].scenario), options, interrupt, terminal));
    if (i + 1 == runs.size() || runs[i + 1].which.file != runs[i].which.file) results.print_table(terminal);
  }
  return write_results(options, results, terminal) ? results.code : exit_code::bad_input;
}

}  // namespace kafkasim::sim
