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

[[nodiscard]] std::span<const std::string_view> invariant_ids();

}  // namespace kafkasim::sim
