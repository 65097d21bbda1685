#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("machines are wiped and their disks fill up or fail by target") {
  CHECK(operation<Wipe>(R"("wipe": 2, "for": "5s")").target.text == "2");
  CHECK(operation<FullDisk>(R"x("full_disk": "leader(orders-0)", "for": "5s")x").target.text == "leader(orders-0)");
  CHECK(operation<FailDisk>(R"("fail_disk": "any controller")").target.text == "any controller");
}

TEST_CASE("disks and processors are slower by a factor") {
  CHECK(operation<SlowDisk>(R"("slow_disk": {"broker": 1, "times": 20})").permille == 20'000);
  CHECK(operation<SlowDisk>(R"("slow_disk": {"broker": 1, "times": 1.5}, "for": "1s")").permille == 1'500);
  CHECK(operation<SlowCpu>(R"("slow_cpu": {"target": "shop", "times": 10})").permille == 10'000);
  check_error(at_one_second(R"("slow_disk": {"broker": 1, "times": @0})"), "/timeline/0/slow_disk/times",
              "'times' must be more than zero");
  check_error(at_one_second(R"("slow_disk": @{"broker": 1})"), "/timeline/0/slow_disk", "'times' is missing");
  check_error(at_one_second(R"("slow_cpu": @{"times": 2})"), "/timeline/0/slow_cpu", "'target' is missing");
  check_error(at_one_second(R"("slow_cpu": {"target": 1, "times": @-1})"), "/timeline/0/slow_cpu/times",
              "this must be between 0 and 1000000");
  check_error(at_one_second(R"("slow_disk": {@"target": 1, "broker": 1, "times": 2})"), "/timeline/0/slow_disk/target",
              "unknown key 'target'");
}

TEST_CASE("a replica's records lose a bit where nothing else is said and cannot be mended") {
  const auto one = operation<Corrupt>(R"x("corrupt": {"broker": "follower(orders-1)", "partition": "orders-1"})x");
  CHECK(one.bits == 1);
  CHECK(one.partition == TopicPartition{"orders", PartitionIndex{1}});
  CHECK(operation<Corrupt>(R"("corrupt": {"broker": 1, "partition": "orders-0", "bits": 7})").bits == 7);
  check_error(at_one_second(R"("corrupt": {"broker": 1, "partition": @"orders-9"})"), "/timeline/0/corrupt/partition",
              "topic 'orders' has no partition 9: it has 3, from 0 on");
  check_error(at_one_second(R"("corrupt": {"broker": 1, "partition": "orders-0", "bits": @0})"),
              "/timeline/0/corrupt/bits", "this must be between 1 and 10000");
  check_error(at_one_second(R"("corrupt": {"broker": 1, "partition": "orders-0"}, "for": @"1s")"), "/timeline/0/for",
              "'for' cannot stand here: 'corrupt' cannot be undone");
}

TEST_CASE("a clock jumps in both directions and drifts in parts per million") {
  const auto back = operation<ClockFault>(R"("clock": {"target": 1, "jump": "-5s", "drift": "200ppm"}, "for": "10s")");
  CHECK(back.jump == seconds(-5));
  CHECK(back.drift == 200);
  CHECK(operation<ClockFault>(R"("clock": {"target": 1, "drift": "-50ppm"})").drift == -50);
  check_error(at_one_second(R"("clock": @{"target": 1})"), "/timeline/0/clock", "'clock' needs a 'jump' or a 'drift'");
  check_error(at_one_second(R"("clock": {"target": 1, "jump": @"five"})"), "/timeline/0/clock/jump",
              "'five' is not a duration like \"250ms\" or \"-5s\"");
  check_error(at_one_second(R"("clock": {"target": 1, "drift": @"200"})"), "/timeline/0/clock/drift",
              "'200' is not a drift like \"200ppm\" or \"-50ppm\"");
  check_error(at_one_second(R"("clock": {"target": 1, "drift": @"1000000ppm"})"), "/timeline/0/clock/drift",
              "a drift this large is not possible: '1000000ppm'");
}
