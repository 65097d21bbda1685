#include "core/controller/replica_placer.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("replicas are striped over racks so that no rack holds two while there are enough", "[controller]") {
  std::vector<UsableBroker> brokers;
  for (std::int32_t i = 0; i < 6; ++i)
    brokers.push_back({NodeId{i}, std::string(1, static_cast<char>('a' + i % 3)), false});
  Random random{3};
  const auto placed = place_replicas(30, 3, brokers, random);
  REQUIRE(placed.has_value());
  std::map<NodeId, int> leaders;
  for (const std::vector<NodeId>& replicas : *placed) {
    std::set<std::int32_t> racks;
    for (const NodeId id : replicas) racks.insert(id.value % 3);
    CHECK(racks.size() == 3);
    ++leaders[replicas.front()];
  }
  CHECK(leaders.size() == 6);  // the first replicas are spread as well
}

TEST_CASE("a fenced broker is never the first replica and is used only where unfenced ones do not suffice",
          "[controller]") {
  const std::vector<UsableBroker> brokers{{NodeId{1}, {}, true}, {NodeId{2}, {}, false}, {NodeId{3}, {}, false}};
  Random random{1};
  const auto two = place_replicas(20, 2, brokers, random);
  REQUIRE(two.has_value());
  for (const auto& replicas : *two) CHECK(std::ranges::find(replicas, NodeId{1}) == replicas.end());
  const auto three = place_replicas(20, 3, brokers, random);
  REQUIRE(three.has_value());
  for (const auto& replicas : *three) CHECK(replicas.front() != NodeId{1});
}

TEST_CASE("more replicas than brokers and a cluster of fenced brokers are refused with a reason", "[controller]") {
  Random random{1};
  CHECK_FALSE(place_replicas(1, 2, {{NodeId{1}, {}, false}}, random).has_value());
  CHECK_FALSE(place_replicas(1, 1, {{NodeId{1}, {}, true}}, random).has_value());
  CHECK_FALSE(place_replicas(1, 0, {{NodeId{1}, {}, false}}, random).has_value());
}
