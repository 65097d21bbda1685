// Every scenario file of the library runs, keeps what it promises, and gives the trace hashes that are written down: the same in both
// wire modes, from g++ and clang++, with and without sanitizers. The sanitizers' build is so slow that it looks at the first seconds only,
// in one of the modes.
// KAFKASIM_REWRITE_GOLDENS=1 in the environment writes the file anew; read the difference before it is committed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sim/report/report.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

const std::filesystem::path root{kafkasim::test::source_dir()};
const std::filesystem::path golden_file = root / "tests/scenarios/golden.txt";

std::map<std::string, std::string> read_goldens() {
  std::map<std::string, std::string> goldens;
  std::ifstream in{golden_file};
  std::string line;
  while (std::getline(in, line)) {
    if (const std::size_t space = line.find(' '); space != std::string::npos)
      goldens[line.substr(0, space)] = line.substr(space + 1);
  }
  return goldens;
}

std::vector<std::filesystem::path> library() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{root / "scenarios"}) {
    if (entry.path().extension() == ".json" && entry.path().stem() != "scenario.schema" && entry.path().stem() != "course") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

constexpr Duration prefix = seconds(5);

std::string hash_of(const Simulation& simulation) {
  return fmt::format("hash {:016x} events {}", simulation.world().trace_hash(), simulation.events());
}

// What the run gives in its first seconds, and what it comes to in the end; that is left out where it would take too long.
struct Given {
  std::string early;
  std::string whole;
};

// The scenario as it stands, or each of its variants, with the name under which its hash is written down.
std::vector<std::pair<std::string, std::shared_ptr<const Scenario>>> runs_in(const std::filesystem::path& file) {
  Parsed parsed = load_scenario(file.string());
  REQUIRE(parsed.scenario.has_value());
  std::vector<std::pair<std::string, std::shared_ptr<const Scenario>>> runs;
  for (const Variant& variant : parsed.scenario->variants) {
    std::string name = file.stem().string() + "/" + variant.name;
    std::ranges::replace(name, ' ', '_');
    runs.emplace_back(std::move(name), variant.scenario);
  }
  if (runs.empty()) runs.emplace_back(file.stem().string(), std::make_shared<const Scenario>(std::move(*parsed.scenario)));
  return runs;
}

Given run(const std::string& name, const std::shared_ptr<const Scenario>& scenario, WireMode wire) {
  Simulation simulation{scenario, wire};
  REQUIRE(simulation.form().has_value());
  bool more = true;
  while (more && simulation.now() < prefix) more = simulation.step();
  Given given{"early " + hash_of(simulation), {}};
  if (test::sanitized) return given;
  while (more) more = simulation.step();
  simulation.finish();
  for (const ExpectationResult& result : simulation.expectations()) {
    CAPTURE(name, result.text);
    CHECK(result.held);
  }
  given.whole = fmt::format(" {} {}", outcome_name(outcome_of(simulation, Strict::no)), hash_of(simulation));
  return given;
}

}  // namespace

// Hidden: tests/CMakeLists.txt makes a test of it for each scenario, named by KAFKASIM_SCENARIO; left out, all run.
TEST_CASE("every scenario of the library passes and gives the hash that is written down", "[.scenarios]") {
  const std::map<std::string, std::string> goldens = read_goldens();
  const char* const only = std::getenv("KAFKASIM_SCENARIO");
  std::string all;
  for (const std::filesystem::path& file : library()) {
    if (only && file.stem().string() != only) continue;
    for (const auto& [name, scenario] : runs_in(file)) {
      const Given given = run(name, scenario, WireMode::fast);
      const std::string line = given.early + given.whole;
      all += name + " " + line + "\n";
      CAPTURE(name);
      if (std::getenv("KAFKASIM_REWRITE_GOLDENS") == nullptr) CHECK(goldens.at(name).substr(0, line.size()) == line);
      if (test::sanitized) continue;
      const Given exact = run(name, scenario, WireMode::exact);
      CHECK(exact.early + exact.whole == line);
    }
  }
  REQUIRE_FALSE(all.empty());
  if (std::getenv("KAFKASIM_REWRITE_GOLDENS") != nullptr && !only && !test::sanitized)
    std::ofstream{golden_file} << all;
}

TEST_CASE("the hashes that are written down are those of the library", "[scenarios]") {
  std::vector<std::string> written;
  for (const auto& [name, line] : read_goldens()) written.push_back(name);
  std::vector<std::string> files;
  for (const std::filesystem::path& file : library()) {
    for (const auto& [name, scenario] : runs_in(file)) files.push_back(name);
  }
  std::ranges::sort(files);
  CHECK(written == files);
}
