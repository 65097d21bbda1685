#include "sim/check/read_positions.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("records of a poll that stand and were sent one after the other are one run", "[check]") {
  trace::RecordsDelivered e;
  for (const auto& [offset, send] : {std::pair{3, 0}, {4, 1}, {5, 7}, {7, 8}})
    e.records.push_back({Offset{offset}, Origin{0, send}, Timestamp{}});
  const std::vector<DeliveredRun> runs = runs_of(e);
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].base == Offset{3});
  CHECK(runs[0].count == 2);
  CHECK(runs[1].origin == Origin{0, 7});
  CHECK(runs[2].past() == Offset{8});
}

TEST_CASE("what a reader has to be given next is no control record and nothing that is gone", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11, 0});
  const auto next = [&tale](std::int64_t from, std::int64_t to) {
    return first_to_read(*tale.checks().history().partition(name), Offset{from}, Offset{to});
  };
  CHECK(next(2, 5) == Offset{2});
  CHECK(next(5, 5) == std::nullopt);
  tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{4}});
  CHECK(next(2, 5) == Offset{4});
  tale.tell(0, trace::LogCleaningBegan{tp, Offset{5}});
  CHECK(next(2, 5) == std::nullopt);
}

TEST_CASE("a reader whose last record was replaced stands in another log", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11, 0});
  const PartitionHistory* partition = tale.checks().history().partition(name);
  CHECK(still_there(*partition, {Offset{3}, Origin{0, 2}}));
  CHECK(still_there(*partition, {Offset{3}, std::nullopt}));
  CHECK_FALSE(still_there(*partition, {Offset{3}, Origin{0, 9}}));
}
