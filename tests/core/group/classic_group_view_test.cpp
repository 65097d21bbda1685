#include <algorithm>

#include "core/message/describe_groups.hpp"
#include "core/message/list_groups.hpp"
#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

DescribeGroupsResponse::Group told_of(Harness& h) {
  return h.answer<DescribeGroupsResponse>(h.send(DescribeGroupsRequest{.groups = {group_name}})).groups.at(0);
}

}  // namespace

TEST_CASE("DescribeGroups tells members with metadata and assignments of a stable group", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  const DescribeGroupsResponse::Group told = told_of(h);
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.group_state == "Stable");
  CHECK(told.protocol_type == "consumer");
  CHECK(told.protocol_data == "range");
  CHECK(told.authorized_operations == authorized_operations_omitted);
  REQUIRE(told.members.size() == 2);
  const auto leader = std::ranges::find(told.members, members[0], &DescribeGroupsResponse::Member::member_id);
  REQUIRE(leader != told.members.end());
  CHECK(leader->client_id == "app");
  CHECK(leader->member_metadata == bytes_of("topics"));
  CHECK(leader->member_assignment == assignment_of("orders", {PartitionIndex{0}}));
}

TEST_CASE("a group that rebalances is described without what belongs to a generation", "[group]") {
  Harness h;
  h.elect();
  h.completing(1);
  const DescribeGroupsResponse::Group told = told_of(h);
  CHECK(told.group_state == "CompletingRebalance");
  CHECK(told.protocol_data.empty());
  REQUIRE(told.members.size() == 1);
  CHECK(told.members[0].member_metadata.empty());
}

TEST_CASE("a group that only stores offsets is empty and of no protocol", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  CHECK(told_of(h).group_state == "Empty");
  CHECK(told_of(h).protocol_type.empty());
  CHECK(told_of(h).members.empty());
  const auto listed = h.answer<ListGroupsResponse>(h.send(ListGroupsRequest{})).groups;
  CHECK(listed == std::vector<ListGroupsResponse::Group>{{group_name, "", "Empty", "classic"}});
}
