#pragma once
// Where a command writes: results to `out`, diagnostics and progress to `err`. Colour only where the stream is a
// terminal and NO_COLOR is not set (no-color.org: set and not empty).
#include <iosfwd>
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
};

[[nodiscard]] Terminal process_terminal();  // the process's own streams
[[nodiscard]] std::string tinted(Colour colour, Tint tint, std::string_view text);

}  // namespace kafkasim::sim
