#include "sim/check/group_double_owner.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
trace::GroupChanged stable(std::vector<TopicPartition> a, std::vector<TopicPartition> b) {
  return {"g", "Stable", Generation{1}, {{"m1", "g/1", std::move(a)}, {"m2", "g/2", std::move(b)}}, "assigned"};
}
const TopicPartition orders_1{"orders", PartitionIndex{1}};
}  // namespace

TEST_CASE("a stable group whose coordinator gives a partition to two members breaks group-double-owner", "[check]") {
  Tale tale;
  tale.tell(0, stable({name}, {orders_1}));
  CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  tale.tell(0, stable({name}, {orders_1, name}));
  CHECK(tale.violations(GroupDoubleOwner::id) == 1);
}

TEST_CASE("two members of a generation that hold one partition break group-double-owner", "[check]") {
  Tale tale;
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}});
  SECTION("they do") {
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {name}});
    CHECK(tale.violations(GroupDoubleOwner::id) == 1);
  }
  SECTION("a member of an earlier generation may still think so") {
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{2}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  }
  SECTION("what was revoked before is nobody's") {
    tale.tell(reader.value, trace::PartitionsRevoked{"g", "m1", false, {name}});
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  }
  SECTION("and of a process that has ended") {
    tale.tell(reader.value, GENERATE(KernelEvent{ProcessCrashed{}}, KernelEvent{PowerLost{}}, KernelEvent{ProcessExited{true, "closed"}}));
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  }
}

TEST_CASE("a static member that another process has replaced in the same generation holds nothing that counts", "[check]") {
  Tale tale;
  const auto stable_with = [](std::vector<trace::GroupChanged::Member> members) {
    return trace::GroupChanged{"g", "Stable", Generation{1}, std::move(members), "assigned"};
  };
  tale.tell(0, stable_with({{"m1", "g/1", {name}}}));
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}});
  SECTION("it was replaced") {
    tale.tell(0, stable_with({{"m1-anew", "g/1", {name}}}));
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m1-anew", Generation{1}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  }
  SECTION("both are members") {
    tale.tell(0, stable_with({{"m1", "g/1", {}}, {"m2", "g/2", {name}}}));
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {name}});
    CHECK(tale.violations(GroupDoubleOwner::id) == 1);
  }
}

TEST_CASE("in a consumer group no two members hold a partition whatever their epochs", "[check]") {
  Tale tale;
  const auto told = [](std::vector<TopicPartition> revoking) {
    trace::GroupChanged e{"g", "Reconciling", Generation{2}, {{"m1", "g/1", {}}, {"m2", "g/2", {name}}}, "towards the target"};
    e.type = "consumer";
    e.members[0].revoking = std::move(revoking);
    return e;
  };
  SECTION("by the coordinator, one that still has to give it up counts") {
    tale.tell(0, told({orders_1}));
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
    tale.tell(0, told({name}));
    CHECK(tale.violations(GroupDoubleOwner::id) == 1);
  }
  SECTION("by the members themselves, as long as both are members") {
    tale.tell(0, told({}));
    tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}, {name}});
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{2}, {name}, {name}});
    CHECK(tale.violations(GroupDoubleOwner::id) == 1);
  }
  SECTION("one of the classic protocol counts in the generation that the coordinator has it in") {
    trace::GroupChanged e = told({});
    e.members[0].of_classic_protocol = true;
    e.members[0].epoch = Generation{1};
    tale.tell(0, e);
    tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}, {name}});
    e.members[0].epoch = Generation{2};  // it has not heard of it
    tale.tell(0, e);
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{2}, {name}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
    tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{2}, {name}, {name}});
    CHECK(tale.violations(GroupDoubleOwner::id) == 1);
  }
  SECTION("one that was fenced may still think so") {
    tale.tell(reader.value, trace::PartitionsAssigned{"g", "m0", Generation{1}, {name}, {name}});
    tale.tell(0, told({}));
    tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{2}, {name}, {name}});
    CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  }
}

TEST_CASE("who was in a consumer group does not count in the classic group that it became by the number of its epoch", "[check]") {
  Tale tale;
  trace::GroupChanged e{"g", "Stable", Generation{1}, {{"m1", "g/1", {name}}}, "joined"};
  e.type = "consumer";
  tale.tell(0, e);
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}, {name}});
  const bool is_member = GENERATE(true, false);
  e = {"g", "PreparingRebalance", Generation{0}, {{"m2", "g/2", {}}}, "a new group"};
  if (is_member) e.members.push_back({"m1", "g/1", {}});
  tale.tell(0, e);
  tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {name}, {name}});
  CHECK(tale.violations(GroupDoubleOwner::id) == (is_member ? 1 : 0));
}

TEST_CASE("a member that gives up some partitions holds the others still", "[check]") {
  Tale tale;
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name, orders_1}, {name, orders_1}});
  tale.tell(reader.value, trace::PartitionsRevoked{"g", "m1", false, {orders_1}});
  tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {orders_1}, {orders_1}});
  CHECK(tale.findings(GroupDoubleOwner::id) == 0);
  tale.tell(other_reader.value, trace::PartitionsAssigned{"g", "m2", Generation{1}, {orders_1, name}, {name}});
  CHECK(tale.violations(GroupDoubleOwner::id) == 1);
}
