#include "sim/cli/run.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "sim/cli/parsed_option.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

std::string take_until(RunOptions& options, const std::string& text) {
  const Result<Duration> until = parse_duration(text);
  if (!until) return until.error().message;
  if (until->ns == 0) return "a run must last some time";
  options.until = *until;
  return "";
}

std::string take_follow(RunOptions& options, const std::string& text) {
  Result<FollowRequest> request = parse_follow(text);
  if (!request) return request.error().message;
  options.follow = std::move(*request);
  return "";
}

}  // namespace

void add_run(CLI::App& app, int& code, std::function<int(const RunOptions&)> action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run scenarios without a window; print the timeline and a verdict");
  command->add_option("SCENARIO", options->files, "scenario files")->required();
  add_scenario_options(*command, options);
  add_parsed(*command, options, "--until", "end earlier than the scenario says: 20s, 5m", "T", take_until);
  command->add_option("--wire", options->wire, "how messages travel: as structs, or through the codec and back")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, WireMode>{{"fast", WireMode::fast}, {"exact", WireMode::exact}}))
      ->option_text("fast|exact");
  command->add_flag("--check-determinism", options->check_determinism, "run twice and compare");
  command->add_option("--report", options->report, "write the report as JSON")->type_name("F.json");
  command->add_option("--timeline", options->timeline, "write the timeline, a JSON object a line")
      ->type_name("F.ndjson");
  command->add_option("--junit", options->junit, "write test results as JUnit XML")->type_name("F.xml");
  command->add_option("--html", options->html, "write the report as one HTML page, with plots")->type_name("F.html");
  command->add_option("--perfetto", options->perfetto, "write every step and request for ui.perfetto.dev")->type_name("F.json");
  add_parsed(*command, options, "--follow", "tell the life of one record, and where a step is missing, why", "T-P@OFFSET",
             take_follow);
  command->add_flag("--strict", options->strict, "excused findings fail the run too");
  command->add_flag("--quiet", options->quiet, "print the verdict only");
  command->add_option("--record", options->record, "write a recording, for 'kafkasim replay'")->type_name("F.ksrec");
  command->footer("Example:\n  kafkasim run scenarios/leader-crash.json --seed 7 --report report.json");
  command->callback([options, &code, action = std::move(action)] { code = action(*options); });
}

}  // namespace kafkasim::sim
