#include "tests/core/group/consumer_harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

NodeConfig expiring() {
  NodeConfig config;
  config.offsets_retention_minutes = 60;
  config.offsets_retention_check_interval = seconds(600);
  config.group_consumer_session_timeout = seconds(100'000);
  return config;
}

void days_later(Harness& h) {  // the wall clock goes with the virtual one
  h.wall = h.wall.plus(seconds(2 * 86'400).whole_ms());
  h.pass(seconds(601));
}

}  // namespace

TEST_CASE("offsets of a group without members expire and the group with them", "[group]") {
  Harness h{expiring()};
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  CHECK(h.committed(h.commit(members[0], h.generation(), 5)) == ErrorCode::none);
  (void)h.leave(members);
  h.wall = h.wall.plus(seconds(59 * 60).whole_ms());
  h.pass(seconds(601));
  CHECK(h.fetch() == Offset{5});
  days_later(h);
  CHECK(h.state() == "absent");
  h.resign();
  h.elect();
  CHECK_FALSE(h.fetch());
}

TEST_CASE("offsets that were committed by hand expire that time after the commit", "[group]") {
  Harness h{expiring()};
  h.elect();
  CHECK(h.committed(h.commit({}, std::nullopt, 5)) == ErrorCode::none);
  days_later(h);
  CHECK_FALSE(h.fetch());
}

TEST_CASE("a consumer group in use keeps the offsets of what it reads unless they expire by the commit as once", "[group]") {
  for (const bool legacy : {false, true}) {
    ConsumerHarness h{4, expiring()};
    if (legacy) {
      LegacyBehaviours old;
      old.bring_back(Legacy::offsets_expire_by_commit_time);
      h.coordinator = GroupCoordinator{expiring(), old};
      h.coordinator.set_partition_count(50);
      h.set_partitions(4);
      h.elect();
    }
    (void)h.enter("a");
    CHECK(h.committed(h.commit("a", Generation{1}, 5)) == ErrorCode::none);
    days_later(h);
    CHECK(h.fetch().has_value() == !legacy);
    const auto removed = h.noted<trace::OffsetsRemoved>();
    REQUIRE(removed.size() == (legacy ? 1U : 0U));
    if (legacy) CHECK(removed[0].expired);
  }
}
