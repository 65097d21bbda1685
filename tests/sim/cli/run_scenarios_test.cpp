#include "sim/cli/run_scenarios.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::content;
using kafkasim::test::has;
using Json = nlohmann::json;

namespace {

std::string text(const std::string& more = "") {
  return R"({"name": "tiny", "duration": "1s", "cluster": {"brokers": 1, "controllers": 1, "profile": "fast"},
             "topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}], "epilogue": false)"
         + more + "}";
}
const std::string fails = R"(, "expect": [{"metric": "records.acked", "is": -1}])";
const std::string excused =
    R"(, "timeline": [{"at": "500ms", "power_off": {"target": 1, "keep": "none"}, "for": "10ms"}])";

}  // namespace

TEST_CASE("a run that holds ends with 0 and prints header and timeline and verdict") {
  const TemporaryFile file{"rs-good.json", text(R"(, "timeline": [{"at": "300ms", "note": "hello"}])")};
  const testing::Outcome done = call({"run", file.path()});
  CHECK(done.code == exit_code::held);
  CHECK(has(done.out, "tiny: 1 broker, "));
  CHECK(has(done.out, "hello"));
  CHECK(has(done.out, "PASS"));
  CHECK(done.err.empty());
}

TEST_CASE("a quiet run prints the verdict and no timeline") {
  const TemporaryFile file{"rs-quiet.json", text(R"(, "timeline": [{"at": "300ms", "note": "hello"}])")};
  const testing::Outcome done = call({"run", file.path(), "--quiet"});
  CHECK_FALSE(has(done.out, "hello"));
  CHECK(has(done.out, "PASS"));
}

TEST_CASE("an expectation that does not hold ends with 1 and so does an excused finding under strict") {
  const TemporaryFile failing{"rs-fails.json", text(fails)};
  const TemporaryFile excusing{"rs-excused.json", text(excused).replace(text().find("\"1s\""), 4, "\"4s\"")};
  CHECK(call({"run", failing.path(), "--quiet"}).code == exit_code::failed);
  CHECK(call({"run", excusing.path(), "--quiet"}).code == exit_code::held);
  CHECK(call({"run", excusing.path(), "--quiet", "--strict"}).code == exit_code::failed);
}

TEST_CASE("of several runs the worst code counts and a bad file stops all") {
  const TemporaryFile good{"rs-good2.json", text()};
  const TemporaryFile failing{"rs-fails2.json", text(fails)};
  const TemporaryFile bad{"rs-bad.json", "{"};
  CHECK(call({"run", failing.path(), good.path(), "--quiet"}).code == exit_code::failed);
  const testing::Outcome none = call({"run", good.path(), bad.path()});
  CHECK(none.code == exit_code::bad_input);
  CHECK(none.out.empty());
  CHECK(has(none.err, bad.path() + ":1:"));
}

TEST_CASE("seed and end and patches change the run") {
  const TemporaryFile file{"rs-options.json", text()};
  const TemporaryFile report{"rs-report.json", ""};
  CHECK(call({"run", file.path(), "--seed", "9", "--until", "400ms", "--set", "/name=other", "--quiet", "--report",
              report.path()})
            .code
        == 0);
  const Json r = Json::parse(content(report.path()));
  CHECK(r.at("seed") == 9);
  CHECK(r.at("virtual_ms") == 400);
  CHECK(r.at("scenario") == "other");
  CHECK(r.at("file") == file.path());
  CHECK(r.at("outcome") == "pass");
  CHECK(call({"run", file.path(), "--until", "90s", "--quiet", "--report", report.path()}).code == 0);
  CHECK(Json::parse(content(report.path())).at("virtual_ms") == 1000);  // it lowers the duration only
}

TEST_CASE("several reports are one file and timelines follow each other") {
  const TemporaryFile one{"rs-one.json", text(R"(, "timeline": [{"at": "300ms", "note": "first"}])")};
  const TemporaryFile two{"rs-two.json", text(R"(, "timeline": [{"at": "300ms", "note": "second"}])")};
  const TemporaryFile report{"rs-reports.json", ""};
  const TemporaryFile timeline{"rs-timeline.ndjson", ""};
  CHECK(call({"run", one.path(), two.path(), "--quiet", "--report", report.path(), "--timeline", timeline.path()}).code
        == 0);
  const Json r = Json::parse(content(report.path()));
  REQUIRE(r.at("runs").size() == 2);
  CHECK(r["runs"][1].at("file") == two.path());
  const std::string lines = content(timeline.path());
  REQUIRE(has(lines, "first"));
  REQUIRE(has(lines, "second"));
  CHECK(lines.find("first") < lines.find("second"));
  CHECK(Json::parse(lines.substr(0, lines.find('\n'))).at("run") == "tiny");
  CHECK(Json::parse(lines.substr(0, lines.find('\n'))).contains("at_us"));
}

TEST_CASE("the verdicts of several quiet runs say whose they are") {
  const TemporaryFile file{"rs-quiet-variants.json", text(R"(, "timeline": [{"at": "300ms", "note": "hello"}],
      "variants": [{"name": "one", "set": {}}, {"name": "two", "set": {"/seed": 2}}])")};
  const TemporaryFile timeline{"rs-quiet-variants.ndjson", ""};
  const testing::Outcome several = call({"run", file.path(), "--quiet", "--timeline", timeline.path()});
  CHECK(has(several.out, "tiny (one)\n"));
  CHECK(has(several.out, "tiny (two)\n"));
  CHECK(has(content(timeline.path()), R"x("run":"tiny (two)")x"));
  const testing::Outcome one = call({"run", file.path(), "--quiet", "--variant", "two", "--timeline", timeline.path()});
  CHECK_FALSE(has(one.out, "tiny (two)"));
  CHECK_FALSE(has(content(timeline.path()), R"("run":)"));
}

TEST_CASE("a report that cannot be written ends with 2") {
  const TemporaryFile file{"rs-unwritable.json", text()};
  const testing::Outcome done = call({"run", file.path(), "--quiet", "--report", "/nowhere/at/all.json"});
  CHECK(done.code == exit_code::bad_input);
  CHECK(has(done.err, "--report /nowhere/at/all.json: cannot be written"));
}

TEST_CASE("the determinism check runs again in both wire modes and agrees") {
  const TemporaryFile good{"rs-determinism2.json", text()};
  const testing::Outcome done = call({"run", good.path(), "--check-determinism"});
  CHECK(done.code == exit_code::held);
  CHECK(has(done.out, "deterministic: two more runs"));
}

TEST_CASE("a run in exact wire mode has the hash of the fast one") {
  const TemporaryFile file{"rs-wire.json", text()};
  const TemporaryFile report{"rs-wire-report.json", ""};
  std::vector<std::string> hashes;
  for (const char* mode : {"fast", "exact"}) {
    CHECK(call({"run", file.path(), "--wire", mode, "--quiet", "--report", report.path()}).code == 0);
    hashes.push_back(Json::parse(content(report.path())).at("trace_hash"));
  }
  CHECK(hashes[0] == hashes[1]);
}

TEST_CASE("what is to be written goes neither over the scenario nor over another output and is tried before anything runs") {
  const std::string text = R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1, "controllers": 1}})";
  const TemporaryFile file{"rs-outputs.json", text};
  const TemporaryFile other{"rs-outputs-other.json", ""};
  testing::Outcome done = call({"run", file.path(), "--report", file.path()});
  CHECK(done.code == exit_code::bad_input);
  CHECK(has(done.err, "that is what is to be read"));
  CHECK(content(file.path()) == text);
  done = call({"run", file.path(), "--report", other.path(), "--junit", other.path()});
  CHECK(done.code == exit_code::bad_input);
  CHECK(has(done.err, "another output goes there too"));
  done = call({"run", file.path(), "--report", "/nonexistent/r.json"});
  CHECK(done.code == exit_code::bad_input);
  CHECK(done.out.empty());
}

TEST_CASE("every subcommand tells the version") {
  for (const char* name : {"run", "sweep", "log", "list"}) CHECK(call({name, "--version"}).code == exit_code::held);
  CHECK(has(call({"log", "dump", "--version"}).out, "kafkasim "));
}

TEST_CASE("a scenario whose cluster cannot form is a bad one and the run says so") {
  const TemporaryFile file{"rs-unformed.json", R"({"name": "n", "duration": "1s",
    "cluster": {"brokers": 1, "controllers": 1, "disk": {"capacity": "16B"}}, "topics": [{"name": "t"}]})"};
  const testing::Outcome done = call({"run", file.path(), "--quiet"});
  CHECK(done.code == exit_code::bad_input);
  CHECK(has(done.err, "the cluster did not form"));
}

TEST_CASE("a setting without effect is a warning of check and of run and stops neither") {
  const std::string scenario =
      R"({"name": "n", "duration": "100ms", "cluster": {"brokers": 1, "controllers": 1, "profile": "fast",
                                   "config": {"controller.quorum.append.linger.ms": 5}}})";
  const TemporaryFile file{"rs-warning.json", scenario};
  for (const char* command : {"check", "run"}) {
    const testing::Outcome done = call({command, file.path()});
    CHECK(done.code == 0);
    CHECK(has(done.err, "warning: 'controller.quorum.append.linger.ms' has no effect: Kafka has this setting, and nothing here follows it"));
  }
}

TEST_CASE("the handler of interrupts is given back after a run") {
  const auto mine = std::signal(SIGINT, SIG_IGN);
  const TemporaryFile file{"rs-signal.json", text()};
  (void)call({"run", file.path(), "--quiet"});
  CHECK(std::signal(SIGINT, mine) == SIG_IGN);
}
