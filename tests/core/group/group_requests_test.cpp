#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a broker that does not lead the group's partition answers not coordinator to everything", "[group]") {
  Harness h;
  CHECK(h.joined(h.join({})).error_code == ErrorCode::not_coordinator);
  CHECK(h.answer<SyncGroupResponse>(h.sync("m", Generation{1})).error_code == ErrorCode::not_coordinator);
  CHECK(h.heartbeat("m", Generation{1}) == ErrorCode::not_coordinator);
  CHECK(h.answer<LeaveGroupResponse>(h.leave({"m"})).error_code == ErrorCode::not_coordinator);
  CHECK(h.committed(h.commit("m", Generation{1}, 1)) == ErrorCode::not_coordinator);
  OffsetFetchRequest fetch;
  fetch.groups.push_back({group_name, {}, {}, std::vector<OffsetFetchRequest::Topic>{{"orders", {PartitionIndex{0}}}}});
  CHECK(h.answer<OffsetFetchResponse>(h.send(fetch)).groups.at(0).error_code == ErrorCode::not_coordinator);
  const auto& old = h.answer<OffsetFetchResponse>(h.send(fetch, std::int16_t{1}));
  CHECK(old.groups.at(0).topics.at(0).partitions.at(0).error_code == ErrorCode::not_coordinator);
}

TEST_CASE("before the offsets topic exists no broker coordinates any group", "[group]") {
  Harness h;
  h.coordinator = GroupCoordinator{NodeConfig{}};
  CHECK_FALSE(h.coordinator.partition_for(group_name));
  CHECK(h.joined(h.join({})).error_code == ErrorCode::not_coordinator);
}

TEST_CASE("a group without a name can only store offsets", "[group]") {
  Harness h;
  h.elect("");
  JoinGroupRequest join;
  join.session_timeout = seconds(10);
  CHECK(h.answer<JoinGroupResponse>(h.send(join)).error_code == ErrorCode::invalid_group_id);
  CHECK(h.answer<SyncGroupResponse>(h.send(SyncGroupRequest{})).error_code == ErrorCode::invalid_group_id);
  CHECK(h.answer<HeartbeatResponse>(h.send(HeartbeatRequest{})).error_code == ErrorCode::invalid_group_id);
  CHECK(h.answer<LeaveGroupResponse>(h.send(LeaveGroupRequest{})).error_code == ErrorCode::invalid_group_id);
  OffsetCommitRequest commit;
  commit.topics.push_back({"orders", {{PartitionIndex{0}, Offset{5}, {}, {}}}});
  CHECK(h.committed(h.send(commit)) == ErrorCode::none);
  CHECK(h.fetch("") == Offset{5});
}

TEST_CASE("a session timeout must lie between the group's least and most", "[group]") {
  Harness h;
  h.elect();
  const auto outcome = [&](Duration session) { return h.joined(h.join({}, {{"range", "t"}}, session)).error_code; };
  CHECK(outcome(milliseconds(5'999)) == ErrorCode::invalid_session_timeout);
  CHECK(outcome(milliseconds(6'000)) == ErrorCode::member_id_required);
  CHECK(outcome(milliseconds(1'800'000)) == ErrorCode::member_id_required);
  CHECK(outcome(milliseconds(1'800'001)) == ErrorCode::invalid_session_timeout);
}

TEST_CASE("a member with a name that the coordinator never gave is refused", "[group]") {
  Harness h;
  h.elect();
  CHECK(h.joined(h.join("stranger")).error_code == ErrorCode::unknown_member_id);
  CHECK(h.state() == "absent");
  (void)h.stable(1);
  CHECK(h.joined(h.join("stranger")).error_code == ErrorCode::unknown_member_id);
}

TEST_CASE("up to version 2 of LeaveGroup the outcome of the one member is that of the request", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  const auto& refused = h.answer<LeaveGroupResponse>(h.leave({"nobody"}, std::int16_t{2}));
  CHECK(refused.error_code == ErrorCode::unknown_member_id);
  CHECK(refused.members.empty());
  const auto& left = h.answer<LeaveGroupResponse>(h.leave({members[0]}, std::int16_t{2}));
  CHECK(left.error_code == ErrorCode::none);
  CHECK(left.members.empty());
}

TEST_CASE("the coordinator serves six kinds of request", "[group]") {
  for (const ApiKey api : {ApiKey::join_group, ApiKey::sync_group, ApiKey::heartbeat, ApiKey::leave_group,
                           ApiKey::offset_commit, ApiKey::offset_fetch}) {
    CHECK(GroupCoordinator::handles(api));
  }
  CHECK_FALSE(GroupCoordinator::handles(ApiKey::find_coordinator));
  CHECK_FALSE(GroupCoordinator::handles(ApiKey::produce));
}
