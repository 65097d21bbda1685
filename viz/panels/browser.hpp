#pragma once
// The heads of scenario files, for choosing one.
#include <string>
#include <vector>

#include "viz/panels/state.hpp"

namespace kafkasim::viz {

[[nodiscard]] ScenarioCard read_card(const std::string& path);  // of a file that cannot be read the name alone
// All words of the search stand somewhere in it.
[[nodiscard]] bool matches(const ScenarioCard& card, const std::string& search);

}  // namespace kafkasim::viz
