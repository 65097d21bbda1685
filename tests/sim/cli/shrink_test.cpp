#include "tests/sim/cli/support.hpp"
#include "tests/sim/explore/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("shrinking writes a file that fails by itself") {
  const Folder folder{"cli-shrink"};
  const std::string file = folder.file("tiny.json", tiny(chaos + R"(, "expect": [{"metric": "records.acked", "is": -1}])"));
  const std::string least = folder.path("min.json");
  const testing::Outcome done = call({"shrink", file, "--seed", "4", "-o", least, "--runs", "40"});
  CHECK(done.code == exit_code::held);
  CHECK(done.out.find(least) != std::string::npos);
  CHECK(done.out.starts_with("expectation: "));
  CHECK(content(least).find("crash") == std::string::npos);
  CHECK(call({"run", least, "--quiet"}).code == exit_code::failed);
}

TEST_CASE("what cannot be shrunk is told with exit code 2") {
  const Folder folder{"cli-shrink-bad"};
  const std::string file = folder.file("tiny.json", tiny(""));
  const std::string out = folder.path("min.json");
  CHECK(call({"shrink", file, "--seed", "4", "-o", out}).err == "kafkasim: seed 4 breaks nothing that the scenario expects: there is nothing to shrink\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"shrink", file}, {"shrink", file, "--seed", "x", "-o", out}, {"shrink", file, "--time-limit", "x", "-o", out},
        {"shrink", folder.path("none.json"), "-o", out}, {"shrink", file, "--time-limit", "0s", "-o", out}, {"shrink", file, "-o", file}}) {
    const testing::Outcome done = call(arguments);
    CHECK(done.code == exit_code::bad_input);
    CHECK_FALSE(done.err.empty());
  }
}
