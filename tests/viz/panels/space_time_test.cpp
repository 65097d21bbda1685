#include "viz/panels/lane_geometry.hpp"

#include <algorithm>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {
namespace {

// Where a label ends, with the number of those that it stands for.
float end_of_label(const LabelSpot& spot, const std::vector<LabelWish>& wishes, const LabelRoom& room) {
  return spot.left + wishes[spot.first].width + (spot.count > 1 ? room.count_width : 0);
}

void require_no_overlap(const std::vector<LabelSpot>& spots, const std::vector<LabelWish>& wishes, const LabelRoom& room) {
  for (std::size_t a = 0; a < spots.size(); ++a) {
    REQUIRE(end_of_label(spots[a], wishes, room) <= room.right + 0.01F);
    for (std::size_t b = 0; b < spots.size(); ++b) {
      if (a == b || spots[a].row != spots[b].row || spots[a].left > spots[b].left) continue;
      REQUIRE(end_of_label(spots[a], wishes, room) <= spots[b].left + 0.01F);
    }
  }
}

sim::Flight flight_of(std::int32_t from, std::int32_t to, std::int64_t left_us, std::int64_t takes_us, sim::Traffic2 traffic) {
  sim::Flight flight{};
  flight.from = HostId{from};
  flight.to = HostId{to};
  flight.left = microseconds(left_us);
  if (takes_us > 0) flight.arrived = microseconds(left_us + takes_us);
  flight.traffic = traffic;
  return flight;
}


TEST_CASE("Labels that would overlap go to another row and then become a number") {
  const std::vector<LabelWish> wishes{{10, 50}, {20, 50}, {30, 50}, {40, 50}, {200, 50}};
  const LabelRoom room{2, 400, 5, 20};
  const auto spots = staggered(wishes, room);
  REQUIRE(spots.size() == 3);
  REQUIRE(spots[0].row == 0);
  REQUIRE(spots[1].row == 1);
  REQUIRE(spots[1].count == 3);
  REQUIRE(spots[2].left == 200);
  require_no_overlap(spots, wishes, room);
}

TEST_CASE("No label is lost and none goes beyond the right edge") {
  for (unsigned seed = 1; seed < 60; ++seed) {
    std::vector<LabelWish> wishes;
    unsigned x = seed;
    for (int i = 0; i < 40; ++i) {
      x = x * 1103515245U + 12345U;
      wishes.push_back({static_cast<float>(x / 65536 % 480), static_cast<float>(20 + x / 1024 % 90)});
    }
    std::ranges::sort(wishes, {}, &LabelWish::at);
    const LabelRoom room{1 + seed % 3, 500, 4, 22};
    const auto spots = staggered(wishes, room);
    std::size_t told = 0;
    for (const auto& spot : spots) told += spot.count;
    REQUIRE(told == wishes.size());
    require_no_overlap(spots, wishes, room);
  }
}

TEST_CASE("Clients stand above the brokers and controllers below") {
  std::vector<sim::FrameNode> nodes(6);
  const auto make = [&](std::size_t i, sim::NodeKind kind, std::string name) {
    nodes[i].kind = kind;
    nodes[i].name = std::move(name);
  };
  make(0, sim::NodeKind::broker, "broker 1");
  make(1, sim::NodeKind::broker, "broker 2");
  make(2, sim::NodeKind::controller, "controller 3000");
  make(3, sim::NodeKind::consumer, "shop/1");
  make(4, sim::NodeKind::producer, "shop/1");
  make(5, sim::NodeKind::producer, "shop/2");
  std::vector<Lane> lanes = lanes_of(nodes, 6);
  REQUIRE(lanes.size() == 6);
  REQUIRE(lanes[0].nodes == std::vector<std::size_t>{4});
  REQUIRE(lanes[2].nodes == std::vector<std::size_t>{3});
  REQUIRE(lanes[3].name == "broker 1");
  REQUIRE(lanes[5].name == "controller 3000");
  lanes = lanes_of(nodes, 5);  // too few: clients of one kind and name share one
  REQUIRE(lanes.size() == 5);
  REQUIRE(lanes[0].name == "shop (2)");
  REQUIRE(lanes[0].nodes == std::vector<std::size_t>{4, 5});
  REQUIRE(lanes[1].name == "shop/1");
}

TEST_CASE("A bundle stands for the messages of one way that leave in one stretch of time") {
  const std::vector<sim::Flight> flights{flight_of(1, 2, 100, 500, sim::Traffic2::produce), flight_of(1, 2, 200, 700, sim::Traffic2::produce),
                                         flight_of(1, 2, 300, 0, sim::Traffic2::fetch), flight_of(2, 1, 150, 400, sim::Traffic2::produce),
                                         flight_of(1, 2, 1'500, 500, sim::Traffic2::produce)};
  std::vector<sim::Flight> all = flights;
  all.push_back(flight_of(1, 9, 100, 500, sim::Traffic2::produce));  // nobody knows that host
  const auto bundles = bundled(all, {{HostId{1}, 0}, {HostId{2}, 1}}, {}, milliseconds(1));
  REQUIRE(bundles.size() == 3);
  REQUIRE(bundles[0].count == 3);
  REQUIRE(bundles[0].traffic == sim::Traffic2::produce);
  REQUIRE(bundles[0].left == microseconds(200));
  REQUIRE(bundles[0].arrived == microseconds(800));
  REQUIRE(bundles[1].count == 1);
  REQUIRE(bundles[2].from == 1);
}

TEST_CASE("The distance to a line ends at its ends") {
  REQUIRE(distance_to_segment({5, 3}, {0, 0}, {10, 0}) == Approx(3));
  REQUIRE(distance_to_segment({13, 4}, {0, 0}, {10, 0}) == Approx(5));
  REQUIRE(distance_to_segment({3, 4}, {0, 0}, {0, 0}) == Approx(5));
}

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
