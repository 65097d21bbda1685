#include "sim/cli/wrap.hpp"

#include <catch2/catch.hpp>

using kafkasim::sim::wrap;
using Lines = std::vector<std::string>;

TEST_CASE("text is broken at spaces before it is too wide") {
  CHECK(wrap("one two three four", 12, 2) == Lines{"  one two", "  three four"});
  CHECK(wrap("one", 12, 0) == Lines{"one"});
  CHECK(wrap("", 12, 2).empty());
  CHECK(wrap("a-word-that-is-longer than that", 10, 0) == Lines{"a-word-that-is-longer", "than that"});
  CHECK(wrap("\xc3\xa4\xc3\xb6 \xc3\xbc", 4, 0) == Lines{"\xc3\xa4\xc3\xb6 \xc3\xbc"});  // characters, not bytes
}
