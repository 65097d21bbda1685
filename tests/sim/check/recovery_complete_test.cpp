#include "sim/check/recovery_complete.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a crash that costs a log its tail breaks recovery-complete", "[check]") {
  Tale tale;
  tale.append(2, first);
  tale.append(2, second);
  tale.crash(2);
  SECTION("whole") {
    tale.load(2, 10, {first, second});
    CHECK(tale.findings(RecoveryComplete::id) == 0);
  }
  SECTION("without its tail") {
    tale.load(2, 5, {first});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
  SECTION("with another batch") {
    tale.load(2, 10, {first, {5, 9, 0, 99}});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
  SECTION("with one that it never had") {
    tale.load(2, 15, {first, second, {10, 14, 0, 13}});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
}

TEST_CASE("a power loss that costs a log what was synced breaks recovery-complete", "[check]") {
  Tale tale;
  tale.append(2, first);
  tale.append(2, second);
  tale.synced(2, 5);
  tale.power_off(2);
  SECTION("what was not synced may go") {
    tale.load(2, 5, {first});
    CHECK(tale.findings(RecoveryComplete::id) == 0);
  }
  SECTION("what was may not") {
    tale.load(2, 0, {});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
  SECTION("what survives is as it was") {
    tale.load(2, 10, {first, {5, 9, 0, 99}});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
}

TEST_CASE("a truncation that was not synced may be undone by a power loss and by nothing else", "[check]") {
  Tale tale;
  tale.append(2, first);
  tale.append(2, second);
  tale.truncate(2, 10, 5);
  SECTION("power loss") {
    tale.power_off(2);
    tale.load(2, 10, {first, second});
    CHECK(tale.findings(RecoveryComplete::id) == 0);
  }
  SECTION("crash") {
    tale.crash(2);
    tale.load(2, 10, {first, second});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
  SECTION("synced") {
    tale.synced(2, 5);
    tale.power_off(2);
    tale.load(2, 10, {first, second});
    CHECK(tale.violations(RecoveryComplete::id) == 1);
  }
}

TEST_CASE("after an input or output error nobody can say what a log must hold", "[check]") {
  Tale tale;
  tale.append(2, first);
  tale.tell(1, trace::LogDirectoryFailed{"input/output error"});
  tale.tell(1, KernelEvent{ProcessExited{false, ""}});
  tale.load(2, 10, {first, second});
  CHECK(tale.findings(RecoveryComplete::id) == 0);
}
