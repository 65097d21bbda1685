#include "sim/report/perfetto.hpp"

#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a trace for Perfetto has a slice for each step and a span for each request that was answered") {
  Simulation run = formed(scenario(small(
      1, "1s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}], "epilogue": false,
      "timeline": [{"at": "500ms", "note": "half \"way\""}], )")));
  std::ostringstream out;
  PerfettoTrace trace{out};
  run.observe_details();
  while (run.step()) trace.look(run);
  trace.end(run);
  const auto events = nlohmann::json::parse(out.str()).at("traceEvents");
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
