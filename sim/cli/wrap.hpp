#pragma once
// Text for a terminal: lines of at most `columns` characters, broken at spaces, each after `indent` spaces. A word that is longer stands by itself.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kafkasim::sim {

[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace kafkasim::sim
