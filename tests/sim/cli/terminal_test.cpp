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

TEST_CASE("a line is folded at spaces to the width of a terminal and is left alone where there is none") {
  const std::string line = "  one two three four";
  CHECK(folded(line, 4, std::nullopt) == line);
  CHECK(folded(line, 4, 20) == line);
  CHECK(folded(line, 4, 11) == "  one two\n    three\n    four");
  CHECK(folded("a-word-that-is-too-long b", 2, 10) == "a-word-that-is-too-long\n  b");
  CHECK(folded("   wordy", 1, 5) == "   wordy");
}

TEST_CASE("colours and the bytes of one letter take no columns") {
  const std::string line = "\033[31mone\033[0m two";
  CHECK(folded(line, 0, 7) == line);
  CHECK(folded(line, 0, 6) == "\033[31mone\033[0m\ntwo");
  CHECK(folded("\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9", 0, 7) == "\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9");
}

TEST_CASE("text that is indented is broken at spaces before it is too wide and stays indented") {
  CHECK(folded("  one two three four", 2, 12) == "  one two\n  three four");
  CHECK(folded("one", 0, 12) == "one");
  CHECK(folded("", 2, 12).empty());
  CHECK(folded("a-word-that-is-longer than that", 0, 10) == "a-word-that-is-longer\nthan that");
  CHECK(folded("\xc3\xa4\xc3\xb6 \xc3\xbc", 0, 4) == "\xc3\xa4\xc3\xb6 \xc3\xbc");  // characters, not bytes
}

TEST_CASE("text that is too long is cut and says so") {
  CHECK(cut("one two", 7) == "one two");
  CHECK(cut("one-two-three", 10) == "one-tw ...");
}
