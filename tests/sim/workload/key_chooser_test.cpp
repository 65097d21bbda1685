#include "sim/workload/key_chooser.hpp"

#include <map>

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("uniform keys are all drawn about equally often") {
  Random random{1};
  const KeyChooser chooser{KeySpec{KeyDistribution::uniform, 4}};
  std::map<std::int64_t, int> drawn;
  for (int i = 0; i < 4000; ++i) ++drawn[chooser.draw(random)];
  REQUIRE(drawn.size() == 4);
  for (const auto& [key, times] : drawn) CHECK(std::abs(times - 1000) < 150);
}

TEST_CASE("under Zipf the second key is drawn half as often as the first and the tenth a tenth as often") {
  Random random{1};
  const KeyChooser chooser{KeySpec{KeyDistribution::zipf, 100}};
  std::map<std::int64_t, int> drawn;
  for (int i = 0; i < 100'000; ++i) ++drawn[chooser.draw(random)];
  CHECK(std::abs(drawn[0] - 2 * drawn[1]) < 1500);
  CHECK(std::abs(drawn[0] - 10 * drawn[9]) < 3000);
  CHECK(drawn.rbegin()->first == 99);
}

TEST_CASE("a key is named after its number") {
  Random random{1};
  CHECK(KeyChooser{KeySpec{KeyDistribution::zipf, 1}}.key(random) == "key-0");
}
