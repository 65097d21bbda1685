#include "sim/frame/recorder.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a recorder holds every observation since it first looked") {
  Simulation run = formed(scenario(alone()));
  Recorder recorder;
  CHECK_FALSE(recorder.since());
  std::vector<std::uint64_t> seen;
  while (run.step()) {
    recorder.observe(run);
    for (const Observation& o : run.world().observations()) seen.push_back(o.seq);
  }
  REQUIRE(seen.size() > 20);
  REQUIRE(recorder.observations().size() == seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(recorder.observations()[i].seq == seen[i]);
  REQUIRE(recorder.since());
  CHECK(*recorder.since() <= recorder.observations().front().at);
}

TEST_CASE("a full recorder forgets the oldest and says since when it knows all") {
  Simulation run = formed(scenario(alone()));
  Recorder recorder{10};
  while (run.step()) recorder.observe(run);
  CHECK(recorder.observations().size() == 10);
  CHECK(recorder.since() == recorder.observations().front().at);
}

TEST_CASE("a cleared recorder has seen nothing and begins anew") {
  Simulation run = formed(scenario(alone()));
  Recorder recorder;
  run.step();
  recorder.observe(run);
  const Instant first = *recorder.since();
  run_until(run, seconds(1));
  recorder.clear();
  CHECK_FALSE(recorder.since());
  CHECK(recorder.observations().empty());
  run.step();
  recorder.observe(run);
  CHECK(*recorder.since() > first);
}

TEST_CASE("an old leader's truncation is recorded with where the log ended before and after") {
  Filmed film{three_brokers(R"("acks": "1", "linger.ms": 0)", R"({"at": "1s", "partition": [[1, "p"], [2, 3, "all controllers"]], "for": "4s"})")};
  film.until(seconds(9));
  REQUIRE_FALSE(film.recorder.cuts().empty());
  const RecordedCut& cut = film.recorder.cuts().front();
  CHECK(film.run.checks().history().node(cut.host) == NodeId{1});
  CHECK(cut.to < cut.from);
  CHECK(cut.at > film.run.origin() + seconds(5));
}
