#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {
ErrorCode sync_error(const Harness& h, int request) { return h.answer<SyncGroupResponse>(request).error_code; }
}  // namespace

TEST_CASE("followers get their assignment when the leader has sent it and it is replicated", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.appends = Appends::hold;
  const int follower = h.sync(members[1], Generation{1});
  CHECK(h.held.empty());
  const std::vector<std::byte> one = assignment_of("orders", {PartitionIndex{1}});
  const int leader = h.sync(members[0], Generation{1}, {{members[0], bytes_of("zero")}, {members[1], one}});
  REQUIRE(h.held.size() == 1);
  CHECK_FALSE(h.answered(leader));
  CHECK_FALSE(h.answered(follower));
  CHECK(h.state() == "CompletingRebalance");
  h.complete_held(ErrorCode::none);
  CHECK(h.state() == "Stable");
  CHECK(h.answer<SyncGroupResponse>(leader).assignment == bytes_of("zero"));
  CHECK(h.answer<SyncGroupResponse>(follower).assignment == one);
  CHECK(h.answer<SyncGroupResponse>(follower).protocol_name == "range");
}

TEST_CASE("who syncs with a stable group gets its assignment at once", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.sync(members[0], Generation{1}, {{members[1], bytes_of("yours")}});
  CHECK(h.state() == "Stable");
  CHECK(h.answer<SyncGroupResponse>(h.sync(members[1], Generation{1})).assignment == bytes_of("yours"));
  CHECK(h.answer<SyncGroupResponse>(h.sync(members[0], Generation{1}))
            .assignment.empty());  // the leader gave itself nothing
}

TEST_CASE("an assignment that cannot be stored is told to all who wait and the group rebalances", "[group]") {
  const auto [append_error, told] =
      GENERATE(std::pair{ErrorCode::not_leader_or_follower, ErrorCode::not_coordinator},
               std::pair{ErrorCode::not_enough_replicas, ErrorCode::coordinator_not_available},
               std::pair{ErrorCode::message_too_large, ErrorCode::unknown_server_error});
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.appends = Appends::hold;
  const int follower = h.sync(members[1], Generation{1});
  const int leader = h.sync(members[0], Generation{1}, {{members[1], bytes_of("yours")}});
  h.complete_held(append_error);
  CHECK(sync_error(h, leader) == told);
  CHECK(sync_error(h, follower) == told);
  CHECK(h.answer<SyncGroupResponse>(follower).assignment.empty());
  CHECK(h.state() == "PreparingRebalance");
}

TEST_CASE("an assignment that is replicated after the next rebalance has begun changes nothing", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.appends = Appends::hold;
  const int leader = h.sync(members[0], Generation{1}, {{members[1], bytes_of("yours")}});
  h.join(members[1], {{"range", "other"}});
  CHECK(sync_error(h, leader) == ErrorCode::rebalance_in_progress);
  h.complete_held(ErrorCode::none);
  CHECK(h.state() == "PreparingRebalance");
  h.join(members[0]);
  CHECK(h.state() == "CompletingRebalance");
  CHECK(h.generation() == Generation{2});
}

TEST_CASE("a sync of a wrong member or generation or protocol is refused", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(1);
  CHECK(sync_error(h, h.sync("nobody", Generation{1})) == ErrorCode::unknown_member_id);
  CHECK(sync_error(h, h.sync(members[0], Generation{2})) == ErrorCode::illegal_generation);
  SyncGroupRequest request;
  request.group_id = group_name;
  request.generation_id = Generation{1};
  request.member_id = members[0];
  request.protocol_name = "sticky";
  CHECK(sync_error(h, h.send(request)) == ErrorCode::inconsistent_group_protocol);
  request.protocol_name = "range";
  request.protocol_type = "connect";
  CHECK(sync_error(h, h.send(request)) == ErrorCode::inconsistent_group_protocol);
  request.protocol_type = "consumer";
  CHECK(sync_error(h, h.send(request)) == ErrorCode::none);
}

TEST_CASE("a sync during a rebalance is sent back to join", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.join(members[0]);
  CHECK(sync_error(h, h.sync(members[1], Generation{1})) == ErrorCode::rebalance_in_progress);
}

TEST_CASE("a member that sends no SyncGroup within the rebalance timeout is removed", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  const int follower = h.sync(members[1], Generation{1});
  int beats = 0;
  while (!h.answered(follower) && beats < 20) {
    CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::none);  // it lives, and it owes its SyncGroup
    ++beats;
    h.pass(seconds(5));
  }
  CHECK(beats >= 10);  // 60 s, of which completing() may have taken some
  CHECK(beats <= 12);
  CHECK(sync_error(h, follower) == ErrorCode::rebalance_in_progress);
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::unknown_member_id);
  CHECK(h.heartbeat(members[1], Generation{1}) == ErrorCode::rebalance_in_progress);
}

TEST_CASE("a heartbeat alone does not spare a member that owes its SyncGroup", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.sync(members[0], Generation{1}, {});
  CHECK(h.state() == "Stable");
  for (int i = 0; i < 13; ++i) {
    (void)h.heartbeat(members[0], Generation{1});
    (void)h.heartbeat(members[1], Generation{1});
    h.pass(seconds(5));
  }
  CHECK(h.state() == "PreparingRebalance");
  CHECK(h.heartbeat(members[1], Generation{1}) == ErrorCode::unknown_member_id);
}

TEST_CASE("a member that is not heard of in its session timeout is lost and the group rebalances", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.pass(seconds(6));
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::none);
  h.pass(milliseconds(3'999));
  CHECK(h.state() == "Stable");
  h.pass(milliseconds(1));
  CHECK(h.state() == "PreparingRebalance");
  CHECK(h.member_count() == 1);
  CHECK(h.heartbeat(members[1], Generation{1}) == ErrorCode::unknown_member_id);
}

TEST_CASE("a heartbeat during a rebalance keeps the member alive", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.join(members[0]);
  for (int i = 0; i < 4; ++i) {
    h.pass(seconds(8));
    CHECK(h.heartbeat(members[1], Generation{1}) == ErrorCode::rebalance_in_progress);
  }
  CHECK(h.member_count() == 2);
  h.pass(seconds(10));
  CHECK(h.member_count() == 1);
}

TEST_CASE("a heartbeat of a wrong member or generation is refused", "[group]") {
  Harness h;
  h.elect();
  CHECK(h.heartbeat("nobody", Generation{1}) == ErrorCode::unknown_member_id);  // no such group
  const std::vector<std::string> members = h.stable(1);
  CHECK(h.heartbeat("nobody", Generation{1}) == ErrorCode::unknown_member_id);
  CHECK(h.heartbeat(members[0], Generation{0}) == ErrorCode::illegal_generation);
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::none);
}

TEST_CASE("while assignments are awaited a heartbeat is well received", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(1);
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::none);
}

TEST_CASE("members that leave in one request make one rebalance and each hears its own outcome", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(3);
  const auto& response = h.answer<LeaveGroupResponse>(h.leave({members[1], "nobody", members[2]}));
  REQUIRE(response.members.size() == 3);
  CHECK(response.error_code == ErrorCode::none);
  CHECK(response.members[0].error_code == ErrorCode::none);
  CHECK(response.members[1].error_code == ErrorCode::unknown_member_id);
  CHECK(response.members[2].error_code == ErrorCode::none);
  CHECK(h.state() == "PreparingRebalance");
  CHECK(h.joined(h.join(members[0])).generation_id == Generation{2});
}

TEST_CASE("when the last member leaves the group is empty in a new generation and keeps its offsets", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  h.commit(members[0], Generation{1}, 42);
  h.leave(members);
  CHECK(h.state() == "Empty");
  CHECK(h.generation() == Generation{2});
  CHECK(h.fetch() == Offset{42});
  CHECK(*h.coordinator.next_deadline() > h.now + seconds(500));  // then it looks for offsets that expire
}

TEST_CASE("a member that was only given a name can leave", "[group]") {
  Harness h;
  h.elect();
  const std::string id = h.obtain_id();
  CHECK(h.answer<LeaveGroupResponse>(h.leave({id})).members.at(0).error_code == ErrorCode::none);
  CHECK(h.state() == "Empty");
  CHECK(h.joined(h.join(id)).error_code == ErrorCode::unknown_member_id);
}

TEST_CASE("when the last missing member leaves a rebalance goes on at once", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const int waiting = h.join(members[0]);
  CHECK_FALSE(h.answered(waiting));
  h.leave({members[1]});
  CHECK(h.joined(waiting).generation_id == Generation{2});
}

TEST_CASE("an assignment of a former generation that is replicated late is not taken for the present one", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  h.appends = Appends::hold;
  h.sync(members[0], Generation{1}, {{members[1], bytes_of("old")}});
  h.join(members[1], {{"range", "other"}});
  h.join(members[0]);
  REQUIRE(h.generation() == Generation{2});
  const int follower = h.sync(members[1], Generation{2});
  h.complete_held(ErrorCode::none);
  CHECK(h.state() == "CompletingRebalance");
  CHECK_FALSE(h.answered(follower));
}

TEST_CASE("the session of a member begins anew when its join is answered", "[group]") {
  Harness h;
  h.elect();
  const int first = h.join(h.obtain_id());
  h.pass(seconds(3));
  REQUIRE(h.answered(first));
  h.pass(milliseconds(9'999));
  CHECK(h.state() == "CompletingRebalance");
  h.pass(milliseconds(1));  // neither SyncGroup nor heartbeat: it is lost long before its SyncGroup is due
  CHECK(h.state() == "Empty");
}
