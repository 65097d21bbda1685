#include "tests/sim/cli/support.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

namespace {
const std::string tiny_scenario = R"({"name": "tiny", "seed": 4, "duration": "3s", "cluster": {"brokers": 2, "profile": "fast"},
  "topics": [{"name": "t", "replication_factor": 2}], "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "2s"}]})";
}

TEST_CASE("a run that was recorded replays to its hash") {
  const kafkasim::test::TemporaryDirectory folder;
  const TemporaryFile file{"replay-tiny.json", tiny_scenario};
  const std::string recording = folder.path() + "/r.ksrec";
  const std::vector<std::string> changed{"--seed", "9", "--until", "2s", "--set", "/producers/0/rate=20/s"};
  std::vector<std::string> arguments{"run", file.path(), "--quiet", "--record", recording};
  arguments.insert(arguments.end(), changed.begin(), changed.end());
  REQUIRE(call(arguments).code == exit_code::held);
  const testing::Outcome replayed = call({"replay", recording});
  CHECK(replayed.code == exit_code::held);
  CHECK(has(replayed.out, "as recorded"));
  CHECK(has(replayed.out, "acknowledged"));

  std::string bytes = content(recording);
  const std::string cut = folder.path() + "/cut.ksrec";
  std::ofstream{cut, std::ios::binary} << bytes.substr(0, bytes.size() - 3);
  const testing::Outcome partly = call({"replay", cut, "--quiet"});
  CHECK(has(partly.err, "it breaks off at byte"));
  CHECK(has(partly.out, "2.000 s of virtual time"));  // all of the run follows from its scenario
  bytes[bytes.size() - 10] = static_cast<char>(bytes[bytes.size() - 10] ^ 1);
  std::ofstream{cut, std::ios::binary} << bytes;
  CHECK(call({"replay", cut}).code == exit_code::bad_input);
}

TEST_CASE("what is no recording is refused") {
  CHECK(call({"replay", "/no/such.ksrec"}).code == exit_code::bad_input);
  const testing::Outcome refused = call({"replay", example});
  CHECK(refused.code == exit_code::bad_input);
  CHECK(has(refused.err, "this is no recording of kafkasim"));
}

TEST_CASE("two runs do not go into one recording") {
  const kafkasim::test::TemporaryDirectory folder;
  const testing::Outcome refused = call({"run", example, example, "--record", folder.path() + "/r.ksrec"});
  CHECK(refused.code == exit_code::bad_input);
  CHECK(has(refused.err, "--record takes one run"));
}
