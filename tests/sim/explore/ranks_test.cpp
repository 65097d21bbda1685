#include "sim/explore/ranks.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("a process that mpirun has not started is alone and gathers what it gives") {
  const Ranks ranks;
  CHECK(ranks.alone());
  CHECK(ranks.rank() == 0);
  CHECK_FALSE(Ranks::missing());
  CHECK(ranks.gather("mine") == std::vector<std::string>{"mine"});
}
