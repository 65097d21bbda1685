#include "sim/cli/cli.hpp"

#include "tests/sim/cli/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("help and version go to standard output and succeed") {
  CHECK(call({"--version"}).out.starts_with("kafkasim "));
  CHECK(call({"--version"}).code == 0);
  const Outcome help = call({"--help"});
  CHECK(help.code == 0);
  CHECK(help.out.find("Example:") != std::string::npos);
  CHECK(help.err.empty());
}

TEST_CASE("every subcommand has its own help with an example") {
  for (const char* command : {"check", "list", "run", "sweep", "shrink"}) {
    const Outcome help = call({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.out.find(std::string{"Example:\n  kafkasim "} + command) != std::string::npos);
  }
}

TEST_CASE("bad usage is told on standard error with exit code 2") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"chek"}, {"check"}, {"check", "--what"}, {"list"}, {"list", "everything"}}) {
    const Outcome outcome = call(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_FALSE(outcome.err.empty());
  }
}

