#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a member without a name is given one of its client id and a random uuid and told to come back", "[group]") {
  Harness h;
  h.elect();
  const int request = h.join({});
  CHECK(h.joined(request).error_code == ErrorCode::member_id_required);
  const std::string id = h.joined(request).member_id;
  REQUIRE(id.size() == std::string{"app-"}.size() + 36);
  CHECK(id.starts_with("app-"));
  CHECK(id[4 + 14] == '4');  // a random UUID
  CHECK(h.obtain_id() != id);
  CHECK(h.state() == "Empty");
}

TEST_CASE("before version 4 of JoinGroup a member without a name joins at once", "[group]") {
  Harness h;
  h.elect();
  const int request = h.join({}, {{"range", "topics"}}, seconds(10), seconds(60), 3);
  CHECK_FALSE(h.answered(request));
  h.pass(seconds(3));
  CHECK(h.joined(request).error_code == ErrorCode::none);
  CHECK(h.joined(request).member_id.starts_with("app-"));
}

TEST_CASE("a name that is not used within the session timeout is forgotten", "[group]") {
  Harness h;
  h.elect();
  const std::string id = h.obtain_id();
  h.pass(milliseconds(10'001));
  CHECK(h.joined(h.join(id)).error_code == ErrorCode::unknown_member_id);
}

TEST_CASE("a name given out and not used delays a rebalance until its session ends", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  (void)h.obtain_id();
  const int request = h.join(members[0]);
  h.pass(seconds(9));
  CHECK_FALSE(h.answered(request));
  h.pass(seconds(1));
  CHECK(h.joined(request).error_code == ErrorCode::none);
}

TEST_CASE("the first rebalance of a group waits the initial delay", "[group]") {
  Harness h;
  h.elect();
  const int request = h.join(h.obtain_id());
  CHECK(h.state() == "PreparingRebalance");
  h.pass(milliseconds(2'999));
  CHECK_FALSE(h.answered(request));
  h.pass(milliseconds(1));
  CHECK(h.joined(request).error_code == ErrorCode::none);
  CHECK(h.joined(request).generation_id == Generation{1});
  CHECK(h.state() == "CompletingRebalance");
}

TEST_CASE("the initial delay is extended while new members come", "[group]") {
  Harness h;
  h.elect();
  const int first = h.join(h.obtain_id());
  h.pass(seconds(2));
  const int second = h.join(h.obtain_id());
  h.pass(milliseconds(3'999));
  CHECK_FALSE(h.answered(first));
  h.pass(milliseconds(1));
  CHECK(h.joined(first).generation_id == Generation{1});
  CHECK(h.joined(second).generation_id == Generation{1});
}

TEST_CASE("the initial delay is never extended beyond the rebalance timeout", "[group]") {
  Harness h;
  h.elect();
  const int first = h.join(h.obtain_id(), {{"range", "topics"}}, seconds(10), seconds(7));
  for (int i = 0; i < 6; ++i) {
    h.pass(seconds(1));
    h.join(h.obtain_id(), {{"range", "topics"}}, seconds(10), seconds(7));
  }
  CHECK_FALSE(h.answered(first));
  h.pass(seconds(1));
  CHECK(h.joined(first).generation_id == Generation{1});
}

TEST_CASE("only the leader of a generation gets the subscriptions of all members", "[group]") {
  Harness h;
  h.elect();
  const std::string a = h.obtain_id();
  const std::string b = h.obtain_id();
  const int first = h.join(a, {{"range", "a wants"}});
  const int second = h.join(b, {{"range", "b wants"}});
  h.pass(seconds(6));
  CHECK(h.joined(first).leader == a);
  CHECK(h.joined(second).leader == a);
  CHECK(h.joined(second).members.empty());
  REQUIRE(h.joined(first).members.size() == 2);
  for (const auto& member : h.joined(first).members)
    CHECK(member.metadata == bytes_of(member.member_id == a ? "a wants" : "b wants"));
}

TEST_CASE("of the protocols that all members support the one with most first choices is taken", "[group]") {
  Harness h;
  h.elect();
  std::vector<int> requests;
  requests.push_back(h.join(h.obtain_id(), {{"mine", "1"}, {"range", "2"}, {"sticky", "3"}}));
  requests.push_back(h.join(h.obtain_id(), {{"sticky", "4"}, {"range", "5"}}));
  requests.push_back(h.join(h.obtain_id(), {{"sticky", "6"}, {"range", "7"}}));
  h.pass(seconds(9));
  for (const int request : requests) CHECK(h.joined(request).protocol_name == "sticky");
  CHECK(h.joined(requests[0]).members.size() == 3);
}

TEST_CASE("a member that shares no protocol with the others is refused", "[group]") {
  Harness h;
  h.elect();
  (void)h.stable(1);
  CHECK(h.joined(h.join({}, {{"sticky", "topics"}})).error_code == ErrorCode::inconsistent_group_protocol);
  JoinGroupRequest other;
  other.group_id = group_name;
  other.session_timeout = seconds(10);
  other.protocol_type = "connect";
  other.protocols.push_back({"range", {}});
  CHECK(h.answer<JoinGroupResponse>(h.send(other)).error_code == ErrorCode::inconsistent_group_protocol);
  CHECK(h.joined(h.join({}, {})).error_code == ErrorCode::inconsistent_group_protocol);
}

TEST_CASE("a new member makes a stable group rebalance and all who join again get the next generation", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const std::string fresh = h.obtain_id();
  const int newcomer = h.join(fresh);
  CHECK(h.state() == "PreparingRebalance");
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::rebalance_in_progress);
  const int first = h.join(members[0]);
  CHECK_FALSE(h.answered(first));
  const int second = h.join(members[1]);
  CHECK(h.joined(newcomer).generation_id == Generation{2});
  CHECK(h.joined(first).generation_id == Generation{2});
  CHECK(h.joined(second).generation_id == Generation{2});
  CHECK(h.member_count() == 3);
}

TEST_CASE("members that do not join again within the rebalance timeout are dropped", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(3);
  const int second = h.join(members[1], {{"range", "changed"}});
  for (int i = 0; i < 11; ++i) {
    h.pass(seconds(5));
    CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::rebalance_in_progress);  // it lives
    CHECK(h.heartbeat(members[2], Generation{1}) == ErrorCode::rebalance_in_progress);
  }
  CHECK_FALSE(h.answered(second));
  h.pass(seconds(5));
  CHECK(h.joined(second).generation_id == Generation{2});
  CHECK(h.joined(second).leader == members[1]);  // the former leader is gone
  CHECK(h.joined(second).members.size() == 1);
  CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::unknown_member_id);
}

TEST_CASE("a follower that joins a stable group again unchanged gets the generation that stands", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const JoinGroupResponse& response = h.joined(h.join(members[1]));
  CHECK(response.error_code == ErrorCode::none);
  CHECK(response.generation_id == Generation{1});
  CHECK(response.members.empty());
  CHECK(h.state() == "Stable");
}

TEST_CASE("a follower that joins a stable group again with other metadata makes it rebalance", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  CHECK_FALSE(h.answered(h.join(members[1], {{"range", "other topics"}})));
  CHECK(h.state() == "PreparingRebalance");
}

TEST_CASE("a leader that joins a stable group again unchanged makes it rebalance", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  CHECK_FALSE(h.answered(h.join(members[0])));
  CHECK(h.state() == "PreparingRebalance");
}

TEST_CASE("who joins again unchanged while assignments are awaited gets the same answer again", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  const JoinGroupResponse& leader = h.joined(h.join(members[0]));
  CHECK(leader.generation_id == Generation{1});
  CHECK(leader.members.size() == 2);
  CHECK(h.joined(h.join(members[1])).members.empty());
  CHECK(h.state() == "CompletingRebalance");
}

TEST_CASE("who joins again changed while assignments are awaited sends the waiting back to join", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.completing(2);
  const int waiting = h.sync(members[1], Generation{1});
  CHECK_FALSE(h.answered(waiting));
  h.join(members[0], {{"range", "other"}});
  CHECK(h.answer<SyncGroupResponse>(waiting).error_code == ErrorCode::rebalance_in_progress);
  CHECK(h.state() == "PreparingRebalance");
}

TEST_CASE("a group takes no more members than group.max.size", "[group]") {
  NodeConfig config;
  config.group_max_size = 2;
  Harness h{config};
  h.elect();
  const std::string late = h.obtain_id();
  const std::string a = h.obtain_id();
  const std::string b = h.obtain_id();
  const int first = h.join(a);
  const int second = h.join(b);
  CHECK(h.joined(h.join(late)).error_code == ErrorCode::group_max_size_reached);
  h.pass(seconds(6));
  CHECK(h.joined(first).error_code == ErrorCode::none);
  CHECK(h.joined(second).error_code == ErrorCode::none);
  CHECK(h.joined(h.join({})).error_code == ErrorCode::group_max_size_reached);
  CHECK(h.joined(h.join(b)).error_code == ErrorCode::none);  // who is in may come again
}

TEST_CASE("a new member whose join has waited five minutes is dropped", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  const int waiting = h.join(h.obtain_id(), {{"range", "topics"}}, seconds(10), seconds(400));
  for (int i = 0; i < 59; ++i) {
    h.pass(seconds(5));
    CHECK(h.heartbeat(members[0], Generation{1}) == ErrorCode::rebalance_in_progress);
  }
  CHECK_FALSE(h.answered(waiting));
  h.pass(seconds(5));
  CHECK(h.joined(waiting).error_code == ErrorCode::unknown_member_id);
  CHECK(h.member_count() == 1);
}

TEST_CASE("a member whose join is parked is not lost when its session timeout passes", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const int first = h.join(members[0]);
  for (int i = 0; i < 6; ++i) {
    h.pass(seconds(5));
    CHECK(h.heartbeat(members[1], Generation{1}) == ErrorCode::rebalance_in_progress);
  }
  CHECK(h.member_count() == 2);
  h.join(members[1]);
  CHECK(h.joined(first).generation_id == Generation{2});
}

// ---- static members -------------------------------------------------------------------------------

namespace {

int join_as(Harness& h, const std::string& instance, const std::string& member = {}, std::string protocol = "range",
            std::optional<std::int16_t> version = {}) {
  JoinGroupRequest request;
  request.group_id = group_name;
  request.session_timeout = seconds(10);
  request.rebalance_timeout = seconds(60);
  request.member_id = member;
  request.group_instance_id = instance;
  request.protocol_type = "consumer";
  request.protocols.push_back({std::move(protocol), bytes_of("topics")});
  return h.send(request, version);
}

// A stable group of two static members; ids by instance.
std::map<std::string, std::string> stable_static(Harness& h) {
  const int one = join_as(h, "one");
  const int two = join_as(h, "two");
  h.pass(seconds(9));
  const std::string first = h.joined(one).member_id;
  const std::string second = h.joined(two).member_id;
  h.sync(second, h.generation());
  h.sync(first, h.generation(),
         {{first, assignment_of("orders", {PartitionIndex{0}})}, {second, assignment_of("orders", {PartitionIndex{1}})}});
  REQUIRE(h.state() == "Stable");
  return {{"one", first}, {"two", second}};
}

}  // namespace

TEST_CASE("a static member is named by its instance and joins without a round for its id", "[group]") {
  Harness h;
  h.elect();
  const int request = join_as(h, "one");
  h.pass(seconds(3));
  CHECK(h.joined(request).member_id.starts_with("one-"));
  CHECK(h.joined(request).members.at(0).group_instance_id == "one");
}

TEST_CASE("a static member that comes back takes its assignment without a rebalance and fences its old id", "[group]") {
  Harness h;
  h.elect();
  const auto ids = stable_static(h);
  const Generation generation = h.generation();
  const int back = join_as(h, "two");
  REQUIRE(h.answered(back));
  CHECK(h.joined(back).generation_id == generation);
  CHECK(h.joined(back).leader == ids.at("one"));
  CHECK_FALSE(h.joined(back).skip_assignment);
  CHECK(h.state() == "Stable");
  const std::string id = h.joined(back).member_id;
  CHECK(id != ids.at("two"));
  const int sync = h.sync(id, generation);
  CHECK(h.answer<SyncGroupResponse>(sync).assignment == assignment_of("orders", {PartitionIndex{1}}));
  const HeartbeatRequest beat{group_name, generation, ids.at("two"), "two"};
  CHECK(h.answer<HeartbeatResponse>(h.send(beat)).error_code == ErrorCode::fenced_instance_id);
  CHECK(h.joined(join_as(h, "two", ids.at("two"))).error_code == ErrorCode::fenced_instance_id);
}

TEST_CASE("a leader that comes back as a static member is told to skip the assignment since version 9", "[group]") {
  Harness h;
  h.elect();
  const auto ids = stable_static(h);
  const int back = join_as(h, "one");
  CHECK(h.joined(back).skip_assignment);
  CHECK(h.joined(back).leader == h.joined(back).member_id);
  CHECK(h.joined(back).members.size() == 2);
  const int older = join_as(h, "one", {}, "range", std::int16_t{8});
  CHECK_FALSE(h.joined(older).skip_assignment);
  CHECK(h.joined(older).leader == h.joined(back).member_id);  // one that is no more: nobody assigns
  CHECK(h.joined(older).members.empty());
}

TEST_CASE("a static member is dropped when its session ends and not for missing a rebalance", "[group]") {
  Harness h;
  h.elect();
  const auto ids = stable_static(h);
  const int three = join_as(h, "three");
  const int one = join_as(h, "one", ids.at("one"));
  h.pass(seconds(9));
  CHECK_FALSE(h.answered(one));  // two has ten seconds, and the rebalance sixty
  h.pass(seconds(2));
  CHECK(h.joined(one).error_code == ErrorCode::none);
  CHECK(h.joined(three).error_code == ErrorCode::none);
  CHECK(h.member_count() == 2);
}

TEST_CASE("an administrator makes a static member leave by its instance", "[group]") {
  Harness h;
  h.elect();
  (void)stable_static(h);
  LeaveGroupRequest request;
  request.group_id = group_name;
  request.members.push_back({{}, "two", {}});
  request.members.push_back({{}, "three", {}});
  const auto& answer = h.answer<LeaveGroupResponse>(h.send(request));
  CHECK(answer.members.at(0).error_code == ErrorCode::none);
  CHECK(answer.members.at(1).error_code == ErrorCode::unknown_member_id);
  CHECK(h.member_count() == 1);
}

TEST_CASE("the new id of a static member is known to the next coordinator unless it was not stored as once", "[group]") {
  for (const bool stored : {true, false}) {
    Harness h;
    LegacyBehaviours legacy;
    if (!stored) legacy.bring_back(Legacy::static_rejoin_not_persisted);
    h.coordinator = GroupCoordinator{NodeConfig{}, legacy};
    h.coordinator.set_partition_count(50);
    h.elect();
    (void)stable_static(h);
    const std::string id = h.joined(join_as(h, "two")).member_id;
    const Generation generation = h.generation();
    h.resign();
    h.elect();
    const HeartbeatRequest beat{group_name, generation, id, "two"};
    CHECK(h.answer<HeartbeatResponse>(h.send(beat)).error_code
          == (stored ? ErrorCode::none : ErrorCode::fenced_instance_id));
  }
}

TEST_CASE("a static member whose new id cannot be stored is put back under its old one", "[group]") {
  Harness h;
  h.elect();
  const auto ids = stable_static(h);
  h.appends = Appends::hold;
  const int back = join_as(h, "two");
  CHECK_FALSE(h.answered(back));
  h.complete_held(ErrorCode::not_enough_replicas);
  CHECK(h.joined(back).error_code == ErrorCode::coordinator_not_available);
  const HeartbeatRequest beat{group_name, h.generation(), ids.at("two"), "two"};
  CHECK(h.answer<HeartbeatResponse>(h.send(beat)).error_code == ErrorCode::none);
}
