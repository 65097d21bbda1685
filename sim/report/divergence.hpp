#pragma once
// Two runs that should be one, in lockstep: the first event after which they differ, told from both. For --check-determinism.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct Divergence {
  std::string where;             // "event 1234, at 10500 us"
  std::vector<std::string> one;  // what that event was, and what came of it
  std::vector<std::string> other;
};

using MakeRun = std::function<Simulation()>;
// Makes each run twice if they differ: the second time with details. `hash`: of the first run, where they do not.
[[nodiscard]] std::optional<Divergence> first_divergence(const MakeRun& one, const MakeRun& other, std::uint64_t& hash);

}  // namespace kafkasim::sim
