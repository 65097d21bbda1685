#include "sim/check/record_duplicated.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a send of an idempotent producer that is committed twice breaks record-duplicated", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11, 0});
  tale.append(1, {5, 9, 0, 12, 0});
  CHECK(tale.violations(RecordDuplicated::id) == 0);  // the second is not committed yet
  tale.commit(1, 0, 10);
  CHECK(tale.violations(RecordDuplicated::id) == 1);
}

TEST_CASE("a producer without idempotence may repeat", "[check]") {
  Tale tale{{"shop", true, false, true}};
  tale.append(1, {0, 4, 0, 11, 0});
  tale.append(1, {5, 9, 0, 12, 0});
  tale.commit(1, 0, 10);
  CHECK(tale.findings(RecordDuplicated::id) == 0);
}

TEST_CASE("what is sent again after its first copy was lost is no duplicate", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11, 0});
  tale.commit(1, 0, 5);
  tale.decide(2, 1, {2}, true);  // an unclean election: broker 2 has nothing
  tale.append(2, {0, 4, 1, 13, 0});
  tale.commit(2, 0, 5);
  CHECK(tale.findings(RecordDuplicated::id) == 0);
}

TEST_CASE("a repetition is excused where the leader got its log when the first copy was deleted already", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11, 0});
  tale.commit(1, 0, 5);
  tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{5}});
  SECTION("it had the first copy") {
    tale.append(1, {5, 9, 0, 12, 0});
    tale.commit(1, 5, 10);
    CHECK(tale.violations(RecordDuplicated::id) == 1);
  }
  SECTION("it had not") {
    tale.tell(1, trace::LogStartMoved{tp, Offset{0}, Offset{5}});
    tale.decide(2, 1, {2});
    tale.append(2, {5, 9, 1, 12, 0});
    tale.commit(2, 5, 10);
    CHECK(tale.findings(RecordDuplicated::id) == 1);
    CHECK(tale.violations(RecordDuplicated::id) == 0);
  }
}
