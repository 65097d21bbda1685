#include <catch2/catch.hpp>

#include "core/message/delete_groups.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/offset_delete.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("ListGroups comes through the wire in every version as its projection") {
  check_message<ListGroupsRequest>();
  check_message<ListGroupsResponse>();
}

TEST_CASE("DescribeGroups comes through the wire in every version as its projection") {
  check_message<DescribeGroupsRequest>();
  check_message<DescribeGroupsResponse>();
}

TEST_CASE("DeleteGroups comes through the wire in every version as its projection") {
  check_message<DeleteGroupsRequest>();
  check_message<DeleteGroupsResponse>();
}

TEST_CASE("OffsetDelete comes through the wire in every version as its projection") {
  check_message<OffsetDeleteRequest>();
  check_message<OffsetDeleteResponse>();
}
