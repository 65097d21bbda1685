#pragma once
// The options by which a scenario is changed before it runs: --seed, --set, --legacy. Of `run` and `serve`.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/parse.hpp"

namespace CLI {
class App;
}

namespace kafkasim::sim {

struct ScenarioOptions {
  std::optional<std::uint64_t> seed;  // instead of the scenario's
  std::vector<Patch> patches;         // --set, in the order given
  std::vector<std::string> legacy;    // beside those of the scenario
};
void add_scenario_options(CLI::App& command, const std::shared_ptr<ScenarioOptions>& options);

}  // namespace kafkasim::sim
