#include "sim/check/membership_lost.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

const TopicIdPartition home{Uuid{8, 8}, PartitionIndex{0}};

void lead_offsets(Tale& tale, std::int32_t broker, std::int32_t epoch, bool unclean = false) {
  trace::PartitionChanged e;
  e.metadata_offset = 100 + epoch;
  e.partition = home;
  e.leader = NodeId{broker};
  e.leader_epoch = LeaderEpoch{epoch};
  e.replicas = e.isr = {NodeId{1}, NodeId{2}};
  e.unclean = unclean;
  tale.tell(0, e);
  tale.tell(broker - 1, trace::BecameLeader{home, LeaderEpoch{epoch}, Offset{0}, {}});
}

trace::GroupChanged stable(std::int32_t generation, const std::vector<std::string>& members, const std::string& why = "assigned") {
  trace::GroupChanged e{"g", "Stable", Generation{generation}, {}, why};
  for (const std::string& member : members) e.members.push_back({member, "g/1", {}});
  return e;
}

// Broker 1 coordinates the group; its member m1 was told its assignment of generation 4.
Tale with_member() {
  Tale tale;
  tale.tell(0, trace::TopicCreated{1, "__consumer_offsets", home.topic_id});
  lead_offsets(tale, 1, 1);
  tale.tell(0, stable(4, {"m1", "m2"}));
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{4}, {name}});
  return tale;
}

}  // namespace

TEST_CASE("a coordinator that finds a generation without one of its members breaks membership-lost", "[check]") {
  Tale tale = with_member();
  lead_offsets(tale, 2, 2);
  tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  CHECK(tale.violations(MembershipLost::id) == 1);
  tale.tell(1, stable(4, {"m2", "m3"}));
  CHECK(tale.violations(MembershipLost::id) == 1);
}

TEST_CASE("membership-lost is not broken", "[check]") {
  Tale tale = with_member();
  SECTION("by a coordinator that knows the member") {
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(4, {"m1", "m2"}, "loaded"));
  }
  SECTION("by another generation") {
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(3, {"m2"}, "loaded"));
  }
  SECTION("by a coordinator that removes the member later") {
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(4, {"m1", "m2"}, "loaded"));
    tale.tell(1, stable(4, {"m2"}));
  }
  SECTION("by one that has been replaced") { tale.tell(1, stable(4, {"m2"}, "loaded")); }
  SECTION("after the member has given its partitions up") {
    tale.tell(reader.value, trace::PartitionsRevoked{"g", "m1", false, {name}});
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  }
  SECTION("after its process crashed") {
    tale.tell(reader.value, KernelEvent{ProcessCrashed{}});
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  }
  SECTION("after its coordinator has removed it and come to that generation otherwise") {
    trace::GroupChanged e = stable(4, {"m2"}, "a member of the new protocol has left");
    e.state = "PreparingRebalance";
    tale.tell(0, e);
    lead_offsets(tale, 2, 2);
    tale.tell(1, stable(4, {"m2"}, "loaded"));
  }
  SECTION("by a group that has become one of the new protocol") {
    lead_offsets(tale, 2, 2);
    trace::GroupChanged e = stable(4, {"m2"}, "loaded");
    e.type = "consumer";
    tale.tell(1, e);
  }
  CHECK(tale.findings(MembershipLost::id) == 0);
}

TEST_CASE("a coordinator whose process began anew is another one for membership-lost", "[check]") {
  Tale tale = with_member();
  tale.tell(0, KernelEvent{ProcessCrashed{}});
  tale.tell(0, stable(4, {"m2"}, "loaded"));
  CHECK(tale.violations(MembershipLost::id) == 1);
}

TEST_CASE("a membership that an unclean election of the offsets topic lost is excused", "[check]") {
  Tale tale = with_member();
  lead_offsets(tale, 2, 2, true);
  tale.tell(1, stable(4, {"m2"}, "loaded"));
  CHECK(tale.findings(MembershipLost::id) == 1);
  CHECK(tale.violations(MembershipLost::id) == 0);
}
