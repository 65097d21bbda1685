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

// Settings of topics and of brokers that are accepted and do nothing yet: to set one is worth a warning.
struct SettingWithoutEffect {
  std::string_view name;
  std::string_view as_if;  // the value that describes what happens anyway: no warning; empty: there is none
};
[[nodiscard]] const std::vector<SettingWithoutEffect>& settings_without_effect();

// "'reassign' is not available in this release of kafkasim"
[[nodiscard]] std::string not_available(std::string_view what);

[[nodiscard]] std::span<const std::string_view> invariant_ids();

}  // namespace kafkasim::sim
