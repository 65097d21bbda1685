#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("an entry fires at a moment or after another or when a condition holds") {
  const Scenario s = good(timeline(R"(
    {"at": "10s", "plus": "1s", "name": "first", "crash": 1, "for": "15s"},
    {"after": "first", "plus": "50ms", "note": "x"},
    {"when": {"all": [{"metric": "isr.size", "of": "orders-0", "at_most": 2}, {"metric": "lag", "at_least": 5}]}, "note": "y"},
    {"at": "5s", "when": {"metric": "leader", "of": "orders-0", "not": 1}, "note": "z"})"));
  CHECK(s.timeline[0].trigger.at == seconds(10));
  CHECK(s.timeline[0].trigger.plus == seconds(1));
  CHECK(s.timeline[0].undo_after == seconds(15));
  CHECK(s.timeline[0].name == "first");
  CHECK(s.timeline[0].pointer == "/timeline/0");
  CHECK(s.timeline[1].trigger.after == "first");
  CHECK(s.timeline[1].trigger.plus == milliseconds(50));
  CHECK(s.timeline[2].trigger.when.size() == 2);
  CHECK(s.timeline[3].trigger.at == seconds(5));
  CHECK(s.timeline[3].trigger.when.size() == 1);
}

TEST_CASE("a power loss says what survives of what was not synced") {
  CHECK(std::get<Keep>(operation<PowerOff>(R"("power_off": 1)").keep) == Keep::drawn);
  CHECK(std::get<Keep>(operation<PowerOff>(R"("power_off": {"target": 1, "keep": "none"})").keep) == Keep::none);
  const auto some = operation<PowerOff>(
      R"("power_off": {"target": 1, "keep": {"partition": "orders-0", "records": 5}, "torn": true})");
  CHECK(std::get<KeepRecords>(some.keep).records == 5);
  CHECK(some.torn == LeftTorn::yes);
}

TEST_CASE("a network partition cuts one group or two in both directions or one") {
  const auto one = operation<Partition>(R"("partition": [1, "shop"])");
  CHECK(one.a.size() == 2);
  CHECK(one.b.empty());
  CHECK(one.direction == CutDirection::both_ways);
  const auto two = operation<Partition>(R"("partition": [[1], [2, 3]], "one_way": true)");
  CHECK(two.b.size() == 2);
  CHECK(two.direction == CutDirection::one_way);
}

TEST_CASE("traffic takes a factor or a rate and a record may be produced by hand") {
  CHECK(operation<Traffic>(R"("traffic": {"producer": "shop", "times": 10})").permille == 10'000);
  CHECK(operation<Traffic>(R"("traffic": {"producer": "shop", "times": 0.5})").permille == 500);
  CHECK(operation<Traffic>(R"("traffic": {"producer": "many", "rate": "5/s"})").rate == RecordRate{5000});
  const auto record = operation<Produce>(
      R"("produce": {"topic": "orders", "key": "k", "value": null, "partition": 2, "headers": {"h": "1"}, "as": "many/2"})");
  CHECK(record.key == "k");
  CHECK_FALSE(record.value.has_value());
  CHECK(record.partition == PartitionIndex{2});
  CHECK(record.headers.size() == 1);
  CHECK(record.as == "many/2");
}

TEST_CASE("faults of a trigger stand at their place") {
  check_error(timeline(R"(@{"crash": 1})"), "/timeline/0",
              "the entry does not say when it fires: 'at', 'when' or 'after' is missing");
  check_error(timeline(R"({"at": "1s", "name": "a", "crash": 1}, {"at": "1s", "after": @"a", "note": "x"})"),
              "/timeline/1/after", "only one of 'at' and 'after' can stand here");
  check_error(timeline(R"({"after": @"nobody", "note": "x"})"), "/timeline/0/after",
              "there is no entry named 'nobody'");
  check_error(timeline(R"({"at": "1s", "name": "crush", "crash": 1}, {"after": @"crash", "note": "x"})"),
              "/timeline/1/after", "there is no entry named 'crash', did you mean 'crush'?");
  check_error(timeline(R"({"at": "1s", "name": "a", "note": "x"}, {"at": "2s", "name": @"a", "note": "y"})"),
              "/timeline/1/name", "there are two entries named 'a'");
  check_error(timeline(R"({"name": "a", "after": @"b", "note": "x"}, {"name": "b", "after": "a", "note": "y"})"),
              "/timeline/0/after", "this entry waits, through 'after' or 'hit', for itself");
  check_error(timeline(R"({"when": {"all": @[]}, "note": "x"})"), "/timeline/0/when/all",
              "'all' needs at least one condition");
  check_error(timeline(R"({"when": {"metric": "lag", "is": 0, @"always": true}, "note": "x"})"),
              "/timeline/0/when/always", "unknown key 'always'");
  check_warning(timeline(R"({"at": @"61s", "note": "x"})"), "/timeline/0/at", "61s is after the end of the run at 60s");
}

TEST_CASE("faults of an operation stand at their place") {
  check_error(timeline(R"(@{"at": "1s"})"), "/timeline/0",
              "the entry does nothing: it needs one of the operations of 'kafkasim list faults'");
  check_error(timeline(R"({"at": "1s", "crash": 1, "pause": @2})"), "/timeline/0/pause",
              "an entry does one thing: 'crash' or 'pause'");
  check_error(timeline(R"({"at": "1s", "transaction": @{"do": "begin"}})"), "/timeline/0/transaction", "'as' is missing");
  check_error(timeline(R"({"at": "1s", "transaction": {"as": @"shop", "do": "begin"}})"), "/timeline/0/transaction/as",
              "producer 'shop' has no 'transactional.id'");
  check_error(timeline(R"({"at": "1s", "crash": 1, "one_way": @true})"), "/timeline/0/one_way",
              "'one_way' stands only with 'partition'");
  check_error(timeline(R"({"at": "1s", "partition": @[[1]]})"), "/timeline/0/partition",
              "'partition' takes one list of targets, or two such lists in a list");
  check_error(timeline(R"({"at": "1s", "traffic": @{"producer": "shop"}})"), "/timeline/0/traffic",
              "'traffic' needs either 'times' or 'rate'");
  check_error(timeline(R"({"at": "1s", "traffic": {"producer": @"shap", "times": 2}})"), "/timeline/0/traffic/producer",
              "there is no producer 'shap', did you mean 'shop'?");
  check_error(timeline(R"({"at": "1s", "produce": {"topic": @"orderz"}})"), "/timeline/0/produce/topic",
              "there is no topic 'orderz', did you mean 'orders'?");
  check_error(timeline(R"({"at": "1s", "produce": {"topic": "orders", "partition": @3}})"),
              "/timeline/0/produce/partition", "topic 'orders' has no partition 3: it has 3, from 0 on");
  check_error(timeline(R"({"at": "1s", "produce": {"topic": "orders", "as": @"many"}})"), "/timeline/0/produce/as",
              "there are 2 of them: say which, as in 'many/1'");
  check_error(
      timeline(R"({"at": "1s", "power_off": {"target": 1, "keep": {"partition": "orders-0", "records": @-1}}})"),
      "/timeline/0/power_off/keep/records", "this must be at least 0");
}

TEST_CASE("only what can be undone is undone") {
  CHECK(good(timeline(R"({"at": "1s", "name": "a", "pause": 1}, {"at": "2s", "undo": "a"})")).timeline.size() == 2);
  check_error(timeline(R"({"at": "1s", "restart": 1, "for": @"1s"})"), "/timeline/0/for",
              "'for' cannot stand here: 'restart' cannot be undone");
  check_error(timeline(R"({"at": "1s", "name": "a", "note": "x"}, {"at": "2s", "undo": @"a"})"), "/timeline/1/undo",
              "what the entry 'a' does cannot be undone");
  check_error(timeline(R"({"at": "2s", "undo": @"b"})"), "/timeline/0/undo", "there is no entry named 'b'");
}
