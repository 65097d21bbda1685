#ifdef KAFKASIM_WINDOW
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

#include "viz/backend/window.hpp"

using namespace kafkasim::viz;

TEST_CASE("without a display there is no window but an advice") {
  const char* const display = std::getenv("DISPLAY");
  const std::string before = display == nullptr ? "" : display;
  unsetenv("DISPLAY");
  const auto window = Window::create("kafkasim", std::nullopt, std::nullopt, "");
  if (!before.empty()) setenv("DISPLAY", before.c_str(), 1);
  REQUIRE_FALSE(window);
  CHECK(window.error().message == "no display: set DISPLAY, or use --screenshot");
}
#endif
