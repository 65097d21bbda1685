#include "sim/cli/scenario_folder.hpp"
#include "tests/support/source_dir.hpp"

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

TEST_CASE("the library of scenarios is found from the folder of the repository") {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(kafkasim::test::source_dir());
  const auto files = kafkasim::sim::library_scenarios();
  std::filesystem::current_path(before);
  CHECK(files.size() >= 6);
  CHECK(std::is_sorted(files.begin(), files.end()));
  CHECK(std::find(files.begin(), files.end(), "scenarios/leader-crash.json") != files.end());
  CHECK(std::find(files.begin(), files.end(), "scenarios/scenario.schema.json") == files.end());
  CHECK(std::find(files.begin(), files.end(), "scenarios/course.json") == files.end());
}
