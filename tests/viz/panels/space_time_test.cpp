#include "viz/panels/panels.hpp"

#include <algorithm>

#include "tests/viz/panels/stage.hpp"

namespace kafkasim::viz {
namespace {

struct LanesSize {
  int width;
  int height;
  float scale;
};

TEST_CASE("The diagram names its lanes and messages without a text upon another") {
  const auto window = GENERATE(milliseconds(20), milliseconds(400), seconds(8));
  const auto size = GENERATE(LanesSize{372, 228, 1}, LanesSize{480, 250, 1}, LanesSize{620, 420, 1.25F}, LanesSize{1440, 750, 3});
  const auto at = GENERATE(milliseconds(1'900), milliseconds(2'010), milliseconds(6'000));
  test::Stage stage{draw_space_time, size.width, size.height, size.scale};
  stage.app->look.window = window;
  stage.go(at);
  CHECK(stage.shows("space_time"));
  CHECK(stage.shows("lane.broker 1"));
  for (const std::string& blemish : stage.blemishes()) {
    if (!blemish.starts_with("cut: ")) FAIL_CHECK(blemish);  // marks are cut: all of them stands in the tip
  }
}

// The first of the flights that are drawn.
std::size_t some_flight(test::Stage& stage) {
  for (const auto& [name, area] : stage.head.ui().probes()) {
    if (name.starts_with("flight.") && area.min.x > 200) return std::stoul(name.substr(7));
  }
  FAIL("no message is drawn");
  return 0;
}

TEST_CASE("A message that is pressed is chosen and what led to it stays bright") {
  test::Stage stage{draw_space_time, 480, 250};
  stage.app->look.window = milliseconds(60);
  stage.go(milliseconds(1'900));
  const std::size_t n = some_flight(stage);
  const sim::Flight flight = stage.app->space_time().flights[n];
  stage.click("flight." + std::to_string(n));
  const auto* chosen = std::get_if<ChosenMessage>(&stage.app->chosen());
  REQUIRE(chosen);
  const auto& flights = stage.app->space_time().flights;
  const auto found = std::ranges::find(flights, chosen->message, &sim::Flight::message);
  REQUIRE(found != flights.end());
  CHECK(found->in_cone);
  CHECK(found->from == flight.from);
  CHECK(std::ranges::count_if(flights, &sim::Flight::in_cone) < std::ssize(flights));
  stage.head.click(ImVec2{455, 200});  // where nothing is
  stage.settle();
  CHECK(std::holds_alternative<std::monostate>(stage.app->chosen()));
}

TEST_CASE("The mouse wheel looks closer and a drag to the right goes back in time") {
  test::Stage stage{draw_space_time, 480, 250};
  stage.go(milliseconds(1'900));
  const Duration before = stage.app->look.window;
  stage.head.move_to("space_time");
  stage.head.wheel(2);
  CHECK(stage.app->look.window < before);
  for (int i = 0; i < 40; ++i) stage.head.wheel(3);
  CHECK(stage.app->look.window == milliseconds(2));
  stage.app->look.window = milliseconds(400);
  stage.settle();
  const Area area = *stage.head.ui().find("space_time.axis");
  stage.head.drag({area.min.x + 20, area.max.y + 100}, {area.min.x + 20 + area.width() / 4, area.max.y + 100});
  stage.settle();
  CHECK(stage.app->now() < milliseconds(1'900));
  CHECK(stage.app->now() > milliseconds(1'700));
}

TEST_CASE("A press on a mark goes to its moment") {
  test::Stage stage{draw_space_time, 480, 250};
  stage.app->look.window = seconds(1);
  stage.go(milliseconds(2'300));
  const auto& marks = stage.app->space_time().marks;
  const auto crash = std::ranges::find(marks, "crashes", &sim::LaneMark::text);
  REQUIRE(crash != marks.end());
  const Duration at = crash->at;
  CHECK(stage.wrote("crashes"));
  stage.click("mark." + std::to_string(crash - marks.begin()));
  CHECK(stage.app->now() == at);
}

TEST_CASE("Heartbeats are shown when they are asked for") {
  test::Stage stage{draw_space_time, 480, 250};
  stage.app->look.window = seconds(1);
  stage.go(milliseconds(1'900));
  const std::size_t without = stage.app->space_time().flights.size();
  stage.click("space_time.heartbeats");
  CHECK(stage.app->look.heartbeats);
  CHECK(stage.app->space_time().flights.size() > without);
}

}  // namespace
}  // namespace kafkasim::viz
