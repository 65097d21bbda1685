#include "sim/cli/outputs.hpp"

#include <sstream>

#include "tests/sim/cli/support.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::content;
using kafkasim::test::has;

namespace {

// What is wrong with them; empty: nothing.
std::string fault(const std::vector<std::string>& inputs, const std::vector<std::string>& paths) {
  std::ostringstream out;
  std::ostringstream err;
  Outputs outputs{inputs};
  for (const std::string& path : paths) outputs.add("--report", path);
  const bool sound = outputs.are_sound({out, err, Colour::off, Colour::off});
  CHECK(sound == err.str().empty());
  return err.str();
}

}  // namespace

TEST_CASE("an output that is asked for is tried and what was there stays as it was") {
  const kafkasim::test::TemporaryDirectory folder;
  const TemporaryFile there{"outputs-there.json", "before"};
  CHECK(fault({}, {there.path(), folder.path() + "/new.json"}).empty());
  CHECK(has(fault({}, {""}), "cannot be written"));
  CHECK(content(there.path()) == "before");
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/new.json"));
  CHECK(has(fault({}, {"/nowhere/at/all.json"}), "kafkasim: --report /nowhere/at/all.json: cannot be written"));
  CHECK(has(fault({}, {folder.path()}), "cannot be written"));
}

TEST_CASE("an output goes neither over an input nor over another and a device takes any number") {
  const kafkasim::test::TemporaryDirectory folder;
  const TemporaryFile input{"outputs-input.json", "{}"};
  const std::string by_link = folder.path() + "/link.json";
  std::filesystem::create_symlink(input.path(), by_link);
  CHECK(has(fault({input.path()}, {by_link}), "that is what is to be read"));
  CHECK(has(fault({}, {folder.path() + "/a", folder.path() + "/./a"}), "another output goes there too"));
  CHECK(has(fault({}, {input.path(), by_link}), "another output goes there too"));
  CHECK(fault({}, {"/dev/null", "/dev/null"}).empty());
}

TEST_CASE("a file is written whole and one that cannot be is told") {
  const kafkasim::test::TemporaryDirectory folder;
  std::ostringstream out;
  std::ostringstream err;
  const Terminal terminal{out, err, Colour::off, Colour::off};
  CHECK(write_file(folder.path() + "/f", "abc", terminal));
  CHECK(content(folder.path() + "/f") == "abc");
  CHECK_FALSE(write_file("/dev/full", "abc", terminal));
  CHECK(has(err.str(), "cannot write /dev/full"));
}
