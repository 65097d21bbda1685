#include "sim/cli/scenario_options.hpp"

#include <charconv>
#include <filesystem>
#include <ostream>
#include <utility>

#include "core/model/legacy.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/cli/parsed_option.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

// By hand: CLI11 would read -1 as 2^64 - 1.
std::string take_seed(ScenarioOptions& options, const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc{} || at != end) return "a seed is a whole number from 0 to 2^64 - 1, not " + quote(text);
  options.seed = seed;
  return "";
}

std::string take_patch(ScenarioOptions& options, const std::string& text) {
  Result<Patch> patch = parse_patch(text);
  if (!patch) return patch.error().message;
  options.patches.push_back(std::move(*patch));
  return "";
}

std::string take_legacy(ScenarioOptions& options, const std::string& text) {
  if (!legacy_by_name(text)) {
    std::vector<std::string_view> known;
    for (const LegacyInfo& info : legacy_table()) known.push_back(info.name);
    const std::string near = suggestion(text, known);
    return "there is no legacy behaviour " + quote(text) + (near.empty() ? ": see 'kafkasim list legacy'" : near);
  }
  options.legacy.push_back(text);
  return "";
}

}  // namespace

Result<Duration> parse_time_limit(const std::string& text) {
  const Result<Duration> limit = parse_duration(text);
  return limit && limit->ns == 0 ? fail("nothing can be done in no time") : limit;
}

bool known_variant(const std::string& name, const std::string& file, const Scenario& scenario, const Terminal& terminal) {
  if (find_variant(scenario, name) != nullptr) return true;
  std::string known;
  for (const Variant& variant : scenario.variants) known += (known.empty() ? "" : ", ") + quote(variant.name);
  terminal.err << file << ": it has no variant " << quote(name) << (known.empty() ? ", nor any other" : "; it has " + known) << '\n';
  return false;
}

std::optional<std::vector<PlannedRun>> planned_runs(const std::vector<std::string>& files, const ScenarioOptions& options,
                                                    const Terminal& terminal) {
  std::vector<PlannedRun> runs;
  bool good = true;
  for (const std::string& file : files) {
    Parsed parsed = load_scenario(file, options.patches);
    print_diagnostics(terminal, file, parsed.diagnostics);
    if (!parsed.scenario || (options.variant && !known_variant(*options.variant, file, *parsed.scenario, terminal))) {
      good = false;
      continue;
    }
    if (parsed.scenario->variants.empty()) {
      runs.push_back({{file}, std::make_shared<const Scenario>(std::move(*parsed.scenario))});
      continue;
    }
    for (const Variant& variant : parsed.scenario->variants) {
      if (!options.variant || variant.name == *options.variant) runs.push_back({{file, variant.name, patches_of(variant)}, variant.scenario});
    }
  }
  return good ? std::optional{std::move(runs)} : std::nullopt;
}

bool choose_variant(ScenarioOptions& options, const std::string& file, const Scenario& scenario, const Terminal& terminal) {
  if (!options.variant) return true;
  if (!known_variant(*options.variant, file, scenario, terminal)) return false;
  std::vector<Patch> patches = patches_of(*find_variant(scenario, *options.variant));
  options.patches.insert(options.patches.end(), patches.begin(), patches.end());
  return true;
}

void add_change_options(CLI::App& command, const std::shared_ptr<ScenarioOptions>& options) {
  add_parsed(command, options, "--set", "change the scenario first; VALUE is JSON, else a string", "/json/pointer=VALUE", take_patch);
  command.add_option("--variant", options->variant, "of a scenario with variants, that one only")->type_name("NAME");
  add_parsed(command, options, "--legacy", "bring back a historical behaviour (kafkasim list legacy)", "NAME", take_legacy);
}

void add_scenario_options(CLI::App& command, const std::shared_ptr<ScenarioOptions>& options) {
  add_parsed(command, options, "--seed", "instead of the scenario's own", "N", take_seed);
  add_change_options(command, options);
}

RecordingHead recording_head(const std::string& file, std::string text, const ScenarioOptions& options) {
  RecordingHead head;
  head.version = KAFKASIM_VERSION;
  head.file = file;
  head.source = {std::move(text), options.patches, std::filesystem::absolute(file).parent_path().string()};
  head.seed = options.seed;
  head.legacy = options.legacy;
  return head;
}

}  // namespace kafkasim::sim
