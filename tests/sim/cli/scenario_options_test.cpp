#include "sim/cli/scenario_options.hpp"

#include <sstream>

#include "tests/sim/cli/support.hpp"
#include "tests/sim/explore/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("commands that run scenarios refuse the same bad seeds and patches and behaviours") {
  for (const std::string command : {"run", "serve"}) {
    CAPTURE(command);
    CHECK(call({command, example, "--seed", "-1"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--seed", "18446744073709551616"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--set", "no-pointer"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--legacy", "nothing"}).err.find("'kafkasim list legacy'") != std::string::npos);
  }
}

TEST_CASE("a sweep takes changes as a run does but no single seed") {
  const std::vector<std::string> sweep{"sweep", example, "--seeds", "1"};
  using Options = std::vector<std::string>;
  for (const Options& more : {Options{"--set", "no-pointer"}, {"--variant", "none"}, {"--seed", "1"}, {"--legacy", "nothing"}}) {
    std::vector<std::string> arguments = sweep;
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK(call(arguments).code == exit_code::bad_input);
  }
}

TEST_CASE("a file stands for its variants or for the one that is named") {
  const Folder folder{"cli-planned"};
  const std::string file = folder.file("tiny.json", tiny(R"(, "variants": [
    {"name": "one", "set": {"/producers/0/count": 1}}, {"name": "three", "set": {"/producers/0/count": 3}}])"));
  const std::string plain = folder.file("plain.json", tiny(""));
  std::ostringstream out;
  std::ostringstream err;
  const Terminal terminal{out, err};
  const auto all = planned_runs({file, plain}, {}, terminal);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 3);
  CHECK((*all)[1].variant == "three");
  CHECK((*all)[1].scenario->producers[0].count == 3);
  CHECK((*all)[2].variant.empty());
  ScenarioOptions options;
  options.variant = "one";
  CHECK(planned_runs({file}, options, terminal)->size() == 1);
  CHECK_FALSE(planned_runs({plain}, options, terminal).has_value());
}
