#include "sim/check/membership_lost.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

trace::GroupChanged stable(std::int32_t generation, const std::vector<std::string>& members, const std::string& why = "assigned") {
  trace::GroupChanged e{"g", "Stable", Generation{generation}, {}, why};
  for (const std::string& member : members) e.members.push_back({member, "g/1", {}});
  return e;
}

// Broker 1 coordinates the group; its member m1 was told its assignment of generation 4.
Tale with_member() {
  Tale tale;
  tale.lead_offsets(1, 1);
  tale.tell(0, stable(4, {"m1", "m2"}));
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{4}, {name}});
  return tale;
}

}  // namespace

TEST_CASE("a coordinator that finds a generation without one of its members breaks membership-lost", "[check]") {
  Tale tale = with_member();
  tale.lead_offsets(2, 2);
  tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  CHECK(tale.violations(MembershipLost::id) == 1);
  tale.tell(1, stable(4, {"m2", "m3"}));
  CHECK(tale.violations(MembershipLost::id) == 1);
}

TEST_CASE("membership-lost is not broken", "[check]") {
  Tale tale = with_member();
  SECTION("by a coordinator that knows the member") {
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(4, {"m1", "m2"}, "loaded"));
  }
  SECTION("by another generation") {
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(3, {"m2"}, "loaded"));
  }
  SECTION("by a coordinator that removes the member later") {
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(4, {"m1", "m2"}, "loaded"));
    tale.tell(1, stable(4, {"m2"}));
  }
  SECTION("by one that has been replaced") { tale.tell(1, stable(4, {"m2"}, "loaded")); }
  SECTION("after the member has given its partitions up") {
    tale.tell(reader.value, trace::PartitionsRevoked{"g", "m1", false, {name}});
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  }
  SECTION("after its process crashed") {
    tale.tell(reader.value, KernelEvent{ProcessCrashed{}});
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(4, {"m2", "m3"}, "loaded"));
  }
  SECTION("after its coordinator has removed it and come to that generation otherwise") {
    trace::GroupChanged e = stable(4, {"m2"}, "a member of the new protocol has left");
    e.state = "PreparingRebalance";
    tale.tell(0, e);
    tale.lead_offsets(2, 2);
    tale.tell(1, stable(4, {"m2"}, "loaded"));
  }
  SECTION("by a group that has become one of the new protocol") {
    tale.lead_offsets(2, 2);
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
  tale.lead_offsets(2, 2, true);
  tale.tell(1, stable(4, {"m2"}, "loaded"));
  CHECK(tale.findings(MembershipLost::id) == 1);
  CHECK(tale.violations(MembershipLost::id) == 0);
}
