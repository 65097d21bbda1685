#pragma once
// A command line run in the test's own process.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/cli/cli.hpp"
#include "tests/support/source_dir.hpp"

namespace kafkasim::sim::testing {

struct Outcome {
  int code{};
  std::string out;
  std::string err;
};

inline Outcome call(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const Terminal terminal{out, err, Colour::off, Colour::off};
  const int code = run_cli(arguments, terminal);
  return Outcome{code, out.str(), err.str()};
}

inline const std::string example = kafkasim::test::source_dir() + "/scenarios/leader-crash.json";

// A file that is gone when the test ends.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text)
      : path_{(std::filesystem::temp_directory_path() / ("kafkasim-test-" + name)).string()} {
    std::ofstream{path_} << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kafkasim::sim::testing
