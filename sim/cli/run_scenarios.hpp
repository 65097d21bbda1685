#pragma once
// What `kafkasim run` does: each scenario run, told, judged, reported.
#include "sim/cli/run.hpp"
#include "sim/cli/terminal.hpp"

namespace kafkasim::sim {

// The exit code of the process: 0 all held, 1 an expectation did not, 2 bad input, 3 two runs of one seed differ, 130
// interrupted.
[[nodiscard]] int run_scenarios(const RunOptions& options, const Terminal& terminal);

}  // namespace kafkasim::sim
