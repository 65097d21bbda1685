#include "sim/run/series.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a series shows counts growing and a leader going and coming") {
  Simulation run = formed(scenario(small(
      1, "4s",
      R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "100/s"}], "epilogue": false,
         "timeline": [{"at": "1s", "crash": 1, "for": "2s"}], )")));
  Series series{seconds(4)};
  while (run.step()) series.look(run);
  series.end(run);
  const auto& samples = series.samples();
  REQUIRE(samples.size() > 200);
  REQUIRE(samples.size() <= static_cast<std::size_t>(Series::points) + 2);
  CHECK(samples.front().acked == 0);
  CHECK(samples.back().acked > 100);
  CHECK(samples.back().at == seconds(4));
  bool led = false;
  bool leaderless = false;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i > 0) CHECK(samples[i].acked >= samples[i - 1].acked);
    for (const auto& [tp, leader] : samples[i].leaders) (leader ? led : leaderless) = true;
    CHECK(samples[i].disk_used.contains(NodeId{1}));
  }
  CHECK(led);
  CHECK(leaderless);
}

TEST_CASE("looking at a run for a series leaves it as it is") {
  const auto s = scenario(small(1, "1s", R"("topics": [{"name": "t"}], "epilogue": false, )"));
  Simulation watched = formed(s);
  Series series{seconds(1)};
  while (watched.step()) series.look(watched);
  Simulation alone = formed(s);
  while (alone.step()) {}
  CHECK(watched.world().trace_hash() == alone.world().trace_hash());
}
