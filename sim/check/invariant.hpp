#pragma once
// An invariant: a promise of Kafka that is looked at after every observation that could break it. Each has a file of
// its own, is a value (its memory is copied with the run), and reports to Findings. The history has taken in the
// observation already.
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/check/finding.hpp"
#include "sim/check/history.hpp"

namespace kafkasim::sim {

struct InvariantInfo {
  std::string_view id;
  std::string_view promise;
};

// All invariants of this release, in the order of the list.
[[nodiscard]] const std::vector<InvariantInfo>& invariant_table();

template <class I>
concept Invariant = requires(I i, const Observation& o, const History& h, Findings& f) {
  { I::id } -> std::convertible_to<std::string_view>;
  i.check(o, h, f);
};

}  // namespace kafkasim::sim
