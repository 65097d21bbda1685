#pragma once
// How a finding came about,: what happened before it and can have had a part in it (its
// causal past), root cause before symptom; then the logs of the replicas at that moment, differences marked; then the command that
// shows it again. Found by running the scenario once more with the World's details observed.
#include <memory>
#include <string>
#include <vector>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

[[nodiscard]] std::vector<std::string> investigate(const Simulation& done, const std::shared_ptr<const Scenario>& scenario,
                                                   WireMode mode, const Finding& finding, const RunFacts& facts);

}  // namespace kafkasim::sim
