#include "sim/cli/terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace kafkasim::sim {

namespace {

Colour colour_of(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return !refused && isatty(descriptor) != 0 ? Colour::on : Colour::off;
}

std::optional<std::size_t> columns_of(int descriptor) {
  winsize size{};
  if (isatty(descriptor) == 0 || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return std::nullopt;
  return size.ws_col;
}

// Of a piece of text, as it is seen.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  bool escaped = false;
  for (const char c : text) {
    if (c == '\033') escaped = true;
    if (!escaped && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++width;
    if (escaped && c == 'm') escaped = false;
  }
  return width;
}

std::string_view code(Tint tint) {
  switch (tint) {
    case Tint::red: return "\033[31m";
    case Tint::green: return "\033[32m";
    case Tint::yellow: return "\033[33m";
    case Tint::bold: break;
  }
  return "\033[1m";
}

}  // namespace

Terminal process_terminal() {
  return Terminal{std::cout, std::cerr, colour_of(STDOUT_FILENO), colour_of(STDERR_FILENO), columns_of(STDOUT_FILENO)};
}

std::string tinted(Colour colour, Tint tint, std::string_view text) {
  if (colour == Colour::off) return std::string{text};
  return std::string{code(tint)} + std::string{text} + "\033[0m";
}

std::string cut(const std::string& text, std::size_t columns) {
  return text.size() <= columns ? text : text.substr(0, columns - 4) + " ...";
}

std::string folded(std::string_view line, std::size_t hanging, std::optional<std::size_t> columns) {
  if (!columns || width_of(line) <= *columns) return std::string{line};
  std::string text;
  std::size_t at = 0;        // columns of the line that is being written
  std::size_t least = 0;     // of them, those that no word stands in
  std::string_view rest = line;
  while (!rest.empty()) {
    const std::size_t blanks = std::min(rest.find_first_not_of(' '), rest.size());
    const std::string_view word = rest.substr(blanks, std::min(rest.find(' ', blanks), rest.size()) - blanks);
    if (at > least && at + blanks + width_of(word) > *columns) {
      text += '\n' + std::string(hanging, ' ');
      at = least = hanging;
    } else {
      text.append(blanks, ' ');
      at += blanks;
      if (at == blanks) least = at;
    }
    text += word;
    at += width_of(word);
    rest.remove_prefix(blanks + word.size());
  }
  return text;
}

}  // namespace kafkasim::sim
