#include "sim/scenario/operation.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("an operation is described as a scenario would write it") {
  const Target leader{LeaderTarget{{"orders", kafkasim::PartitionIndex{0}}}, "leader(orders-0)"};
  CHECK(describe(Crash{leader}) == "crash leader(orders-0)");
  CHECK(describe(Partition{{leader}, {}, CutDirection::both_ways}) == "partition leader(orders-0) from everyone else");
  CHECK(describe(Partition{{leader}, {leader}, CutDirection::one_way})
        == "partition leader(orders-0) to leader(orders-0)");
  CHECK(describe(Traffic{"shop", 10'000, {}}) == "traffic shop times 10");
  CHECK(describe(Traffic{"shop", 500, {}}) == "traffic shop times 0.500");
  CHECK(describe(Traffic{"shop", {}, RecordRate{5000}}) == "traffic shop at 5/s");
  CHECK(describe(SlowDisk{leader, 20'000}) == "slow_disk leader(orders-0) times 20");
  CHECK(describe(Corrupt{leader, {"orders", kafkasim::PartitionIndex{0}}, 1})
        == "corrupt orders-0 on leader(orders-0): 1 bit");
  CHECK(describe(ClockFault{leader, kafkasim::seconds(-5), 200}) == "clock leader(orders-0) jumps -5s drifts 200ppm");
  CHECK(describe(Produce{"orders", "k", {}, {}, {}, {}}) == "produce 'k' = null to orders");
}

TEST_CASE("what can be undone is told by the table") {
  CHECK(operation_info(PowerOff{}).undoable == Undoable::yes);
  CHECK(operation_info(PowerOff{}).name == "power_off");
  CHECK(operation_info(Restart{}).undoable == Undoable::no);
  CHECK(operation_info(Undo{}).name == "undo");
}
