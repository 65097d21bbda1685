#include "sim/report/perfetto.hpp"

#include <map>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

nlohmann::json events_of(Simulation run) {
  std::ostringstream out;
  PerfettoTrace trace{out};
  run.observe_details();
  while (run.step()) trace.look(run);
  trace.end(run);
  return nlohmann::json::parse(out.str()).at("traceEvents");
}

}  // namespace

TEST_CASE("a trace for Perfetto has a slice for each step and a span for each request that was answered") {
  const auto events = events_of(formed(scenario(small(
      1, "1s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}], "epilogue": false,
      "timeline": [{"at": "500ms", "note": "half \"way\""}], )"))));
  int slices = 0;
  int begun = 0;
  int ended = 0;
  bool noted = false;
  for (const auto& event : events) {
    const std::string ph = event.at("ph");
    slices += ph == "X" && event.at("name") == "Produce request";
    begun += ph == "b" && event.at("name") == "Produce";
    ended += ph == "e" && event.at("name") == "Produce";
    noted = noted || (ph == "i" && event.at("name") == "note note: half \"way\"");
  }
  CHECK(slices > 5);
  CHECK(begun >= ended);
  CHECK(ended > 5);
  CHECK(noted);
}

TEST_CASE("no two slices of a thread overlap also where a slow disk becomes fast again before it is done") {
  const auto events = events_of(formed(scenario(small(
      1, "4s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}], "epilogue": false,
      "timeline": [{"at": "500ms", "slow_disk": {"broker": 1, "times": 1000000}, "for": "1s"}], )"))));
  std::map<std::pair<int, int>, double> busy_until;
  int shortened = 0;
  for (const auto& event : events) {
    if (event.at("ph") != "X") continue;
    const double begins = event.at("ts");
    const double lasts = event.at("dur");
    double& until = busy_until[{event.at("pid"), event.at("tid")}];
    CHECK(begins >= until - 0.002);
    until = begins + lasts;
    shortened += lasts > 100'000 && lasts < 1'500'000;
  }
  CHECK(shortened > 0);
}
