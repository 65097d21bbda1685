#pragma once
// A run that failed, as a scenario file that fails by itself: the seed is set, the chaos drawn out into the timeline, and
// nothing is expected but what did not hold.
#include <string>

#include "sim/explore/tally.hpp"
#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

// What stands in a scenario file that has been loaded before; "" if it has gone.
[[nodiscard]] std::string file_text(const std::string& path);

// `file` is the tree of the scenario's file, `scenario` what it says, with the seed of the run.
[[nodiscard]] JsonValue failing_scenario(JsonValue file, const Scenario& scenario, const Breach& breach);

}  // namespace kafkasim::sim
