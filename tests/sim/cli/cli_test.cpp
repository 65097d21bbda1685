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

TEST_CASE("an unknown subcommand is told with the nearest that there is") {
  CHECK(call({"chek"}).err == "kafkasim: there is no subcommand 'chek', did you mean 'check'?\n");
  CHECK(call({"xyzzy"}).err == "kafkasim: there is no subcommand 'xyzzy'\n");
}

TEST_CASE("standard output that cannot be written is an error") {
  std::ofstream full{"/dev/full"};
  std::ostringstream err;
  CHECK(run_cli({"list", "metrics"}, {full, err, Colour::off, Colour::off}) == exit_code::bad_input);
  CHECK(err.str() == "kafkasim: standard output cannot be written\n");
}

TEST_CASE("help tells what an option takes and not how it is read") {
  const std::string help = call({"run", "--help"}).out;
  CHECK(help.find("--seed N  ") != std::string::npos);
  CHECK(help.find("--wire fast|exact ") != std::string::npos);
}
