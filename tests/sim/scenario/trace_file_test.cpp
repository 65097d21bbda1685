#include "sim/scenario/trace_file.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {
using Values = std::vector<std::int64_t>;
std::string why(std::string_view text, std::int64_t column = 2) {
  const auto trace = parse_trace(text, column);
  return trace ? "nothing" : trace.error().message;
}
}  // namespace

TEST_CASE("a trace is one column of a file with a heading or without") {
  CHECK(parse_trace("timestamp,value\n2015-02-26 21:42:53,104\n2015-02-26 21:47:53,100\n", 2)
        == Values{104'000'000, 100'000'000});
  CHECK(parse_trace("1\n2\r\n\n3", 1) == Values{1'000'000, 2'000'000, 3'000'000});
  CHECK(parse_trace("a,\"b \"\"quoted\"\", with a comma\",7\n", 3) == Values{7'000'000});
  CHECK(parse_trace("\"two\nlines\",5\nx,6\n", 2) == Values{5'000'000, 6'000'000});
}

TEST_CASE("numbers of a trace are read exactly to the millionth") {
  CHECK(parse_trace("45.868\n0\n.5\n5.\n1.5e3\n2E-2\n+7\n0.0000019\n-0.0\n", 1)
        == Values{45'868'000, 0, 500'000, 5'000'000, 1'500'000'000, 20'000, 7'000'000, 1, 0});
  CHECK(parse_trace("61519397.0\n", 1) == Values{61'519'397'000'000});
}

TEST_CASE("what is wrong with a trace is told with its line") {
  CHECK(why("t,v\n1,2\n1,x\n") == "line 3: 'x' is not a number");
  CHECK(why("t,v\n1,-2\n") == "line 2: '-2' is negative");
  CHECK(why("t,v\n1,2\n\n1\n") == "line 4: there is no column 2, only 1");
  CHECK(why("t,v\n1,\n") == "line 2: column 2 is empty");
  CHECK(why("t,v\n1,99999999999999\n") == "line 2: '99999999999999' is too large");
  CHECK(why("t,v\n1,1e9999\n") == "line 2: '1e9999' is too large");
  CHECK(why("t,v\n1,2e\n") == "line 2: '2e' is not a number");
  CHECK(why("t,v\n\"a\n\nb\",x\n") == "line 2: 'x' is not a number");
  CHECK(why("t,v\n1,\"2\n3\n") == "line 2: a double quote is not closed");
  CHECK(why("t,v\n") == "there are no rows in it");
  CHECK(why("") == "there are no rows in it");
  CHECK(why("1,0\n1,0.0\n") == "there is no traffic in it: every row is zero");
  CHECK(why("1,nan\n1,nan\n") == "line 2: 'nan' is not a number");
}

TEST_CASE("no text makes the reader of traces do anything but answer") {
  Random random{1};
  constexpr std::string_view letters = "0123456789.,\n\r\"-+eE x\0\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const auto length = random.below(40);
    for (std::uint64_t k = 0; k < length; ++k) text += letters[static_cast<std::size_t>(random.below(letters.size()))];
    const auto trace = parse_trace(text, 1 + static_cast<std::int64_t>(random.below(3)));
    if (!trace) continue;
    for (const std::int64_t value : *trace) CHECK(value >= 0);
  }
}

TEST_CASE("a trace has at most a million rows") {
  std::string text;
  for (int i = 0; i <= 1'000'000; ++i) text += "1\n";
  CHECK(why(text, 1) == "line 1000001: a trace has at most a million rows");
}

TEST_CASE("a file that is none or not there is an error and not a wait") {
  const test::TemporaryDirectory folder;
  CHECK(read_trace(folder.path() + "/missing.csv", 1).error().message == "there is no such file");
  CHECK(read_trace(folder.path(), 1).error().message == "this is no file");
  CHECK(read_trace("/dev/zero", 1).error().message == "this is no file");
  std::ofstream{folder.path() + "/t.csv"} << "4\n2\n";
  CHECK(read_trace(folder.path() + "/t.csv", 1) == Values{4'000'000, 2'000'000});
}

TEST_CASE("the highest row of a trace has the rate that is asked for and the others their part") {
  CHECK(scaled_to(RecordRate{5'000'000}, {104, 52, 0, 1})
        == std::vector<RecordRate>{{5'000'000}, {2'500'000}, {0}, {48'076}});
}
