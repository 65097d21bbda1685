#pragma once
// Finding a command by a few of its letters.
#include <optional>
#include <string_view>
#include <vector>

#include "viz/app/commands.hpp"

namespace kafkasim::viz {

// How well the letters that were typed are found in the text, in their order; absent if they are not. More is better.
[[nodiscard]] std::optional<int> fuzzy_score(std::string_view typed, std::string_view text);
[[nodiscard]] std::vector<const AppCommand*> matching_commands(std::string_view typed);  // the best first; all if nothing was typed

}  // namespace kafkasim::viz
