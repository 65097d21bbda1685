#include "sim/check/poll_skipped.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

// Offsets 0 to 9 are records, 10 is a marker, 11 to 14 are records again.
Tale with_log() {
  Tale tale;
  tale.append_everywhere({0, 4, 0, 11, 0});
  tale.append_everywhere({5, 9, 0, 12, 5});
  trace::AppendedBatch marker = appended({10, 10, 0, 13});
  marker.control = true;
  for (const std::int32_t host : {0, 1, 2})
    tale.tell(host, trace::LogAppended{tp, trace::ReplicaRole::follower, LeaderEpoch{0}, {marker}});
  tale.append_everywhere({11, 14, 0, 14, 10});
  tale.commit(1, 0, 15);
  return tale;
}

}  // namespace

TEST_CASE("a poll that begins behind a record which the one before did not return breaks poll-skipped", "[check]") {
  Tale tale = with_log();
  tale.delivered({{0, 0}, {1, 1}});
  tale.delivered({{2, 2}});
  CHECK(tale.findings(PollSkipped::id) == 0);
  tale.delivered({{4, 4}});
  CHECK(tale.violations(PollSkipped::id) == 1);
}

TEST_CASE("a record that is left out within one poll breaks poll-skipped", "[check]") {
  Tale tale = with_log();
  tale.delivered({{0, 0}, {1, 1}, {3, 3}});
  CHECK(tale.violations(PollSkipped::id) == 1);
}

TEST_CASE("a marker between two records is no skip", "[check]") {
  Tale tale = with_log();
  tale.delivered({{8, 8}, {9, 9}});
  tale.delivered({{11, 10}, {12, 11}});
  CHECK(tale.findings(PollSkipped::id) == 0);
}

TEST_CASE("a rebalance and a seek and a reset let a reader go on elsewhere", "[check]") {
  Tale tale = with_log();
  tale.delivered({{0, 0}});
  SECTION("a rebalance") { tale.tell(reader.value, trace::PartitionsAssigned{"g", "m", Generation{2}, {name}, {name}}); }
  SECTION("a reset") { tale.tell(reader.value, trace::PositionReset{name, Offset{6}, "auto.offset.reset=latest"}); }
  SECTION("a new process") { tale.tell(reader.value, KernelEvent{ProcessStarted{2, StartKind::restart}}); }
  tale.delivered({{6, 6}});
  CHECK(tale.findings(PollSkipped::id) == 0);
}

TEST_CASE("a reader that was told where to begin and begins behind it breaks poll-skipped", "[check]") {
  Tale tale = with_log();
  tale.tell(reader.value, trace::PositionReset{name, Offset{2}, "committed offset"});
  tale.delivered({{5, 5}});
  CHECK(tale.violations(PollSkipped::id) == 1);
}

TEST_CASE("what compaction or retention took is no skip", "[check]") {
  Tale tale = with_log();
  tale.delivered({{0, 0}});
  SECTION("compaction") { tale.tell(0, trace::LogCleaningBegan{tp, Offset{7}}); }
  SECTION("retention") { tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{7}}); }
  tale.delivered({{7, 7}});
  CHECK(tale.findings(PollSkipped::id) == 0);
}

TEST_CASE("a reader whose records were lost goes on where the logs part or breaks poll-skipped", "[check]") {
  Tale tale = with_log();
  tale.delivered({{13, 12}, {14, 13}});
  tale.truncate(2, 15, 11);
  tale.decide(2, 1, {2}, true);  // without the last four
  tale.append(2, {11, 18, 1, 15, 14});
  tale.commit(2, 11, 19);
  SECTION("it does not notice") {
    tale.delivered({{15, 18}});
    CHECK(tale.violations(PollSkipped::id) == 1);
  }
  SECTION("it is told") {
    tale.tell(reader.value, trace::PositionReset{name, Offset{11}, "log truncation"});
    tale.delivered({{11, 14}});
    CHECK(tale.violations(PollSkipped::id) == 0);
  }
  SECTION("it has others in store from before") {
    tale.delivered({{15, 14}});
    CHECK(tale.violations(PollSkipped::id) == 0);
  }
}
