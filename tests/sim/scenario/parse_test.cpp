#include "sim/scenario/parse.hpp"

#include <filesystem>

#include "core/base/random.hpp"
#include "tests/sim/scenario/support.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("every scenario of the library is without fault") {
  for (const std::string& name : library) {
    INFO(name);
    const Parsed parsed = load_scenario(library_file(name));
    CHECK(parsed.diagnostics.empty());
    REQUIRE(parsed.scenario);
    CHECK(parsed.scenario->name == name);
    CHECK_FALSE(parsed.scenario->title.empty());
    CHECK_FALSE(parsed.scenario->description.empty());
    CHECK(parsed.scenario->expect.size() >= (parsed.scenario->chaos ? 1U : 3U));
  }
}

TEST_CASE("a scenario needs only a name and a duration and a cluster") {
  const Scenario s = good(R"({"$schema": "x", "name": "n", "duration": "10s", "cluster": {"brokers": 1}})");
  CHECK(s.seed == 1);
  CHECK(s.epilogue == Epilogue::run);
  CHECK(s.cluster.controllers.size() == 3);
  CHECK(good(R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1}, "seed": 18446744073709551615})").seed
        == UINT64_MAX);
  const Parsed empty = parse_scenario("{}");
  REQUIRE(empty.diagnostics.size() == 3);
  CHECK(to_line("f", empty.diagnostics[0]) == "f:1:1: error: 'name' is missing (at /)");
  CHECK(to_line("f", empty.diagnostics[1]) == "f:1:1: error: 'duration' is missing (at /)");
  CHECK(to_line("f", empty.diagnostics[2]) == "f:1:1: error: 'cluster' is missing (at /)");
}

TEST_CASE("faults of the head stand at their place") {
  check_error("@[1]", "", "this must be an object, not a list");
  check_error(head + R"("cluster": {"brokers": 1}, @"sede": 1})", "/sede", "unknown key 'sede', did you mean 'seed'?");
  check_error(head + R"("cluster": {"brokers": 1}, "seed": @-1})", "/seed", "a seed must not be negative");
  check_error(head + R"("cluster": {"brokers": 1}, "epilogue": @"no"})", "/epilogue",
              "this must be true or false, not a string");
  check_error(R"({"name": "t", "duration": @"0s", "cluster": {"brokers": 1}})", "/duration",
              "a run must last some time");
  check_error(R"({"name": "t", "duration": @60, "cluster": {"brokers": 1}})", "/duration",
              "this must be a string, not a whole number");
  check_error(R"({"name": @"a/b", "duration": "1s", "cluster": {"brokers": 1}})", "/name",
              "a scenario's name has 1 to 200 characters, and no slash or line break");
  check_error(head + R"("cluster": {"brokers": 1, @"brokers": 2}})", "/cluster/brokers", "this key stands here twice");
  check_error(head + R"("cluster": {"brokers": @99999999999999999999}})", "/cluster/brokers",
              "no 64-bit integer holds this number");
}

TEST_CASE("all faults of a file are reported and not only the first") {
  const Parsed parsed = parse_scenario(
      world + R"("seed": "x", "timeline": [{"at": "soon", "crash": 9}], "expect": [{"metric": "lagg", "is": 0}]})");
  CHECK_FALSE(parsed.scenario);
  CHECK(parsed.diagnostics.size() == 4);
}

TEST_CASE("a file that cannot be read is an error and no crash") {
  const auto message = [](const std::string& path) {
    const Parsed parsed = load_scenario(path);
    REQUIRE(parsed.diagnostics.size() == 1);
    return to_line("f", parsed.diagnostics[0]);
  };
  CHECK(message("/no/such/file.json") == "f:1:1: error: there is no such file (at /)");
  CHECK(message(kafkasim::test::source_dir()) == "f:1:1: error: this is a folder, not a file (at /)");
  CHECK(message("/dev/null") == "f:1:1: error: the file is empty (at /)");
  CHECK(message("/dev/zero") == "f:1:1: error: the file is larger than 10 MiB (at /)");
}

TEST_CASE("a patch from the command line is a pointer and a value") {
  CHECK(parse_patch("/seed=5")->pointer == "/seed");
  CHECK(parse_patch("/a/b=x=y")->value == "x=y");
  CHECK_FALSE(parse_patch("seed=5").has_value());
  CHECK_FALSE(parse_patch("/seed").has_value());
}

TEST_CASE("a scenario file with random damage is read or refused and never crashes") {
  Random random{20241025};
  const std::string alphabet = "{}[]\",:0123456789.-eE \n\\/*truefalsnd\xc3\xa9\xff\x01";
  std::size_t refused = 0;
  for (int round = 0; round < 600; ++round) {
    std::string text = file_text(library_file(library[random.below(library.size())]));
    const std::uint64_t edits = 1 + random.below(4);
    for (std::uint64_t i = 0; i < edits; ++i) {
      const std::size_t at = random.below(text.size());
      const std::size_t length = random.below(12);
      switch (random.below(4)) {
        case 0: text[at] = alphabet[random.below(alphabet.size())]; break;
        case 1: text.erase(at, length); break;
        case 2: text.insert(at, text.substr(random.below(text.size()), length)); break;
        default: text.resize(text.size() - std::min(text.size() - 1, length)); break;
      }
    }
    const Parsed parsed = parse_scenario(text);
    bool error = false;
    for (const Diagnostic& d : parsed.diagnostics) {
      error = error || d.severity == Severity::error;
      CHECK(d.line >= 1);
      CHECK(d.column >= 1);
      CHECK_FALSE(d.message.empty());
    }
    CHECK(parsed.scenario.has_value() != error);
    refused += error ? 1 : 0;
  }
  CHECK(refused > 300);
}

TEST_CASE("a file made to be slow is refused in little time") {
  std::string many = head + R"("cluster": {"brokers": 1}, "topics": [)";
  for (int i = 0; i < 100'000; ++i)
    many += (i == 0 ? "" : ",") + std::string{R"({"name": "a.)"} + std::to_string(i) + "\"}";
  many += R"(], "producers": [{"id": "p", "topic": ")" + std::string(249, 'x') + "\"}]}";
  CHECK_FALSE(parse_scenario(many).scenario);
  std::string wrong = head + "\"cluster\": {\"brokers\": 1}";
  for (int i = 0; i < 100'000; ++i) wrong += ", \"key" + std::to_string(i) + "\": 1";
  CHECK(parse_scenario(wrong + "}").diagnostics.size() == 1001);
}
