#pragma once
// What a power loss leaves of what was not synced. What was synced always survives.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kafkasim::sim {

inline constexpr std::uint64_t sector_size = 512;

enum class Keep : std::uint8_t {
  drawn,    // a prefix of what was appended, to a sector's end; of each overwritten sector either version
  none,     // the state of the last sync
  all,      // as if all had been synced
  exactly,  // `length` bytes of the file, within what was synced and what there was
};
enum class Torn : std::uint8_t { drawn, never, always };

// One file, or a directory with all in it. The first rule that fits decides; where none does, PowerLossSpec::keep.
struct KeepRule {
  std::string path;
  Keep keep{Keep::drawn};
  std::uint64_t length{0};  // Keep::exactly only
  // Keep::exactly only: a part of the bytes from `length` to here survives, and then garbage up to here.
  std::optional<std::uint64_t> garbage_to{};
};

struct PowerLossSpec {
  Keep keep{Keep::drawn};  // drawn, none or all; decides also how many directory operations survive
  // Keep::drawn: whether the sector after the last whole one survives in part, with zeros or garbage behind it.
  Torn torn{Torn::drawn};
  std::vector<KeepRule> rules{};
};

}  // namespace kafkasim::sim
