#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::string chaos(const std::string& members) { return world + R"("chaos": {)" + members + "}}"; }
std::string family(const std::string& members) { return chaos(R"("faults": [{)" + members + "}]"); }
}  // namespace

TEST_CASE("chaos has families of faults with a period and a range of durations") {
  const Scenario s = good(chaos(R"x("from": "5s", "to": "45s", "most_down": 2, "faults": [
    {"crash": "any broker", "every": "8s", "for": "1s..6s"}, {"partition": ["any broker"], "one_way": true, "every": "15s", "for": "2s"},
    {"restart": "leader(orders-0)", "every": "9s"}])x"));
  REQUIRE(s.chaos);
  CHECK(s.chaos->from == seconds(5));
  CHECK(s.chaos->to == seconds(45));
  CHECK(s.chaos->most_down == 2);
  REQUIRE(s.chaos->faults.size() == 3);
  CHECK(s.chaos->faults[0].every == seconds(8));
  CHECK(s.chaos->faults[0].lasts == Range<Duration>{seconds(1), seconds(6)});
  CHECK(s.chaos->faults[1].lasts == Range<Duration>{seconds(2), seconds(2)});
  CHECK(std::get<Partition>(s.chaos->faults[1].operation).direction == CutDirection::one_way);
  CHECK_FALSE(s.chaos->faults[2].lasts);
  CHECK(s.chaos->faults[2].pointer == "/chaos/faults/2");
}

TEST_CASE("chaos goes on from the beginning to the end and takes one broker down unless it says otherwise") {
  const Scenario s = good(family(R"("crash": 1, "every": "8s")"));
  CHECK(s.chaos->from == Duration{});
  CHECK(s.chaos->to == seconds(60));
  CHECK(s.chaos->most_down == 1);
}

TEST_CASE("what is wrong with chaos is told where it stands") {
  check_error(world + R"("chaos": @[]})", "/chaos", "this must be an object, not a list");
  check_error(chaos(R"("faults": @[])"), "/chaos/faults", "chaos needs at least one fault");
  check_error(world + R"("chaos": @{"from": "1s"}})", "/chaos", "'faults' is missing");
  check_error(chaos(R"("from": "9s", "to": @"8s", "faults": [{"crash": 1, "every": "8s"}])"), "/chaos/to", "this is before 'from'");
  check_error(chaos(R"("most_down": @-1, "faults": [{"crash": 1, "every": "8s"}])"), "/chaos/most_down", "this must be between 0 and 2147483647");
  check_error(chaos(R"("faults": [@{"crash": 1}])"), "/chaos/faults/0", "'every' is missing");
  check_error(family(R"("crash": 1, "every": @"0s")"), "/chaos/faults/0/every", "a period must last some time");
  check_error(family(R"("crash": 1, "every": "1s", "for": @"6s..1s")"), "/chaos/faults/0/for", "the range '6s..1s' ends below its beginning");
  check_error(family(R"("crash": 1, "every": "1s", "at": @"6s")"), "/chaos/faults/0/at", "'at' does not stand in 'chaos': a family comes by its 'every'");
  check_error(family(R"("restart": 1, "every": "1s", "for": @"6s")"), "/chaos/faults/0/for", "'for' cannot stand here: 'restart' cannot be undone");
  check_error(chaos(R"("faults": [@{"note": "x", "every": "8s"}])"), "/chaos/faults/0", "'note' is no fault: it stands only in the timeline");
  check_error(chaos(R"("faults": [@{"every": "8s"}])"), "/chaos/faults/0", "the entry does nothing: it needs one of the operations of 'kafkasim list faults'");
  check_error(chaos(R"("faults": @[{"crash": 1, "every": "1ns"}])"), "/chaos/faults", "these come more than 10000 times");
  check_error(world + R"("timeline": [{"at": "1s", "crash": 1, "every": @"1s"}]})", "/timeline/0/every", "'every' stands only in 'chaos'");
}

TEST_CASE("a family that takes more brokers than may be down is worth a warning") {
  check_warning(chaos(R"("faults": [@{"crash": "all brokers", "every": "8s", "for": "1s"}])"), "/chaos/faults/0",
                "this takes 3 brokers at once, 'most_down' allows 1: it never comes");
}
