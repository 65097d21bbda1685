#include "sim/report/html.hpp"

#include "tests/sim/run/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

TEST_CASE("the page of a run holds verdict and findings and plots and timeline and needs nothing else") {
  const auto s = scenario(
      small(1, "3s", R"("title": "Ten <records>", "topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10}],
      "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "100ms"}], "epilogue": false, )"));
  Simulation run = formed(s);
  Series series{s->duration};
  while (run.step()) series.look(run);
  series.end(run);
  run.finish();
  const RunFacts facts{"f.json", outcome_of(run, Strict::no), 1000, "acks=all", Strict::no};
  const std::string page = html_page({html_section(run, facts, series, {"broker 1: loses power"})});
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(has(page, "<h1>Ten &lt;records&gt; — acks=all</h1>"));
  CHECK(has(page, "excused (power-loss) acked-record-lost"));
  CHECK(has(page, "broker 1: loses power"));
  CHECK(has(page, "Throughput, records a second"));
  CHECK(has(page, ">Leaders</text>"));
  CHECK(has(page, "<td>fault</td><td>broker 1</td>"));
  for (const char* outside : {"http://", "https://", "<script", "src="}) CHECK_FALSE(has(page, outside));
}
