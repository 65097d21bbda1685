#include "sim/cli/verdict_files.hpp"

#include <sstream>

#include "tests/sim/run/support.hpp"
#include "tests/sim/cli/support.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("the files that were asked for are written and one that cannot be is told") {
  const Simulation run = run_to_end(scenario(alone()));
  const kafkasim::test::TemporaryDirectory folder;
  std::ostringstream out;
  std::ostringstream err;
  const Terminal terminal{out, err, Colour::off, Colour::off};
  const RunFacts facts{"f.json", kafkasim::sim::Outcome::pass};
  CHECK(write_verdict({folder.path() + "/r.json", folder.path() + "/t.ndjson", folder.path() + "/j.xml"}, run, facts, terminal));
  for (const char* name : {"/r.json", "/j.xml"}) CHECK(std::filesystem::file_size(folder.path() + name) > 0);
  CHECK(std::filesystem::exists(folder.path() + "/t.ndjson"));
  CHECK(write_verdict({}, run, facts, terminal));
  CHECK(err.str().empty());
  CHECK_FALSE(write_verdict({folder.path() + "/no/r.json", {}, {}}, run, facts, terminal));
  CHECK(err.str().find("cannot write") != std::string::npos);
}
