#include "sim/check/acked_somewhere.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("an acknowledged record that the last replica cuts off breaks acked-somewhere", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.commit(1, 0, 10);
  tale.acked(first);
  tale.acked(second);
  tale.truncate(1, 10, 5);
  tale.crash(2);  // its disk holds it still
  tale.truncate(3, 10, 5);
  CHECK(tale.findings(AckedSomewhere::id) == 0);
  tale.load(2, 5, {first});
  CHECK(tale.violations(AckedSomewhere::id) == 1);
  tale.truncate(1, 5, 5);
  CHECK(tale.findings(AckedSomewhere::id) == 1);
}

TEST_CASE("a power loss of as many replicas as may not be lost excuses acked-somewhere", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  for (const std::int32_t broker : {1, 2, 3}) tale.power_off(broker);
  for (const std::int32_t broker : {1, 2, 3}) tale.load(broker, 0, {});
  CHECK(tale.violations(AckedSomewhere::id) == 0);
  CHECK(tale.findings(AckedSomewhere::id) == 1);
}

TEST_CASE("what no disk has kept is on no replica from the last power loss on and not only when they come back", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.append_everywhere(second);
  tale.commit(1, 0, 10);
  tale.acked(first);
  tale.acked(second);
  for (const std::int32_t broker : {1, 2}) {
    tale.disk_kept(broker, 0);
    tale.power_off(broker);
  }
  CHECK(tale.findings(AckedSomewhere::id) == 0);
  SECTION("the last disk has nothing either") {
    tale.disk_kept(3, 0);
    tale.power_off(3);
    CHECK(tale.findings(AckedSomewhere::id) == 2);
    CHECK(tale.excuse() == Excuse::power_loss);
  }
  SECTION("the last disk has the first of them") {
    tale.disk_kept(3, 5);
    tale.power_off(3);
    CHECK(tale.findings(AckedSomewhere::id) == 1);
  }
  SECTION("the last disk has all") {
    tale.disk_kept(3, 10);
    tale.power_off(3);
    CHECK(tale.findings(AckedSomewhere::id) == 0);
  }
  SECTION("one that is down has all, and the power is gone last where it counts") {
    tale.crash(3);
    CHECK(tale.findings(AckedSomewhere::id) == 0);
    tale.disk_kept(3, 0);
    tale.power_off(3);
    CHECK(tale.findings(AckedSomewhere::id) == 2);
  }
  const std::uint64_t before = tale.findings(AckedSomewhere::id);
  for (const std::int32_t broker : {1, 2}) tale.load(broker, 0, {});
  CHECK(tale.findings(AckedSomewhere::id) == before);
}

TEST_CASE("what only acks=1 acknowledged may be on no replica", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.acked(first, 1);
  tale.truncate(1, 5, 0);
  CHECK(tale.findings(AckedSomewhere::id) == 0);
}

TEST_CASE("a replica that comes back with an empty disk holds nothing any more", "[check]") {
  Tale tale;
  tale.append(1, first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  tale.power_off(1);
  tale.start(1);
  CHECK(tale.findings(AckedSomewhere::id) == 0);
  tale.ready(1);
  CHECK(tale.findings(AckedSomewhere::id) == 1);
}

TEST_CASE("a topic that is deleted takes what was acknowledged with it", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  for (const std::int32_t host : {0, 1, 2}) tale.tell(host, trace::ReplicaRemoved{tp});
  CHECK(tale.findings(AckedSomewhere::id) == 0);
}

TEST_CASE("what the replicas of a deleted topic still do concerns nobody nor does a new topic of that name inherit it", "[check]") {
  Tale tale;
  tale.append_everywhere(first);
  tale.commit(1, 0, 5);
  tale.acked(first);
  tale.tell(20, trace::TopicDeleted{100, "orders", tp.topic_id});
  for (const std::int32_t broker : {1, 2, 3}) tale.truncate(broker, 5, 0);
  tale.acked(second);
  CHECK(tale.findings(AckedSomewhere::id) == 0);
  CHECK(tale.findings("acked-record-lost") == 0);
  CHECK(tale.findings("committed-not-truncated") == 0);
}
