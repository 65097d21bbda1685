#include "sim/check/churn.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("three elections of a partition within ten quiet seconds break churn", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  for (const std::int32_t epoch : {1, 2}) {
    tale.decide(epoch, epoch, {1, 2, 3});
    tale.wait(seconds(4));
  }
  CHECK(tale.findings(Churn::id) == 0);
  tale.decide(3, 3, {1, 2, 3});
  CHECK(tale.violations(Churn::id) == 1);
}

TEST_CASE("changes that take their time are no churn", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  for (const std::int32_t epoch : {1, 2, 3, 4, 5}) {
    tale.decide(1 + epoch % 3, epoch, {1, 2, 3});
    tale.wait(seconds(6));
  }
  CHECK(tale.findings(Churn::id) == 0);
}

TEST_CASE("while a fault is in force or has just ended nothing is churn", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  SECTION("a process ended") { tale.tell(2, KernelEvent{ProcessCrashed{}}); }
  SECTION("something is cut") { tale.disturb(Vitals::Faults::in_force); }
  SECTION("something was healed") { tale.disturb(Vitals::Faults::none); }
  for (const std::int32_t epoch : {1, 2, 3, 4}) tale.decide(1 + epoch % 3, epoch, {1, 2, 3});
  CHECK(tale.findings(Churn::id) == 0);
}

TEST_CASE("generations of a group that do not end break churn", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  for (const std::int32_t generation : {1, 2, 3, 4})
    tale.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{generation}, {}, "again"});
  CHECK(tale.violations(Churn::id) == 1);
}

TEST_CASE("of a group with members that are not the scenario's own nothing is said", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  for (const std::int32_t generation : {1, 2, 3, 4})
    tale.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{generation}, {{"m", "rdkafka", {}}}, "again"});
  CHECK(tale.findings(Churn::id) == 0);
}

TEST_CASE("generations that end because an application does not poll in time are no churn", "[check]") {
  Tale tale;
  tale.wait(seconds(60));
  const bool of_group = GENERATE(true, false);
  for (const std::int32_t generation : {1, 2, 3, 4, 5}) {
    tale.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{generation}, {}, "again"});
    tale.tell(reader.value, trace::PollTimedOut{of_group ? "g" : "another"});
  }
  CHECK(tale.findings(Churn::id) == (of_group ? 0 : 1));
}
