#include "viz/panels/panels.hpp"

#include <cmath>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

struct PlotsSize {
  int width;
  int height;
  float scale;
};

TEST_CASE("Plots of a whole run stand beside each other without a text upon another") {
  const PlotsSize size = GENERATE(PlotsSize{372, 228, 1}, PlotsSize{480, 250, 1}, PlotsSize{620, 420, 1.25F}, PlotsSize{1440, 750, 3});
  test::Stage stage{draw_plots, size.width, size.height, size.scale};
  (void)stage.app->advance(0, 1e9);
  stage.go(milliseconds(4'000));
  for (const char* probe : {"plot.rates", "plot.lag", "plot.isr", "plot.disk", "plot.leaders"}) {
    INFO(probe);
    REQUIRE(stage.shows(probe));
    CHECK(stage.head.ui().find(probe)->height() > 30 * size.scale);
  }
  CHECK(stage.blemishes().empty());
  CHECK(stage.wrote("orders-0"));
}

TEST_CASE("A press into a plot takes the cursor there and dragging takes it along") {
  test::Stage stage{draw_plots, 480, 250};
  (void)stage.app->advance(0, 1e9);
  stage.go(milliseconds(500));
  const Area lag = *stage.head.ui().find("plot.lag");
  stage.click("plot.lag");
  CHECK(std::abs((stage.app->now() - stage.app->tape().duration() / 2).ns) < milliseconds(50).ns);
  stage.head.drag(lag.centre(), {lag.max.x - 2, lag.centre().y});
  stage.settle();
  CHECK(stage.app->now() > seconds(7));
}

TEST_CASE("Under the mouse the values of all plots are told for that moment") {
  test::Stage stage{draw_plots, 480, 250};
  (void)stage.app->advance(0, 1e9);
  stage.go(milliseconds(4'000));
  stage.app->tip.reset();
  stage.head.move_to("plot.lag");
  REQUIRE(stage.app->tip);
  CHECK(stage.app->tip->find("4.00 s") != std::string::npos);
  CHECK(stage.app->tip->find("smallest ISR: 2") != std::string::npos);  // broker 1 is down
  CHECK(stage.app->tip->find("orders-0 broker 2") != std::string::npos);
}

TEST_CASE("A plot of which nothing is known is left out") {
  test::Stage stage{draw_plots, 480, 250};
  stage.settle();
  CHECK_FALSE(stage.shows("plot.rates"));
}

}  // namespace
}  // namespace kafkasim::viz
