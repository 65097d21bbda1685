#include "sim/check/commit_regressed.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

trace::OffsetsCommitted commit(std::string member, std::int32_t generation, std::int64_t offset) {
  return {"g", std::move(member), Generation{generation}, {{name, Offset{offset}}}};
}

// m1 owns orders-0 in generation 1, has begun at 0 and been given offsets 0 to 4 of 15.
Tale with_member() {
  Tale tale;
  tale.append_everywhere({0, 14, 0, 11, 0});
  tale.commit(1, 0, 15);
  tale.tell(0, trace::GroupChanged{"g", "Stable", Generation{1}, {}, "assigned"});
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m1", Generation{1}, {name}});
  tale.tell(reader.value, trace::PositionReset{name, Offset{0}, "auto.offset.reset=earliest"});
  tale.delivered({{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}});
  tale.tell(0, commit("m1", 1, 5));
  return tale;
}

}  // namespace

TEST_CASE("a commit of what its member was given is in order", "[check]") {
  const Tale tale = with_member();
  CHECK(tale.findings(CommitRegressed::id) == 0);
}

TEST_CASE("a commit by a member of a generation that is over breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  tale.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{1}, {}, "a member joins"});
  tale.tell(0, commit("m1", 1, 5));
  CHECK(tale.findings(CommitRegressed::id) == 0);
  tale.tell(0, trace::GroupChanged{"g", "Stable", Generation{2}, {}, "assigned"});
  tale.tell(0, commit("m1", 1, 5));
  CHECK(tale.violations(CommitRegressed::id) == 1);
}

TEST_CASE("a commit that was taken before the next generation may become durable in it", "[check]") {
  Tale tale = with_member();
  tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{5}}}});
  tale.tell(0, trace::GroupChanged{"g", "Stable", Generation{2}, {}, "assigned"});
  tale.tell(0, commit("m1", 1, 5));
  CHECK(tale.findings(CommitRegressed::id) == 0);
  tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{4}}}});
  tale.tell(0, commit("m1", 1, 4));
  CHECK(tale.violations(CommitRegressed::id) == 1);
}

TEST_CASE("a commit that a consumer group has taken may arrive when it has become a classic group", "[check]") {
  Tale tale = with_member();
  trace::GroupChanged e{"g", "Stable", Generation{2}, {}, "epoch"};
  e.type = "consumer";
  tale.tell(0, e);
  e.type = "classic";
  tale.tell(0, e);
  tale.tell(0, commit("m1", 1, 5));
  CHECK(tale.findings(CommitRegressed::id) == 0);
  e.generation = Generation{3};
  tale.tell(0, e);
  tale.tell(0, commit("m1", 2, 5));
  CHECK(tale.violations(CommitRegressed::id) == 1);
}

TEST_CASE("a commit beyond what its member was given breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  tale.tell(0, commit("m1", 1, 6));
  CHECK(tale.violations(CommitRegressed::id) == 1);
}

TEST_CASE("a committed offset that another member takes back breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  SECTION("one that was told what it owns") {
    tale.tell(reader.value + 1, trace::PartitionsAssigned{"g", "m2", Generation{1}, {}});
    tale.tell(0, commit("m2", 1, 3));
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("but a real client alone knows where it has been") {
    tale.tell(0, commit("m2", 1, 3));
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
}

TEST_CASE("an administrator and the owner itself may take a committed offset back", "[check]") {
  Tale tale = with_member();
  SECTION("an administrator") { tale.tell(0, commit("", 1, 0)); }
  SECTION("the owner within where it has been") { tale.tell(0, commit("m1", 1, 2)); }
  CHECK(tale.findings(CommitRegressed::id) == 0);
}

TEST_CASE("a new coordinator that does not find what was committed breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  tale.lead_offsets(2, 3);
  SECTION("it finds all") {
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{5}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it finds an earlier offset") {
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{4}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("it finds an earlier offset that was offered since and whose sender never heard") {
    tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{4}}}});
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{4}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it finds an earlier offset that was offered before") {
    tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{4}}}});
    tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{5}}}});
    tale.tell(0, commit("", 1, 5));
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{4}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("what it finds above is not committed yet, and the next need not find it") {
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{9}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    tale.tell(1, trace::OffsetsLoaded{"g", {{name, Offset{5}}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 1});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it does not find the group") {
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 0});
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("it does not find the group that somebody has deleted and has not heard that it is") {
    tale.tell(0, trace::OffsetsOffered{"g", {{name, std::nullopt}}});
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 0});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it does not find what was committed anew after it was deleted") {
    tale.tell(0, trace::OffsetsOffered{"g", {{name, std::nullopt}}});
    tale.tell(0, trace::OffsetsOffered{"g", {{name, Offset{5}}}});
    tale.tell(0, commit("", 1, 5));
    tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 0});
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("who is not the leader any more may find what it likes") {
    tale.tell(0, trace::GroupsLoaded{PartitionIndex{0}, 0});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
}

TEST_CASE("committed offsets that an unclean election of the offsets topic lost are excused", "[check]") {
  Tale tale = with_member();
  tale.lead_offsets(2, 3, true);
  tale.tell(1, trace::GroupsLoaded{PartitionIndex{0}, 0});
  CHECK(tale.violations(CommitRegressed::id) == 0);
  CHECK(tale.findings(CommitRegressed::id) == 1);
}

TEST_CASE("a member that gives a partition up further than it has committed just before breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  trace::PartitionsRevoked gone{"g", "m1", false, {name}, {name}};
  SECTION("it was given more after the commit") {
    tale.delivered({{5, 5}});
    tale.tell(reader.value, gone);
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("it was given no more") {
    tale.tell(reader.value, gone);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("a commit of before arrives once more and is no sign of that") {
    tale.tell(0, commit("m1", 1, 3));
    tale.tell(reader.value, gone);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it has gone back since") {
    tale.delivered({{5, 5}});
    tale.tell(reader.value, trace::PositionReset{name, Offset{2}, "seek"});
    tale.tell(reader.value, gone);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("its commit failed, or was not for this partition") {
    tale.delivered({{5, 5}});
    gone.committed.clear();
    tale.tell(reader.value, gone);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("it has lost the partition") {
    tale.delivered({{5, 5}});
    gone.lost = true;
    tale.tell(reader.value, gone);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
}

TEST_CASE("an offset that expires while its group reads the partition breaks commit-regressed", "[check]") {
  Tale tale = with_member();
  const trace::GroupChanged in_use{"g", "Stable", Generation{1}, {{"m1", "g/1", {name}}}, "assigned"};
  const trace::GroupChanged dead{"g", "Dead", Generation{1}, {}, "this broker does not coordinate it any more"};
  const trace::OffsetsRemoved by_time{"g", {name}, true};
  tale.tell(0, in_use);
  SECTION("by time") {
    tale.wait(seconds(10));
    tale.tell(0, by_time);
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("a removal may have been on its way when the group began to read") {
    tale.wait(seconds(5));
    tale.tell(0, by_time);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("an administrator may remove it") {
    tale.wait(seconds(10));
    tale.tell(0, trace::OffsetsRemoved{"g", {name}});
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("and time when the group has no members any more") {
    tale.wait(seconds(10));
    tale.tell(0, trace::GroupChanged{"g", "Empty", Generation{2}, {}, "the last member has left"});
    tale.tell(0, by_time);
    CHECK(tale.findings(CommitRegressed::id) == 0);
  }
  SECTION("while it rebalances as well") {
    tale.wait(seconds(10));
    tale.tell(0, trace::GroupChanged{"g", "PreparingRebalance", Generation{1}, {}, "a member joins"});
    tale.tell(0, by_time);
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("a consumer group reads what its members have whatever its state") {
    trace::GroupChanged e = in_use;
    e.type = "consumer";
    e.state = "Reconciling";
    tale.tell(0, e);
    tale.wait(seconds(10));
    tale.tell(0, by_time);
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
  SECTION("what a former coordinator thinks of the group does not count") {
    tale.lead_offsets(2, 3);
    tale.tell(1, in_use);
    tale.tell(0, dead);
    tale.wait(seconds(10));
    tale.tell(1, by_time);
    CHECK(tale.violations(CommitRegressed::id) == 1);
  }
}
