#include "sim/report/plot.hpp"

#include <catch2/catch.hpp>

#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using kafkasim::test::has;

TEST_CASE("what stands in a page cannot become markup") {
  CHECK(escape_markup("a<b> & \"c\"\n\x01") == "a&lt;b&gt; &amp; &quot;c&quot; \xEF\xBF\xBD");
}

TEST_CASE("a plot spans its time and its largest value") {
  const Plot plot{"Lag", PlotUnit::count, seconds(10), {{"all", {{Duration{}, 0}, {seconds(5), 50}, {seconds(10), 100}}}}, {{seconds(5), "1"}}};
  const std::string svg = plot_svg(plot);
  CHECK(has(svg, "points=\"78,150 481,90 884,30 \""));
  CHECK(has(svg, ">100</text>"));
  CHECK(has(svg, ">10 s</text>"));
  CHECK(has(svg, "class=\"fault\" x=\"481\""));
}

TEST_CASE("a plot of the largest numbers and of none stays within its frame") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(has(plot_svg({"Disk", PlotUnit::bytes, Duration{most}, {{"d", {{Duration{}, 0}, {Duration{most}, most}}}}, {}}), "78,150 884,30 "));
  CHECK(has(plot_svg({"Empty", PlotUnit::per_second, Duration{}, {}, {}}), "</svg>"));
}

TEST_CASE("a strip has a bar for each stretch and says where there is none") {
  const StripPlot plot{"Leaders", "broker", seconds(10), {{"orders-0", {{Duration{}, seconds(5), 1}, {seconds(5), seconds(10), -1}}}}, {}};
  const std::string svg = strips_svg(plot);
  CHECK(has(svg, "<title>broker 1, 0 s to 5 s</title>"));
  CHECK(has(svg, "<title>no broker, 5 s to 10 s</title>"));
}
