#pragma once
// The keys of every object of a scenario file. The names of the invariants, which expectations refer to.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafkasim::sim {

struct ObjectKeys {
  std::string_view kind;  // "scenario", "cluster", "producer"...
  std::vector<std::string_view> known;
};
[[nodiscard]] const std::vector<ObjectKeys>& object_keys();
[[nodiscard]] const ObjectKeys& keys_of(std::string_view kind);

// Settings of topics and of brokers that are accepted and do nothing yet: to set one is worth a warning.
struct SettingWithoutEffect {
  std::string_view name;
  std::string_view as_if;  // the value that describes what happens anyway: no warning; empty: there is none
};
[[nodiscard]] const std::vector<SettingWithoutEffect>& settings_without_effect();


[[nodiscard]] std::span<const std::string_view> invariant_ids();

}  // namespace kafkasim::sim
