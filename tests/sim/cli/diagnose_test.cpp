#include "sim/cli/diagnose.hpp"

#include <sstream>

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("a fault is a line on standard error and an error is red") {
  std::ostringstream out;
  std::ostringstream err;
  print_diagnostics(Terminal{out, err, Colour::off, Colour::on}, "f",
                    {Diagnostic{Severity::error, 2, 3, "wrong", "/x"}});
  CHECK(out.str().empty());
  CHECK(err.str() == "\033[31mf:2:3: error: wrong (at /x)\033[0m\n");
}
