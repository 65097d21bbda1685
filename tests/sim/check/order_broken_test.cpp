#include "sim/check/order_broken.hpp"

#include <catch2/catch.hpp>

#include "sim/check/record_duplicated.hpp"
#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a later send that stands before an earlier one breaks order-broken", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11, 5});
  tale.append(1, {5, 9, 0, 12, 0});
  tale.commit(1, 0, 10);
  CHECK(tale.violations(OrderBroken::id) == 1);
  CHECK(tale.violations(RecordDuplicated::id) == 0);
}

TEST_CASE("sends in order with one missing between them break nothing", "[check]") {
  Tale tale;
  tale.append(1, {0, 4, 0, 11, 0});
  tale.append(1, {5, 9, 0, 12, 7});
  tale.commit(1, 0, 10);
  CHECK(tale.violations(OrderBroken::id) == 0);
}

TEST_CASE("a producer with several requests in flight and no idempotence may reorder", "[check]") {
  Tale tale{{"shop", true, false, false}};
  tale.append(1, {0, 4, 0, 11, 5});
  tale.append(1, {5, 9, 0, 12, 0});
  tale.commit(1, 0, 10);
  CHECK(tale.findings(OrderBroken::id) == 0);
}

TEST_CASE("what a leader took that knew nothing of its producer may stand before earlier sends", "[check]") {
  Tale tale;
  std::uint64_t violations = 0;
  SECTION("its sequence had begun elsewhere") { tale.append(1, {0, 4, 0, 11, 5, 5}); }
  SECTION("its sequence begins there") {
    tale.append(1, {0, 4, 0, 11, 5, 0});
    violations = 1;
  }
  tale.append(1, {5, 9, 0, 12, 0, 10});
  tale.commit(1, 0, 10);
  CHECK(tale.violations(OrderBroken::id) == violations);
  CHECK(tale.findings(OrderBroken::id) == 1);
}
