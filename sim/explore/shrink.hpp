#pragma once
// Shrinking: the least scenario that still breaks the same promise, and not merely in a way that is excused. Faults go
// first, by delta debugging, then clients, topics, brokers and what surrounds them, time, and load. Each candidate is
// a scenario file that is run; one that does not parse, or breaks something else only, is dropped.
#include <cstdint>
#include <functional>
#include <string>

#include "sim/explore/tally.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct ShrinkLimits {
  std::uint64_t most_runs{200};
  std::function<bool()> stop;  // looked at before each run and during it: interrupted, or out of time
};
struct ShrinkWatch {
  std::function<void(const std::string& step, std::uint64_t runs)> tick;  // before each run
};

struct Shrunk {
  std::string text;  // a scenario file that fails by itself
  Breach breach;
  std::uint64_t runs{};
  bool complete{};  // nothing more could be taken out; else a limit was met
};

// `text` is the scenario's file, `scenario` what it says, with the seed that fails. Fails with a sentence if it does not.
[[nodiscard]] Result<Shrunk> shrink(const std::string& text, const Scenario& scenario, const ShrinkLimits& limits,
                                    const ShrinkWatch& watch);

}  // namespace kafkasim::sim
