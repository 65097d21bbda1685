#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

// A bit rots in the log of the only replica and nobody reads it again before the end: no check of the run itself can
// see that, only a reader from the start.
TEST_CASE("the final read finds a record that was acknowledged and cannot be read any more") {
  Simulation run = formed(scenario(alone()));
  while (run.step()) {}
  CHECK(run.findings().kept().empty());
  SimDisk& disk = const_cast<World&>(run.world()).edit_disk(run.cluster().brokers.at(NodeId{1}));
  const auto files = disk.files();
  const auto log = std::ranges::find_if(
      files, [](const FileInfo& f) { return f.path.starts_with("t-0/") && f.path.ends_with(".log"); });
  REQUIRE(log != files.end());
  REQUIRE(disk.corrupt(log->path, log->size - 10, std::byte{0x10}));
  run.finish();
  const std::vector<Finding>& found = run.findings().kept();
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].in_epilogue);
  CHECK(found[0].invariant == "acked-record-lost");
  CHECK(found[0].subject == "t-0");
  CHECK_FALSE(found[0].excuse.has_value());
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
}
