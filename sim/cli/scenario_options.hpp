#pragma once
// The options by which a scenario is changed before it runs: --set, --variant, --legacy and, where there is one run, --seed.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/terminal.hpp"

#include "sim/scenario/parse.hpp"
#include "sim/serve/recording.hpp"

namespace CLI {
class App;
}

namespace kafkasim::sim {

struct ScenarioOptions {
  std::optional<std::uint64_t> seed;  // instead of the scenario's
  std::vector<Patch> patches;         // --set, in the order given
  std::optional<std::string> variant; // of those of the scenario
  std::vector<std::string> legacy;    // beside those of the scenario
};
// Without --seed.
void add_change_options(CLI::App& command, const std::shared_ptr<ScenarioOptions>& options);
void add_scenario_options(CLI::App& command, const std::shared_ptr<ScenarioOptions>& options);
// False after saying on the terminal that the scenario has no variant of that name.
[[nodiscard]] bool known_variant(const std::string& name, const std::string& file, const Scenario& scenario, const Terminal& terminal);
[[nodiscard]] Result<Duration> parse_time_limit(const std::string& text);  // of a sweep, say: "90s", longer than none
// A scenario to be run: a file, or one of its variants.
struct WhichRun {
  std::string file;
  std::string variant{};                 // empty: the file has none
  std::vector<Patch> variant_patches{};  // what makes it
};
struct PlannedRun : WhichRun {
  std::shared_ptr<const Scenario> scenario;
};
// Each file, or each of its variants; the one that is named. Absent after saying on the terminal what is wrong with one of them.
[[nodiscard]] std::optional<std::vector<PlannedRun>> planned_runs(const std::vector<std::string>& files, const ScenarioOptions& options,
                                                                  const Terminal& terminal);
// What makes the variant that is named is done to the scenario as by further --set. False as above.
[[nodiscard]] bool choose_variant(ScenarioOptions& options, const std::string& file, const Scenario& scenario, const Terminal& terminal);
// What a recording of a run of that file with those options begins with.
[[nodiscard]] RecordingHead recording_head(const std::string& file, std::string text, const ScenarioOptions& options);

}  // namespace kafkasim::sim
