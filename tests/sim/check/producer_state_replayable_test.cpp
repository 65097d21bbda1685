#include "sim/check/producer_state_replayable.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

trace::ProducersTold told(std::int32_t sequence, std::int64_t offset, std::int16_t epoch = 0) {
  trace::ProducersTold e{tp, Offset{offset + 1}, {}};
  e.producers.push_back({1, epoch, sequence, Offset{offset}, std::nullopt});
  return e;
}

}  // namespace

TEST_CASE("a replica that knows another sequence than its log says breaks producer-state-replayable", "[check]") {
  Tale tale;
  tale.append(2, {0, 4, 0, 11, 0, 0});
  tale.append(2, {5, 9, 0, 12, 5, 5});
  tale.tell(1, told(9, 9));
  CHECK(tale.findings(ProducerStateReplayable::id) == 0);
  SECTION("sequence") { tale.tell(1, told(8, 9)); }
  SECTION("offset") { tale.tell(1, told(9, 8)); }
  SECTION("epoch") { tale.tell(1, told(9, 9, 1)); }
  SECTION("nothing") { tale.tell(1, trace::ProducersTold{tp, Offset{10}, {}}); }
  CHECK(tale.violations(ProducerStateReplayable::id) == 1);
}

TEST_CASE("what was truncated no producer state remembers", "[check]") {
  Tale tale;
  tale.append(2, {0, 4, 0, 11, 0, 0});
  tale.append(2, {5, 9, 0, 12, 5, 5});
  tale.truncate(2, 10, 5);
  tale.tell(1, told(4, 4));
  CHECK(tale.findings(ProducerStateReplayable::id) == 0);
  tale.tell(1, told(9, 9));
  CHECK(tale.violations(ProducerStateReplayable::id) == 1);
}

TEST_CASE("a producer whose batches are deleted may be known still", "[check]") {
  Tale tale;
  tale.tell(1, told(9, 9));
  CHECK(tale.findings(ProducerStateReplayable::id) == 0);
}

TEST_CASE("a transaction is open from its first batch to its marker and sequences begin again at 0", "[check]") {
  Tale tale;
  trace::AppendedBatch data = appended({0, 4, 0, 11, 0, 2147483645});
  data.transactional = true;
  tale.tell(1, trace::LogAppended{tp, trace::ReplicaRole::follower, LeaderEpoch{0}, {data}});
  trace::ProducersTold open = told(1, 4);
  open.producers.front().transaction_start = Offset{0};
  tale.tell(1, open);
  trace::AppendedBatch marker = appended({5, 5, 0, 12});
  marker.transactional = marker.control = true;
  tale.tell(1, trace::LogAppended{tp, trace::ReplicaRole::follower, LeaderEpoch{0}, {marker}});
  tale.tell(1, told(1, 4));
  CHECK(tale.findings(ProducerStateReplayable::id) == 0);
  tale.tell(1, open);
  CHECK(tale.violations(ProducerStateReplayable::id) == 1);
}

TEST_CASE("a log that was cut back into what compaction reached may know less of a producer", "[check]") {
  Tale tale;
  tale.append(2, {0, 4, 0, 11, 0, 0});
  tale.append(2, {5, 9, 0, 12, 5, 5});
  tale.append(2, {10, 14, 0, 13, 10, 10});
  SECTION("compaction had been there") {
    tale.tell(1, trace::LogCleaningBegan{tp, Offset{15}});
    tale.truncate(2, 15, 10);
    tale.tell(1, told(4, 4));
    tale.tell(1, trace::ProducersTold{tp, Offset{10}, {}});
    CHECK(tale.findings(ProducerStateReplayable::id) == 0);
    tale.tell(1, told(14, 14));
    CHECK(tale.violations(ProducerStateReplayable::id) == 1);
  }
  SECTION("it had not") {
    tale.truncate(2, 15, 10);
    tale.tell(1, told(4, 4));
    CHECK(tale.violations(ProducerStateReplayable::id) == 1);
  }
}

TEST_CASE("who wrote nothing behind the start of a log may be forgotten when it is replayed", "[check]") {
  Tale tale;
  tale.append(2, {0, 4, 0, 11, 0, 0});
  tale.append(2, {5, 9, 0, 12, 5, 5});
  tale.tell(1, trace::LogStartMoved{tp, Offset{0}, Offset{9}});
  tale.tell(1, told(9, 9));
  CHECK(tale.findings(ProducerStateReplayable::id) == 0);
  SECTION("its last record is still there") {
    tale.tell(1, trace::ProducersTold{tp, Offset{10}, {}});
    CHECK(tale.violations(ProducerStateReplayable::id) == 1);
  }
  SECTION("nothing of it is") {
    tale.tell(1, trace::LogStartMoved{tp, Offset{9}, Offset{10}});
    tale.tell(1, trace::ProducersTold{tp, Offset{10}, {}});
    CHECK(tale.findings(ProducerStateReplayable::id) == 0);
  }
}
