#pragma once
// Where a command writes: results to `out`, diagnostics and progress to `err`. Colour only where the stream is a
// terminal and NO_COLOR is not set (no-color.org: set and not empty). Lines are folded to the width of a terminal, and nowhere else.
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace kafkasim::sim {

enum class Colour : unsigned char { off, on };
enum class Tint : unsigned char { red, green, yellow, bold };

struct Terminal {
  std::ostream& out;
  std::ostream& err;
  Colour out_colour{};
  Colour err_colour{};
  std::optional<std::size_t> columns{};  // of `out`; absent: it is no terminal
};

[[nodiscard]] Terminal process_terminal();  // the process's own streams
[[nodiscard]] std::string tinted(Colour colour, Tint tint, std::string_view text);
// The text, or as much of it as fits into so many columns with "..." after it.
[[nodiscard]] std::string cut(const std::string& text, std::size_t columns);
// Lines longer than so many columns, broken at spaces; what follows is indented by `hanging`. A word that does not fit stays whole, and
// neither escape sequences nor the later bytes of a UTF-8 character count.
[[nodiscard]] std::string folded(std::string_view line, std::size_t hanging, std::optional<std::size_t> columns);

}  // namespace kafkasim::sim
