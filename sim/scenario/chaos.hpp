#pragma once
// Chaos: faults drawn from the seed before the run begins, so that what comes of it is a plain timeline, which can be
// printed, saved and shortened. Streams: "chaos" of the scenario's seed; a fork for the choice of families and one for
// each family.
//
// Each family is off with probability one half, but never all. A family that is on comes at `from`, `from` + `every`
// and so on, up to and including `to`; how long it lasts is drawn from its range, both ends included. A fault that would
// take down or cut off more brokers than `most_down` at once, together with those already drawn and those of the
// timeline that have a moment, is left out. Targets stay as they are written: "any broker" is resolved when it fires.
#include <cstddef>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct JsonValue;

struct DrawnFault {
  std::size_t family{};
  Duration at;
  std::optional<Duration> lasts;
  friend bool operator==(const DrawnFault&, const DrawnFault&) = default;
};
struct DrawnChaos {
  std::vector<bool> on;            // of each family
  std::vector<DrawnFault> faults;  // in order of time, then of the families
};
// By the scenario's seed. Empty where there is no chaos.
[[nodiscard]] DrawnChaos draw_chaos(const Scenario& scenario);

// The same scenario without chaos: what was drawn stands at the end of the timeline. In the data, and in its file.
[[nodiscard]] Scenario with_chaos_drawn(Scenario scenario);
void write_drawn_chaos(JsonValue& root, const DrawnChaos& drawn);

// How many brokers an operation takes down or cuts off, at most.
[[nodiscard]] std::int64_t brokers_taken(const Operation& operation, const Scenario& scenario);

inline constexpr std::int64_t most_chaos_faults = 10'000;  // in one scenario

}  // namespace kafkasim::sim
