#include "viz/panels/sheet.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A press beside a sheet closes it") {
  Stage stage{draw_help, 1280, 720};
  stage.app->popups.help = true;
  stage.settle();
  stage.head.click(ImVec2{4, 4});
  stage.settle();
  REQUIRE_FALSE(stage.app->popups.help);
}

TEST_CASE("A sheet stands in the middle and is no larger than its window allows") {
  Headless head{400, 300, 1.0F};
  bool open = true;
  Area inner{};
  head.frame([&](Ui& ui) {
    inner = begin_sheet(ui, "large", "Larger than the window", head.area(), {900, 600}, open);
    end_sheet();
  });
  const Area* sheet = head.ui().find("sheet.large");
  REQUIRE(sheet != nullptr);
  CHECK(sheet->width() < 400);
  CHECK(sheet->height() < 300);
  CHECK(sheet->centre().x == Approx(200).margin(1));
  CHECK(inner.min.y > sheet->min.y);
  CHECK(inner.max.x < sheet->max.x);
  head.click("large.close");
  CHECK_FALSE(open);
}
