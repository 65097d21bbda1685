#include "sim/cli/scenario_options.hpp"

#include "tests/sim/cli/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("run and serve refuse the same bad seeds and patches and behaviours") {
  for (const std::string command : {"run", "serve"}) {
    CAPTURE(command);
    CHECK(call({command, example, "--seed", "-1"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--seed", "18446744073709551616"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--set", "no-pointer"}).code == exit_code::bad_input);
    CHECK(call({command, example, "--legacy", "nothing"}).err.find("'kafkasim list legacy'") != std::string::npos);
  }
}
