#include "tests/core/group/consumer_harness.hpp"

#include "core/message/list_groups.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a member of a consumer group commits in its own epoch and with another it is stale", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  CHECK(h.committed(h.commit("a", Generation{1}, 5)) == ErrorCode::none);
  CHECK(h.committed(h.commit("a", Generation{0}, 6)) == ErrorCode::stale_member_epoch);
  CHECK(h.committed(h.commit("b", Generation{1}, 6)) == ErrorCode::unknown_member_id);
  CHECK(h.fetch() == Offset{5});
  OffsetFetchRequest request;
  request.groups.push_back({group_name, "a", Generation{7}, std::nullopt});
  CHECK(h.answer<OffsetFetchResponse>(h.send(request)).groups.at(0).error_code == ErrorCode::stale_member_epoch);
}

TEST_CASE("a consumer group is described with its epochs and what members have and are to have", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  (void)h.enter("b");
  const auto response = h.answer<ConsumerGroupDescribeResponse>(h.send(ConsumerGroupDescribeRequest{{group_name}, false}));
  const auto& group = response.groups.at(0);
  CHECK(group.group_state == "Reconciling");
  CHECK(group.group_epoch == 2);
  CHECK(group.assignment_epoch == 2);
  CHECK(group.assignor_name == "uniform");
  REQUIRE(group.members.size() == 2);
  CHECK(group.members[0].member_epoch == 1);
  CHECK(group.members[0].assignment.topic_partitions.at(0).partitions.size() == 4);
  CHECK(group.members[0].target_assignment.topic_partitions.at(0).partitions.size() == 2);
  CHECK(group.members[1].assignment.topic_partitions.empty());
  CHECK(group.members[1].target_assignment.topic_partitions.at(0).topic_name == "orders");
  const auto listed = h.answer<ListGroupsResponse>(h.send(ListGroupsRequest{})).groups.at(0);
  CHECK(listed.group_type == "consumer");
}
