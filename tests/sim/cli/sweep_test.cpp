#include <csignal>
#include <filesystem>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/sim/cli/support.hpp"
#include "tests/sim/explore/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;
using Json = nlohmann::json;

namespace {

Json report(const std::string& path) {
  Json all = Json::parse(content(path));
  for (const char* key : {"wall_ms", "runs_per_minute"}) all.erase(key);
  return all;
}

}  // namespace

TEST_CASE("a sweep that holds ends with 0 and says what was reached") {
  const Folder folder{"cli-sweep"};
  const std::string file = folder.file("tiny.json", tiny(""));
  const testing::Outcome done = call({"sweep", file, "--seeds", "1..4", "--jobs", "2", "--failures", folder.path("f")});
  CHECK(done.code == exit_code::held);
  CHECK(has(done.out, "4 runs of 1 scenario"));
  CHECK(has(done.out, "never reached: "));
  CHECK(has(done.out, "PASS"));
  CHECK(done.err.empty());
  CHECK_FALSE(std::filesystem::exists(folder.path("f")));
}

TEST_CASE("a sweep with failures ends with 1 and its report and files are the same with any number of jobs") {
  const Folder folder{"cli-sweep-fails"};
  const std::string file = folder.file("tiny.json", tiny(chaos + R"(, "expect": [{"metric": "records.acked", "is": -1}])"));
  for (const char* jobs : {"1", "3"}) {
    const std::string r = folder.path(std::string{"r"} + jobs + ".json");
    const std::string x = folder.path(std::string{"x"} + jobs + ".xml");
    const testing::Outcome done =
        call({"sweep", file, "--seeds", "5..7", "--jobs", jobs, "--failures", folder.path("f"), "--report", r, "--junit", x});
    CHECK(done.code == exit_code::failed);
    CHECK(has(done.out, "seed 5: expectation: "));
  }
  CHECK(report(folder.path("r1.json")) == report(folder.path("r3.json")));
  CHECK(report(folder.path("r1.json")).at("seeds") == 3);
  CHECK(content(folder.path("x1.xml")) == content(folder.path("x3.xml")));
  const std::string saved = folder.path("f/tiny-seed-6.json");
  CHECK(report(folder.path("r1.json")).at("failures").at(1).at("file") == saved);
  CHECK(call({"run", saved, "--quiet"}).code == exit_code::failed);
}

TEST_CASE("a sweep of a file with variants runs each of them and what fails is saved with its changes") {
  const Folder folder{"cli-sweep-variants"};
  const std::string file = folder.file("tiny.json", tiny(R"(, "expect": [{"metric": "records.acked", "at_most": 45}],
    "variants": [{"name": "one", "set": {"/producers/0/count": 1}}, {"name": "3, two more", "set": {"/producers/0/count": 3}}])"));
  const std::string r = folder.path("r.json");
  const testing::Outcome done = call({"sweep", file, "--seeds", "1..2", "--failures", folder.path("f"), "--report", r});
  CHECK(done.code == exit_code::failed);
  CHECK(has(done.out, "4 runs of 2 scenarios"));
  CHECK(has(done.out, "seed 1 of tiny [3, two more]: expectation: "));
  const Json written = report(r);
  CHECK(written.at("scenarios").at(0).at("variant") == "one");
  REQUIRE(written.at("failures").size() == 2);
  CHECK(written.at("failures").at(0).at("variant") == "3, two more");
  const std::string saved = folder.path("f/tiny-3--two-more-seed-1.json");
  CHECK(call({"run", saved, "--quiet"}).code == exit_code::failed);
  CHECK(call({"sweep", file, "--seeds", "1..2", "--variant", "one"}).code == exit_code::held);
}

TEST_CASE("a sweep takes changes and old behaviours and its files of failures have them") {
  const Folder folder{"cli-sweep-changes"};
  const std::string file = folder.file("tiny.json", tiny(R"(, "expect": [{"metric": "records.acked", "at_most": 45}])"));
  CHECK(call({"sweep", file, "--seeds", "1", "--set", "/producers/0/count=1"}).code == exit_code::held);
  const testing::Outcome done = call({"sweep", file, "--seeds", "1", "--set", "/producers/0/count=3", "--legacy", "no-fetch-fencing",
                                      "--failures", folder.path("f")});
  CHECK(done.code == exit_code::failed);
  const std::string saved = folder.path("f/tiny-seed-1.json");
  CHECK(has(content(saved), "no-fetch-fencing"));
  CHECK(call({"run", saved, "--quiet"}).code == exit_code::failed);
}

TEST_CASE("shards of a sweep have each seed once") {
  const Folder folder{"cli-sweep-shard"};
  const std::string file = folder.file("tiny.json", tiny(R"(, "expect": [{"metric": "records.acked", "is": -1}])"));
  std::vector<int> seeds;
  for (const char* shard : {"1/2", "2/2"}) {
    (void)call({"sweep", file, "--seeds", "1..3", "--shard", shard, "--failures", folder.path("f"), "--report", folder.path("r.json")});
    const Json written = report(folder.path("r.json"));
    for (const Json& failure : written.at("failures")) seeds.push_back(failure.at("seed"));
  }
  CHECK(seeds == std::vector<int>{1, 3, 2});
}

TEST_CASE("an interrupted sweep ends with 130 and writes its report as far as it has come") {
  const Folder folder{"cli-sweep-interrupt"};
  const std::string file = folder.file("tiny.json", tiny(""));
  const pid_t parent = ::getpid();
  if (::fork() == 0) {
    ::usleep(700'000);
    (void)::kill(parent, SIGINT);
    ::_exit(0);
  }
  const testing::Outcome done = call({"sweep", file, "--seeds", "1..1000000000", "--jobs", "2", "--report", folder.path("r.json")});
  CHECK(done.code == exit_code::interrupted);
  CHECK(report(folder.path("r.json")).at("outcome") == "interrupted");
  CHECK(has(done.out, "INTERRUPTED"));
}

TEST_CASE("a sweep ends when its time is over") {
  const Folder folder{"cli-sweep-limit"};
  const std::string file = folder.file("tiny.json", tiny(""));
  const testing::Outcome done = call({"sweep", file, "--seeds", "1..1000000000", "--time-limit", "500ms"});
  CHECK(done.code == exit_code::held);
}

TEST_CASE("what is wrong with the options of a sweep is told with exit code 2") {
  const Folder folder{"cli-sweep-bad"};
  const std::string file = folder.file("tiny.json", tiny(""));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--seeds", "2..1"}, {"--seeds", "1..2", "--shard", "3/2"}, {"--seeds", "1", "--jobs", "0"},
        {"--seeds", "1", "--time-limit", "soon"}, {"--seeds", "1", "--report", "/nowhere/r.json"}}) {
    std::vector<std::string> arguments{"sweep", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const testing::Outcome done = call(arguments);
    CHECK(done.code == exit_code::bad_input);
    CHECK_FALSE(done.err.empty());
  }
  CHECK(call({"sweep", folder.path("none.json"), "--seeds", "1"}).code == exit_code::bad_input);
}
