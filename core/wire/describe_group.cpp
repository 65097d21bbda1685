// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/sync_group.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, JoinGroupRequest::Protocol>& m) {
  using M = JoinGroupRequest::Protocol;
  m.field(named<&M::name>);
  m.field(named<&M::metadata>);
}

template <class V>
void describe(Fields<V, JoinGroupRequest>& m) {
  using M = JoinGroupRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::session_timeout>);
  m.field(named<&M::rebalance_timeout>, since(1));
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(5));
  m.field(named<&M::protocol_type>);
  m.field(named<&M::protocols>);
  m.field(named<&M::reason>, since(8));
}

template <class V>
void describe(Fields<V, JoinGroupResponse::Member>& m) {
  using M = JoinGroupResponse::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(5));
  m.field(named<&M::metadata>);
}

template <class V>
void describe(Fields<V, JoinGroupResponse>& m) {
  using M = JoinGroupResponse;
  m.field(named<&M::throttle_time>, since(2));
  m.field(named<&M::error_code>);
  m.field(named<&M::generation_id>);
  m.field(named<&M::protocol_type>, since(7));
  m.field(named<&M::protocol_name>, since(0).null_since(7));
  m.field(named<&M::leader>);
  m.field(named<&M::skip_assignment>, since(9));
  m.field(named<&M::member_id>);
  m.field(named<&M::members>);
}

template <class V>
void describe(Fields<V, HeartbeatRequest>& m) {
  using M = HeartbeatRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::generation_id>);
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(3));
}

template <class V>
void describe(Fields<V, HeartbeatResponse>& m) {
  using M = HeartbeatResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, LeaveGroupRequest::Member>& m) {
  using M = LeaveGroupRequest::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>);
  m.field(named<&M::reason>, since(5));
}

template <class V>
void describe(Fields<V, LeaveGroupRequest>& m) {
  using M = LeaveGroupRequest;
  m.field(named<&M::group_id>);
  m.first_flat(named<&M::members>, until(2), [](auto& only) { only.field(named<&M::Member::member_id>); });
  m.field(named<&M::members>, since(3));
}

template <class V>
void describe(Fields<V, LeaveGroupResponse::Member>& m) {
  using M = LeaveGroupResponse::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, LeaveGroupResponse>& m) {
  using M = LeaveGroupResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::error_code>);
  m.field(named<&M::members>, since(3));
}

template <class V>
void describe(Fields<V, SyncGroupRequest::Assignment>& m) {
  using M = SyncGroupRequest::Assignment;
  m.field(named<&M::member_id>);
  m.field(named<&M::assignment>);
}

template <class V>
void describe(Fields<V, SyncGroupRequest>& m) {
  using M = SyncGroupRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::generation_id>);
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(3));
  m.field(named<&M::protocol_type>, since(5));
  m.field(named<&M::protocol_name>, since(5));
  m.field(named<&M::assignments>);
}

template <class V>
void describe(Fields<V, SyncGroupResponse>& m) {
  using M = SyncGroupResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::error_code>);
  m.field(named<&M::protocol_type>, since(5));
  m.field(named<&M::protocol_name>, since(5));
  m.field(named<&M::assignment>);
}

constinit const Entries join_group_entries =
    entries<JoinGroupRequest, JoinGroupResponse>({.oldest = 0, .newest = 9, .flexible = 6});
constinit const Entries heartbeat_entries =
    entries<HeartbeatRequest, HeartbeatResponse>({.oldest = 0, .newest = 4, .flexible = 4});
constinit const Entries leave_group_entries =
    entries<LeaveGroupRequest, LeaveGroupResponse>({.oldest = 0, .newest = 5, .flexible = 4});
constinit const Entries sync_group_entries =
    entries<SyncGroupRequest, SyncGroupResponse>({.oldest = 0, .newest = 5, .flexible = 4});

}  // namespace kafkasim::wire
