// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/delete_groups.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/offset_delete.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ListGroupsRequest>& m) {
  using M = ListGroupsRequest;
  m.field(named<&M::states_filter>, since(4));
  m.field(named<&M::types_filter>, since(5));
}

template <class V>
void describe(Fields<V, ListGroupsResponse::Group>& m) {
  using M = ListGroupsResponse::Group;
  m.field(named<&M::group_id>);
  m.field(named<&M::protocol_type>);
  m.field(named<&M::group_state>, since(4));
  m.field(named<&M::group_type>, since(5));
}

template <class V>
void describe(Fields<V, ListGroupsResponse>& m) {
  using M = ListGroupsResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::error_code>);
  m.field(named<&M::groups>);
}

template <class V>
void describe(Fields<V, DescribeGroupsRequest>& m) {
  using M = DescribeGroupsRequest;
  m.field(named<&M::groups>);
  m.field(named<&M::include_authorized_operations>, since(3));
}

template <class V>
void describe(Fields<V, DescribeGroupsResponse::Member>& m) {
  using M = DescribeGroupsResponse::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(4));
  m.field(named<&M::client_id>);
  m.field(named<&M::client_host>);
  m.field(named<&M::member_metadata>);
  m.field(named<&M::member_assignment>);
}

template <class V>
void describe(Fields<V, DescribeGroupsResponse::Group>& m) {
  using M = DescribeGroupsResponse::Group;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>, since(6));
  m.field(named<&M::group_id>);
  m.field(named<&M::group_state>);
  m.field(named<&M::protocol_type>);
  m.field(named<&M::protocol_data>);
  m.field(named<&M::members>);
  m.field(named<&M::authorized_operations>, since(3));
}

template <class V>
void describe(Fields<V, DescribeGroupsResponse>& m) {
  using M = DescribeGroupsResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::groups>);
}

template <class V>
void describe(Fields<V, DeleteGroupsRequest>& m) {
  using M = DeleteGroupsRequest;
  m.field(named<&M::groups_names>);
}

template <class V>
void describe(Fields<V, DeleteGroupsResponse::Result>& m) {
  using M = DeleteGroupsResponse::Result;
  m.field(named<&M::group_id>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, DeleteGroupsResponse>& m) {
  using M = DeleteGroupsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::results>);
}

template <class V>
void describe(Fields<V, OffsetDeleteRequest::Partition>& m) {
  using M = OffsetDeleteRequest::Partition;
  m.field(named<&M::partition_index>);
}

template <class V>
void describe(Fields<V, OffsetDeleteRequest::Topic>& m) {
  using M = OffsetDeleteRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetDeleteRequest>& m) {
  using M = OffsetDeleteRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetDeleteResponse::Partition>& m) {
  using M = OffsetDeleteResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, OffsetDeleteResponse::Topic>& m) {
  using M = OffsetDeleteResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetDeleteResponse>& m) {
  using M = OffsetDeleteResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::throttle_time>);
  m.field(named<&M::topics>);
}

constinit const Entries list_groups_entries =
    entries<ListGroupsRequest, ListGroupsResponse>({.oldest = 0, .newest = 5, .flexible = 3});
constinit const Entries describe_groups_entries =
    entries<DescribeGroupsRequest, DescribeGroupsResponse>({.oldest = 0, .newest = 6, .flexible = 5});
constinit const Entries delete_groups_entries =
    entries<DeleteGroupsRequest, DeleteGroupsResponse>({.oldest = 0, .newest = 2, .flexible = 2});
constinit const Entries offset_delete_entries =
    entries<OffsetDeleteRequest, OffsetDeleteResponse>({.oldest = 0, .newest = 0, .flexible = INT16_MAX});

}  // namespace kafkasim::wire
