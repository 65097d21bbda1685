#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// One broker alone holds t-0; ten records are acknowledged by 1 s.
std::string alone(const std::string& more) {
  return small(
      1, "2s",
      R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s"}], )" + more);
}

std::vector<Finding> of_the_epilogue(const Simulation& run) {
  std::vector<Finding> found;
  for (const Finding& finding : run.findings().kept()) {
    if (finding.in_epilogue) found.push_back(finding);
  }
  return found;
}

}  // namespace

TEST_CASE("a run that loses nothing has a clean epilogue") {
  const Simulation run = run_to_end(scenario(alone("")));
  CHECK(run.measure({Metric::records_acked, {}, {}, {}}) == MetricValue{std::int64_t{10}});
  CHECK(run.findings().kept().empty());
}

// A bit rots in the log of the only replica and nobody reads it again before the end: no check of the run itself can
// see that, only a reader from the start.
TEST_CASE("the final read finds a record that was acknowledged and cannot be read any more") {
  Simulation run = formed(scenario(alone("")));
  while (run.step()) {}
  CHECK(run.findings().kept().empty());
  SimDisk& disk = const_cast<World&>(run.world()).edit_disk(run.cluster().brokers.at(NodeId{1}));
  const auto files = disk.files();
  const auto log = std::ranges::find_if(
      files, [](const FileInfo& f) { return f.path.starts_with("t-0/") && f.path.ends_with(".log"); });
  REQUIRE(log != files.end());
  REQUIRE(disk.corrupt(log->path, log->size - 10, std::byte{0x10}));
  run.finish();
  const std::vector<Finding> found = of_the_epilogue(run);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].invariant == "acked-record-lost");
  CHECK(found[0].subject == "t-0");
  CHECK_FALSE(found[0].excuse.has_value());
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
}

TEST_CASE("what the epilogue brings to light counts for the expectations and changes nothing else") {
  // The power goes off just before the end; only the restart in the epilogue shows what was lost.
  const std::string text = alone(R"("timeline": [{"at": "1900ms", "power_off": {"target": 1, "keep": "none"}}], )"
                                 R"("expect": [{"violates": "acked-record-lost"}], )");
  Simulation run = formed(scenario(text));
  while (run.step()) {}
  CHECK(run.findings().kept().empty());
  const std::size_t told = run.story().lines().size();
  run.finish();
  const std::vector<Finding> found = of_the_epilogue(run);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].excuse == Excuse::power_loss);
  CHECK(run.expectations()[0].held);
  CHECK(run.story().lines().size() == told);
  CHECK(run.measure({Metric::records_lost, {}, {}, {}})
        == MetricValue{std::int64_t{0}});  // at the end it was not known
  CHECK_FALSE(run.world().is_up(run.cluster().brokers.at(NodeId{1})));
}

TEST_CASE("a scenario may leave its epilogue out") {
  const std::string text =
      alone(R"("timeline": [{"at": "1900ms", "power_off": {"target": 1, "keep": "none"}}], "epilogue": false, )");
  CHECK(run_to_end(scenario(text)).findings().kept().empty());
}

TEST_CASE("a run that is broken off has no epilogue") {
  Simulation run =
      formed(scenario(alone(R"("timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}}], )")));
  run_until(run, milliseconds(1100));
  run.finish();
  CHECK(run.findings().kept().empty());
}

TEST_CASE("the epilogue heals what the scenario left broken before it reads") {
  // Both replicas are there, but cut off from each other, one is paused and the controller is down.
  const std::string text = small(2, "3s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2]]}],
    "producers": [{"id": "p", "topic": "t", "records": 20, "rate": "20/s"}],
    "timeline": [{"at": "500ms", "partition": [1]}, {"at": "1200ms", "pause": 2}, {"at": "1300ms", "crash": 3000}],
  )");
  const Simulation run = run_to_end(scenario(text));
  CHECK(run.findings().violations() == 0);
  CHECK(run.world().is_paused(run.cluster().brokers.at(NodeId{2})));  // the run itself stays as it was
}
