// Whole pictures of runs: what they tell beside nodes, messages, partitions and groups.
#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const std::string crashed_for_a_while =
    three_brokers(R"("linger.ms": 0)", R"x({"at": "1s", "name": "crash", "crash": "leader(t-0)", "for": "2s"})x", "8s");

}  // namespace

TEST_CASE("a picture names its run and its moment") {
  Filmed film{crashed_for_a_while};
  film.until(milliseconds(800));
  const Frame frame = film.picture(milliseconds(801));
  CHECK(frame.scenario == "small");
  CHECK(frame.seed == 5);
  CHECK(frame.at == milliseconds(801));
  CHECK(frame.duration == seconds(8));
  CHECK(frame.events == film.run.events());
  CHECK(frame.trace_hash == film.run.world().trace_hash());
}

TEST_CASE("a fault is told while it is in force and with whom it has hit") {
  Filmed film{crashed_for_a_while};
  film.until(milliseconds(900));
  CHECK(film.picture().faults.empty());
  film.until(milliseconds(1500));
  const Frame frame = film.picture();
  REQUIRE(frame.faults.size() == 1);
  CHECK(frame.faults[0].name == "crash");
  CHECK(frame.faults[0].text == "crash leader(t-0)");
  CHECK(frame.faults[0].since == seconds(1));
  CHECK(frame.faults[0].entry == 0);
  CHECK(frame.faults[0].hosts == std::vector{frame.node("broker 1")->host});
  film.until(milliseconds(3500));
  CHECK(film.picture().faults.empty());
}

TEST_CASE("totals and the verdict are those of the run") {
  Filmed film{crashed_for_a_while};
  film.until(seconds(7));
  const Frame frame = film.picture();
  CHECK(frame.totals.sent > 300);
  CHECK(frame.totals.acked > 300);
  CHECK(frame.totals.acked <= frame.totals.sent);
  CHECK(frame.totals.failed == 0);
  CHECK(frame.totals.consumed == 0);
  CHECK(frame.totals.lost == 0);
  CHECK(frame.totals.duplicated == 0);
  REQUIRE(frame.totals.produce_p99);
  CHECK(*frame.totals.produce_p99 > milliseconds(1));
  CHECK_FALSE(frame.totals.end_to_end_p99);
  CHECK(frame.verdict.invariants == film.run.checks().evaluations().size());
  CHECK(frame.verdict.invariants > 20);
  CHECK(frame.verdict.violations == 0);
  CHECK(frame.verdict.findings.empty());
}

TEST_CASE("what acks=1 has lost stands in the totals and in the verdict as excused") {
  Filmed film{three_brokers(R"("acks": "1", "linger.ms": 0)", R"({"at": "1s", "partition": [[1, "p"], [2, 3, "all controllers"]], "for": "4s"})")};
  film.until(seconds(10));
  const Frame frame = film.picture();
  CHECK(frame.totals.lost > 0);
  CHECK(static_cast<std::size_t>(frame.totals.lost) == frame.partition(t0)->lost);
  CHECK(frame.verdict.violations == 0);
  CHECK(frame.verdict.excused > 0);
  REQUIRE_FALSE(frame.verdict.findings.empty());
  CHECK(frame.verdict.findings[0].excuse == Excuse::acks);
}

TEST_CASE("a run of which pictures are taken goes on as if none were") {
  Filmed filmed{crashed_for_a_while};
  Simulation alone_run = formed(scenario(crashed_for_a_while));
  while (alone_run.now() < seconds(4) && alone_run.step()) {
    filmed.step();
    (void)filmed.picture(strip_of(t0));
  }
  CHECK(filmed.run.world().trace_hash() == alone_run.world().trace_hash());
}

TEST_CASE("a crash is over once the process was started again by hand") {
  Filmed film{three_brokers("", R"({"at": "1s", "crash": 1}, {"at": "3s", "start": 1})")};
  film.until(seconds(2));
  CHECK(film.picture().faults.size() == 1);
  film.until(seconds(6));
  CHECK(film.picture().node(NodeId{1})->state == NodeState::running);
  CHECK(film.picture().faults.empty());
}
