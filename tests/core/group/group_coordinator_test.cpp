#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// Another broker that has the same logs.
Harness successor(const Harness& former) {
  Harness next;
  next.log = former.log;
  next.now = former.now + seconds(100);
  next.elect();
  return next;
}

}  // namespace

TEST_CASE("a group belongs to the partition of Java's hash of its name", "[group]") {
  GroupCoordinator coordinator{NodeConfig{}};
  CHECK_FALSE(coordinator.partition_for("readers"));
  coordinator.set_partition_count(50);
  CHECK(coordinator.partition_for("") == PartitionIndex{0});
  CHECK(coordinator.partition_for("readers") == PartitionIndex{28});
  CHECK(coordinator.partition_for("my-group") == PartitionIndex{12});
  CHECK(coordinator.partition_for("polygenelubricants") == PartitionIndex{0});  // its hash is the least integer
  CHECK(coordinator.partition_for("\xc3\xa9") == PartitionIndex{33});
  CHECK(coordinator.partition_for("\xe2\x82\xac"
                                  "uro-consumers")
        == PartitionIndex{38});
  CHECK(coordinator.partition_for("\xf0\x9f\x98\x80") == PartitionIndex{49});  // two units of UTF-16
  CHECK(coordinator.partition_for("\xff") == PartitionIndex{0xfffd % 50});
}

TEST_CASE("a new coordinator finds members and generation and offsets in the log", "[group]") {
  Harness former;
  former.elect();
  const std::vector<std::string> members = former.stable(2);
  former.commit(members[0], Generation{1}, 42);
  Harness next = successor(former);
  const auto loaded = next.noted<trace::GroupsLoaded>();
  REQUIRE(loaded.size() == 1);
  CHECK(loaded[0].groups == 1);
  CHECK(loaded[0].partition == next.partition(group_name));
  const auto offsets = next.noted<trace::OffsetsLoaded>();
  REQUIRE(offsets.size() == 1);
  CHECK(offsets[0].group == group_name);
  REQUIRE(offsets[0].offsets.size() == 1);
  CHECK(offsets[0].offsets[0].offset == Offset{42});
  CHECK(next.state() == "Stable");
  CHECK(next.fetch() == Offset{42});
  CHECK(next.heartbeat(members[0], Generation{1}) == ErrorCode::none);
  CHECK(next.heartbeat(members[1], Generation{1}) == ErrorCode::none);
  const GroupReport report = next.report().value();
  REQUIRE(report.members.size() == 2);
  for (const auto& member : report.members) {
    CHECK(member.client_id == "app");
    CHECK(member.assignment
          == std::vector<TopicPartition>{{"orders", PartitionIndex{member.member_id == members[0] ? 0 : 1}}});
  }
  CHECK(next.answer<SyncGroupResponse>(next.sync(members[1], Generation{1})).assignment
        == assignment_of("orders", {PartitionIndex{1}}));
  CHECK(next.joined(next.join(members[1])).leader == members[0]);  // a follower, unchanged
  CHECK(next.committed(next.commit(members[1], Generation{1}, 43)) == ErrorCode::none);
}

TEST_CASE("members of a loaded group have a whole session to show themselves", "[group]") {
  Harness former;
  former.elect();
  (void)former.stable(2);
  Harness next = successor(former);
  next.pass(milliseconds(9'999));
  CHECK(next.state() == "Stable");
  next.pass(milliseconds(1));
  CHECK(next.state() == "Empty");
}

TEST_CASE("a group that became empty is loaded empty with its generation and offsets", "[group]") {
  Harness former;
  former.elect();
  const std::vector<std::string> members = former.stable(1);
  former.commit(members[0], Generation{1}, 42);
  former.leave(members);
  Harness next = successor(former);
  CHECK(next.state() == "Empty");
  CHECK(next.generation() == Generation{2});
  CHECK(next.fetch() == Offset{42});
  next.join(next.obtain_id());
  next.pass(seconds(3));
  CHECK(next.generation() == Generation{3});
}

TEST_CASE("offsets of a standalone consumer are found again without any group metadata", "[group]") {
  Harness former;
  former.elect();
  former.commit({}, std::nullopt, 42);
  Harness next = successor(former);
  CHECK(next.fetch() == Offset{42});
  CHECK(next.state() == "Empty");
}

TEST_CASE("a generation whose assignment was never stored is not known to a new coordinator", "[group]") {
  Harness former;
  former.elect();
  const std::vector<std::string> members = former.completing(1);
  Harness next = successor(former);
  CHECK(next.state() == "absent");
  CHECK(next.heartbeat(members[0], Generation{1}) == ErrorCode::unknown_member_id);
}

TEST_CASE("a loaded group with more members than allowed rebalances", "[group]") {
  Harness former;
  former.elect();
  (void)former.stable(3);
  NodeConfig config;
  config.group_max_size = 2;
  Harness next{config};
  next.log = former.log;
  next.elect();
  CHECK(next.state() == "PreparingRebalance");
}

TEST_CASE("records of groups that belong to another partition are passed over with a remark", "[group]") {
  Harness former;
  former.elect();
  (void)former.stable(1);
  Harness next;
  next.log[next.partition("others")] = former.log[former.partition(group_name)];
  REQUIRE(next.partition("others") != next.partition(group_name));
  next.elect("others");
  CHECK(next.coordinator.report().empty());
  CHECK(next.noted<trace::Remark>().size() == 1);
}

TEST_CASE("a coordinator that resigns answers all that waits and forgets its groups", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const int joining = h.join(members[0]);
  h.appends = Appends::hold;
  const int committing = h.commit(members[1], Generation{1}, 9);
  h.resign();
  CHECK(h.joined(joining).error_code == ErrorCode::not_coordinator);
  CHECK(h.committed(committing) == ErrorCode::not_coordinator);
  CHECK(h.state() == "absent");
  CHECK_FALSE(h.coordinator.next_deadline());
  h.complete_held(ErrorCode::none);  // comes too late: nobody is answered twice
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::not_coordinator);
}

TEST_CASE("a coordinator that resigns answers parked syncs", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  const int follower = h.sync(members[1], Generation{1});
  h.appends = Appends::hold;
  const int leader = h.sync(members[0], Generation{1}, {});
  h.resign();
  CHECK(h.answer<SyncGroupResponse>(follower).error_code == ErrorCode::not_coordinator);
  CHECK(h.answer<SyncGroupResponse>(leader).error_code == ErrorCode::not_coordinator);
  h.elect();
  h.complete_held(ErrorCode::none);
  CHECK(h.state() == "absent");
}

TEST_CASE("a coordinator that is elected again in a later epoch keeps its groups", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  const int waiting = h.join(members[0], {{"range", "x"}});
  CHECK(h.answered(waiting));
  h.step([&](Env& env) { h.coordinator.on_elected(h.partition(group_name), LeaderEpoch{5}, {}, env); });
  CHECK(h.state() == "CompletingRebalance");
}

TEST_CASE("resigning one partition leaves the groups of others alone", "[group]") {
  Harness h;
  h.elect();
  h.elect("others");
  (void)h.stable(1);
  h.resign("others");
  CHECK(h.state() == "Stable");
}

TEST_CASE("a copy of a coordinator goes its own way", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  const GroupCoordinator before = h.coordinator;
  h.commit(members[0], Generation{1}, 5);
  h.leave(members);
  CHECK(h.state() == "Empty");
  REQUIRE(before.report().size() == 1);
  CHECK(before.report()[0].state == "Stable");
  CHECK(before.report()[0].offsets.empty());
}

TEST_CASE("woken early a coordinator does nothing", "[group]") {
  Harness h;
  h.elect();
  (void)h.stable(1);
  const std::optional<Instant> deadline = h.coordinator.next_deadline();
  const std::size_t notes = h.notes.size();
  h.step([&](Env& env) { h.coordinator.on_woken(env); });
  CHECK(h.coordinator.next_deadline() == deadline);
  CHECK(h.notes.size() == notes);
}
