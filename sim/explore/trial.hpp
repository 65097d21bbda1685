#pragma once
// A trial: one run of a scenario to its end, judged by what the scenario expects.
#include <memory>
#include <optional>

#include "sim/explore/tally.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

// Why the run that has been finished fails; absent if all that was expected held. Of several reasons an invariant comes
// first, and of several invariants the one that broke first.
[[nodiscard]] std::optional<Breach> breach_of(const Simulation& run);

// Never throws: what our own code threw is a breach. `number` is the scenario's place in the sweep's list.
[[nodiscard]] Tally run_trial(const std::shared_ptr<const Scenario>& scenario, std::uint64_t number);

}  // namespace kafkasim::sim
