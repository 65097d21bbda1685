#include "sim/cli/terminal.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("text is tinted only where colour is on") {
  CHECK(tinted(Colour::off, Tint::red, "x") == "x");
  CHECK(tinted(Colour::on, Tint::red, "x") == "\033[31mx\033[0m");
}

TEST_CASE("NO_COLOR turns colour off") {
  setenv("NO_COLOR", "1", 1);
  const Terminal terminal = process_terminal();
  CHECK(terminal.out_colour == Colour::off);
  CHECK(terminal.err_colour == Colour::off);
  unsetenv("NO_COLOR");
}
