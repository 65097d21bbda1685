#include "sim/cli/terminal.hpp"

#include <cstdlib>
#include <iostream>

#include <unistd.h>

namespace kafkasim::sim {

namespace {

Colour colour_of(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return !refused && isatty(descriptor) != 0 ? Colour::on : Colour::off;
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
  return Terminal{std::cout, std::cerr, colour_of(STDOUT_FILENO), colour_of(STDERR_FILENO)};
}

std::string tinted(Colour colour, Tint tint, std::string_view text) {
  if (colour == Colour::off) return std::string{text};
  return std::string{code(tint)} + std::string{text} + "\033[0m";
}

}  // namespace kafkasim::sim
