#include "viz/panels/lane_geometry.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

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
  std::vector<TimeLane> lanes = lanes_of(nodes, 6);
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

}  // namespace
}  // namespace kafkasim::viz
