#include "tests/sim/cli/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("check accepts a good scenario") {
  const Outcome outcome = call({"check", example});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == example + ": ok\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("check tells every fault of every file and ends with 2") {
  const TemporaryFile bad{"check.json", "{\"name\": \"n\",\n \"duration\": 5, \"clustr\": {}}"};
  const Outcome outcome = call({"check", bad.path(), example});
  CHECK(outcome.code == 2);
  CHECK(outcome.out == example + ": ok\n");
  CHECK(outcome.err
        == bad.path() + ":1:1: error: 'cluster' is missing (at /)\n" + bad.path()
               + ":2:14: error: this must be a string, not a whole number (at /duration)\n" + bad.path()
               + ":2:17: error: unknown key 'clustr', did you mean 'cluster'? (at /clustr)\n");
}

TEST_CASE("check lets warnings pass") {
  const TemporaryFile odd{"odd.json", R"({"name": "n", "duration": "5s", "cluster": {"brokers": 1},
    "timeline": [{"at": "9s", "note": "too late"}]})"};
  const Outcome outcome = call({"check", odd.path()});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.find(":2:25: warning: 9s is after the end of the run at 5s") != std::string::npos);
}

TEST_CASE("what lies beside scenarios is told for what it is") {
  const std::string folder = kafkasim::test::source_dir() + "/scenarios/";
  const Outcome outcome = call({"check", folder + "scenario.schema.json", folder + "course.json", example});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == folder + "scenario.schema.json: no scenario, a JSON Schema\n" + folder + "course.json: no scenario, a course\n" + example + ": ok\n");
}

TEST_CASE("control characters in names and sentences are refused and in records they may stand") {
  const std::string head = R"({"duration": "5s", "cluster": {"brokers": 1}, "topics": [{"name": "t"}], )";
  const TemporaryFile bad{"control.json", head + R"("name": "n", "title": "\u001b[2Jgone"})"};
  CHECK(call({"check", bad.path()}).err.find("a control character has no place in this text (at /title)") != std::string::npos);
  const std::string record = R"("name": "n", "description": "a\nb", "timeline": [{"produce": {"topic": "t", "value": "\u0000"}, "at": "1s"}]})";
  const TemporaryFile good{"binary.json", head + record};
  CHECK(call({"check", good.path()}).code == 0);
}
