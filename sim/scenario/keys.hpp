#pragma once
// The keys of every object of a scenario file, and those that the contract has but this release does not run yet: the
// one place to change when it does. The names of the invariants, which expectations refer to.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafkasim::sim {

struct ObjectKeys {
  std::string_view kind;  // "scenario", "cluster", "producer"...
  std::vector<std::string_view> known;
  std::vector<std::string_view> later;  // known to the contract, not available in this release
};
[[nodiscard]] const std::vector<ObjectKeys>& object_keys();
[[nodiscard]] const ObjectKeys& keys_of(std::string_view kind);

// Settings and targets of the contract that are not available in this release.
[[nodiscard]] const std::vector<std::string_view>& later_settings();
[[nodiscard]] const std::vector<std::string_view>& later_targets();

// "'reassign' is not available in this release of kafkasim"
[[nodiscard]] std::string not_available(std::string_view what);

[[nodiscard]] std::span<const std::string_view> invariant_ids();

}  // namespace kafkasim::sim
