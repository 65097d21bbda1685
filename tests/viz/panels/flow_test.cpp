#include "viz/panels/flow.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "viz/backend/headless.hpp"

namespace kafkasim::viz {
namespace {

// Draws into a window that fills the display.
Headless::Draw flowing(const Headless& head, std::function<void(Flow&)> tell) {
  return [size = head.area().size(), tell = std::move(tell)](Ui& ui) {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::Begin("flow", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings);
    Flow flow{ui};
    tell(flow);
    ImGui::End();
  };
}

TEST_CASE("Moments and sizes and large numbers are told as people read them") {
  CHECK(as_moment(milliseconds(12'480)) == "12.480 s");
  CHECK(as_moment(Duration{}) == "0.000 s");
  CHECK(as_size(1'023) == "1023 B");
  CHECK(as_size(1'258'291) == "1.2 MiB");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(12'345) == "12,345");
  CHECK(with_commas(-1'234'567) == "-1,234,567");
  CHECK(with_commas(-123) == "-123");
}

TEST_CASE("A paragraph wraps within its width and what follows stands below it") {
  Headless head{220, 400, 1.0F};
  const std::string words = "A follower that has caught up with its leader is in the ISR again as soon as the controller has agreed";
  float wide = 0;
  const Headless::Draw draw = flowing(head, [&](Flow& flow) {
    wide = flow.width();
    flow.text(words);
    flow.dim("below");
  });
  head.frame(draw);
  const std::vector<Ui::Written>& written = head.ui().written();
  REQUIRE(written.size() >= 2);
  const Area& below = written.back().area;
  REQUIRE(written.back().text == "below");
  for (const Ui::Written& one : written) {
    CHECK(one.area.width() <= wide + 1);
    CHECK_FALSE(one.cut);
  }
  const Area& first = written.front().area;
  CHECK(below.min.y > first.min.y + 3 * below.height());  // at that width the words need more than three lines
  CHECK(below.min.x == Approx(first.min.x));
}

TEST_CASE("A link and a row of a table and a button tell when they are pressed") {
  Headless head{300, 400, 1.0F};
  int linked = 0;
  int pressed = 0;
  std::optional<std::size_t> row;
  const Headless::Draw draw = flowing(head, [&](Flow& flow) {
    if (flow.link("the.link", "broker 1")) ++linked;
    if (const auto clicked = flow.table({"replica", "end"}, {{{"broker 1"}, {"12"}}, {{"broker 2"}, {"11"}}}, "the.table")) row = clicked;
    if (flow.press("the.button", "Crash", "Crashes it")) ++pressed;
  });
  head.frame(draw);
  head.click("the.link");
  CHECK(linked == 1);
  CHECK(pressed == 0);
  CHECK_FALSE(row);
  head.click("the.table.1");
  CHECK(row == std::size_t{1});
  head.click("the.button");
  CHECK(pressed == 1);
  CHECK(linked == 1);
}

TEST_CASE("Buttons stand side by side as far as there is room") {
  Headless head{200, 400, 1.0F};
  const Headless::Draw draw = flowing(head, [](Flow& flow) {
    for (const char* name : {"one", "two", "three", "four", "five", "six"}) (void)flow.press(name, "Restart", nullptr);
  });
  head.frame(draw);
  const Area one = *head.ui().find("one");
  const Area two = *head.ui().find("two");
  const Area six = *head.ui().find("six");
  CHECK(two.min.y == one.min.y);
  CHECK(two.min.x > one.max.x);
  CHECK(six.min.y > one.max.y);
  CHECK(six.max.x <= head.area().max.x);
}

}  // namespace
}  // namespace kafkasim::viz
