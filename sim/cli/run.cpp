#include "sim/cli/run.hpp"

#include <array>
#include <charconv>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/model/legacy.hpp"
#include "sim/scenario/keys.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::array<std::string_view, 1> later_options{"--record"};

// By hand: CLI11 would read -1 as 2^64 - 1.
std::string take_seed(RunOptions& options, const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc{} || at != end) return "a seed is a whole number from 0 to 2^64 - 1, not " + quote(text);
  options.seed = seed;
  return "";
}

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

std::string take_patch(RunOptions& options, const std::string& text) {
  Result<Patch> patch = parse_patch(text);
  if (!patch) return patch.error().message;
  options.patches.push_back(std::move(*patch));
  return "";
}

std::string take_legacy(RunOptions& options, const std::string& text) {
  if (!legacy_by_name(text)) return "there is no legacy behaviour " + quote(text) + ": see 'kafkasim list legacy'";
  options.legacy.push_back(text);
  return "";
}

// An option whose value `take` reads; what it answers is what is wrong with it.
void add_parsed(CLI::App& command, const std::shared_ptr<RunOptions>& options, const std::string& name,
                const std::string& help, const std::string& type,
                std::string (*take)(RunOptions&, const std::string&)) {
  command
      .add_option_function<std::vector<std::string>>(
          name,
          [options, name, take](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              const std::string wrong = take(*options, value);
              if (!wrong.empty()) throw CLI::ValidationError(name, wrong);
            }
          },
          help)
      ->type_name(type)
      ->allow_extra_args(false);
}

}  // namespace

void add_run(CLI::App& app, int& code, std::function<int(const RunOptions&)> action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run scenarios without a window; print the timeline and a verdict");
  command->add_option("SCENARIO", options->files, "scenario files")->required();
  add_parsed(*command, options, "--seed", "instead of the scenario's own", "N", take_seed);
  add_parsed(*command, options, "--until", "end earlier than the scenario says: 20s, 5m", "T", take_until);
  add_parsed(*command, options, "--set", "change the scenario first; VALUE is JSON, else a string",
             "/json/pointer=VALUE", take_patch);
  add_parsed(*command, options, "--legacy", "bring back a historical behaviour (kafkasim list legacy)", "NAME",
             take_legacy);
  command->add_option("--wire", options->wire, "how messages travel: as structs, or through the codec and back")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, WireMode>{{"fast", WireMode::fast}, {"exact", WireMode::exact}}))
      ->type_name("fast|exact");
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
  for (const std::string_view name : later_options) {
    command
        ->add_option_function<std::string>(
            std::string{name}, [name](const std::string&) { throw CLI::ValidationError(not_available(name), ""); })
        ->group("");
  }
  command->footer("Example:\n  kafkasim run scenarios/leader-crash.json --seed 7 --report report.json");
  command->callback([options, &code, action = std::move(action)] { code = action(*options); });
}

}  // namespace kafkasim::sim
