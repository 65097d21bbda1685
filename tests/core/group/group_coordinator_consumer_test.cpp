#include "tests/core/group/consumer_harness.hpp"

#include "core/message/delete_groups.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Owned = ConsumerHarness::Owned;

TEST_CASE("a consumer group survives its coordinator with epochs and assignments", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  (void)h.enter("b");
  (void)h.beat("a", 1);
  h.resign();
  CHECK(h.beaten(h.beat("a", 1)).error_code == ErrorCode::not_coordinator);
  h.elect();
  CHECK(h.generation() == Generation{2});
  CHECK(h.beaten(h.beat("a", 1, Owned{0, 1})).member_epoch == 2);
  CHECK(h.assigned(h.beaten(h.beat("b", 2))) == Owned{2, 3});
  CHECK(h.state() == "Stable");
}

TEST_CASE("a heartbeat that changes something is answered when that is stored and undone when it cannot be", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  h.appends = Appends::hold;
  const int second = h.enter("b");
  CHECK_FALSE(h.answered(second));
  h.complete_held(ErrorCode::not_enough_replicas);
  CHECK(h.beaten(second).error_code == ErrorCode::coordinator_not_available);
  CHECK(h.member_count() == 1);
  CHECK(h.generation() == Generation{1});
}

TEST_CASE("a heartbeat whose record stands in the log is not undone when replicas are missing afterwards", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  h.appends = Appends::hold;
  const int second = h.enter("b");
  h.coordinator.on_appended();
  h.complete_held(ErrorCode::not_enough_replicas_after_append);
  CHECK(h.beaten(second).error_code == ErrorCode::coordinator_not_available);
  CHECK(h.member_count() == 2);
  CHECK(h.generation() == Generation{2});
}

TEST_CASE("a group without members becomes one of the other kind and keeps its offsets", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  CHECK(h.committed(h.commit("a", Generation{1}, 5)) == ErrorCode::none);
  (void)h.beat("a", leaving_epoch);
  const std::vector<std::string> members = h.stable(1);
  CHECK(h.fetch() == Offset{5});
  CHECK(h.beaten(h.enter("c")).error_code == ErrorCode::group_id_not_found);
  (void)h.leave({members[0]});
  h.pass(seconds(1));
  CHECK(h.beaten(h.enter("c")).error_code == ErrorCode::none);
  CHECK(h.fetch() == Offset{5});
  h.resign();
  h.elect();
  CHECK(h.report()->members.at(0).member_id == "c");
  CHECK(h.fetch() == Offset{5});
}

TEST_CASE("a consumer group is deleted only without members and is gone for the next coordinator", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  const DeleteGroupsRequest request{{group_name}};
  CHECK(h.answer<DeleteGroupsResponse>(h.send(request)).results.at(0).error_code == ErrorCode::non_empty_group);
  CHECK(h.committed(h.commit("a", Generation{1}, 5)) == ErrorCode::none);
  (void)h.beat("a", leaving_epoch);
  CHECK(h.answer<DeleteGroupsResponse>(h.send(request)).results.at(0).error_code == ErrorCode::none);
  h.resign();
  h.elect();
  CHECK(h.state() == "absent");
}

TEST_CASE("a group that has settings of its own tells its members of them with their next heartbeat", "[group]") {
  ConsumerHarness h;
  CHECK(h.beaten(h.enter("a")).heartbeat_interval == seconds(5));
  h.coordinator.set_group_configs({{group_name, {seconds(50), seconds(7)}}, {"others", {seconds(60), seconds(15)}}});
  CHECK(h.beaten(h.beat("a", 1)).heartbeat_interval == seconds(7));
  h.pass(seconds(49));
  CHECK(h.member_count() == 1);
  h.pass(seconds(2));
  CHECK(h.member_count() == 0);
  h.coordinator.set_group_configs({});
  CHECK(h.beaten(h.enter("b")).heartbeat_interval == seconds(5));
}
