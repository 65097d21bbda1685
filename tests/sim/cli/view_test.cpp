#include <sstream>

#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"
#include "viz/show/view.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

namespace {

viz::ViewOptions& seen_options() {
  static viz::ViewOptions options;
  return options;
}
int note_options(const viz::ViewOptions& options, std::ostream& out, std::ostream& /*err*/) {
  seen_options() = options;
  out << "shown\n";
  return 0;
}

testing::Outcome view(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "view");
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_cli(arguments, Terminal{out, err}, note_options);
  return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("what a picture shall show is handed on to the viewer") {
  const testing::Outcome outcome = view({example, "--at", "12.5s", "--screenshot", "crash.png", "--size", "1280x720", "--panels", "inspect", "--tab", "plots",
                                         "--look-at", "broker 2", "--light", "--type", "1.5", "--scale", "2"});
  CHECK(outcome.code == exit_code::held);
  CHECK(outcome.out == "shown\n");
  const viz::ViewOptions& options = seen_options();
  CHECK(options.file == example);
  CHECK(options.at == milliseconds(12'500));
  CHECK(options.screenshot == "crash.png");
  CHECK(options.size == std::pair{1280, 720});
  CHECK(options.picture == viz::Picture::inspect);
  CHECK(options.tab == "plots");
  CHECK(options.look_at == "broker 2");
  CHECK(options.shade == viz::Shade::light);
  CHECK(options.type == 1.5F);
  CHECK(options.scale == 2.0F);
}

TEST_CASE("a scenario is opened with the changes of the command line and another one without them") {
  REQUIRE(view({example, "--seed", "99", "--set", "/duration=\"3s\"", "--screenshot", "x.png"}).code == exit_code::held);
  const auto source = seen_options().open(example);
  REQUIRE(source);
  CHECK(source->head.seed == 99U);
  REQUIRE(source->head.source.patches.size() == 1);
  CHECK(source->operations.empty());
  CHECK_FALSE(seen_options().open("/no/such/scenario.json"));
}

TEST_CASE("without a scenario the window shows one of the library that explains itself") {
  REQUIRE(view({}).code == exit_code::held);
  CHECK(seen_options().file.ends_with("leader-crash.json"));
  CHECK(seen_options().library.size() > 10);
}

TEST_CASE("sizes and moments and panels that cannot be are bad usage with their reason") {
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{{"--size", "10x10"},
                                                                                 {"--size", "1600"},
                                                                                 {"--size", "99999x99999"},
                                                                                 {"--size", "-5x300"},
                                                                                 {"--at", "noon"},
                                                                                 {"--every", "0s"},
                                                                                 {"--panels", "all"},
                                                                                 {"--type", "9"},
                                                                                 {"--scale", "0"}}) {
    std::vector<std::string> arguments{example};
    arguments.insert(arguments.end(), bad.begin(), bad.end());
    const testing::Outcome outcome = view(arguments);
    CAPTURE(bad);
    CHECK(outcome.code == exit_code::bad_input);
    CHECK(has(outcome.err, bad.front()));
  }
}

TEST_CASE("a bad scenario is told as check tells it and nothing is shown") {
  const TemporaryFile file{"bad-view.json", R"({"name": "x", "duration": "3s", "cluster": {"brokers": 0}})"};
  const testing::Outcome outcome = view({file.path()});
  CHECK(outcome.code == exit_code::bad_input);
  CHECK(has(outcome.err, "error:"));
  CHECK(outcome.out.empty());
}

TEST_CASE("a program that was built without ImGui says what is missing") {
  const testing::Outcome outcome = call({"view", example});
  CHECK(outcome.code == exit_code::bad_input);
  CHECK(has(outcome.err, "libimgui-dev"));
}
