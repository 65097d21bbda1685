#include "viz/panels/toolbar_fit.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::viz {
namespace {

TEST_CASE("the least worthy tool becomes brief first and goes first") {
  const std::vector<ToolWidth> tools{{100, 40, 0, 3}, {50, 0, 10, 1}, {80, 20, 0, 2}};
  using enum ToolForm;
  CHECK(fit_tools(tools, 240) == std::vector{full, full, full});
  CHECK(fit_tools(tools, 239) == std::vector{full, full, brief});
  CHECK(fit_tools(tools, 130) == std::vector{brief, full, brief});
  CHECK(fit_tools(tools, 119) == std::vector{brief, gone, brief});
  CHECK(fit_tools(tools, 59) == std::vector{brief, gone, gone});
  CHECK(fit_tools(tools, 10) == std::vector{gone, gone, gone});
}

TEST_CASE("as wide as the tools that are left and the gaps before them") {
  const std::vector<ToolWidth> tools{{100, 40, 0, 3}, {50, 0, 10, 1}, {80, 20, 0, 2}};
  using enum ToolForm;
  CHECK(fitted_width(tools, {full, full, full}) == Approx(240));
  CHECK(fitted_width(tools, {brief, gone, brief}) == Approx(60));
  CHECK(fitted_width(tools, {gone, gone, gone}) == Approx(0));
}

}  // namespace
}  // namespace kafkasim::viz
