// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/find_coordinator.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, OffsetCommitRequest::Partition>& m) {
  using M = OffsetCommitRequest::Partition;
  m.field(&M::partition_index);
  m.field(&M::committed_offset);
  m.field(&M::committed_leader_epoch, since(6));
  m.field(&M::committed_metadata);
}

template <class V>
void describe(Fields<V, OffsetCommitRequest::Topic>& m) {
  using M = OffsetCommitRequest::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, OffsetCommitRequest>& m) {
  using M = OffsetCommitRequest;
  m.field(&M::group_id);
  m.field(&M::generation_id_or_member_epoch, since(1));
  m.field(&M::member_id, since(1));
  m.field(&M::group_instance_id, since(7));
  m.template field_as<std::int64_t>(&M::retention_time, between(2, 4));
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse::Partition>& m) {
  using M = OffsetCommitResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::error_code);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse::Topic>& m) {
  using M = OffsetCommitResponse::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse>& m) {
  using M = OffsetCommitResponse;
  m.field(&M::throttle_time, since(3));
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest::Topic>& m) {
  using M = OffsetFetchRequest::Topic;
  m.field(&M::name);
  m.field(&M::partition_indexes);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest::Group>& m) {
  using M = OffsetFetchRequest::Group;
  m.field(&M::group_id);
  m.field(&M::member_id, since(9));
  m.field(&M::member_epoch, since(9));
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest>& m) {
  using M = OffsetFetchRequest;
  m.first_flat(&M::groups, until(7), [](auto& group) {
    group.field(&M::Group::group_id);
    group.field(&M::Group::topics, since(0).null_since(2));
  });
  m.field(&M::groups, since(8));
  m.field(&M::require_stable, since(7));
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Partition>& m) {
  using M = OffsetFetchResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::committed_offset);
  m.field(&M::committed_leader_epoch, since(5));
  m.field(&M::metadata);
  m.field(&M::error_code);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Topic>& m) {
  using M = OffsetFetchResponse::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Group>& m) {
  using M = OffsetFetchResponse::Group;
  m.field(&M::group_id);
  m.field(&M::topics);
  m.field(&M::error_code);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse>& m) {
  using M = OffsetFetchResponse;
  m.field(&M::throttle_time, since(3));
  m.first_flat(&M::groups, until(7), [](auto& group) {
    group.field(&M::Group::topics);
    group.field(&M::Group::error_code, since(2));
  });
  m.field(&M::groups, since(8));
}

template <class V>
void describe(Fields<V, FindCoordinatorRequest>& m) {
  using M = FindCoordinatorRequest;
  m.first(&M::coordinator_keys, until(3));
  m.field(&M::key_type, since(1));
  m.field(&M::coordinator_keys, since(4));
}

template <class V>
void describe(Fields<V, FindCoordinatorResponse::Coordinator>& m) {
  using M = FindCoordinatorResponse::Coordinator;
  m.field(&M::key);
  m.field(&M::node_id);
  m.field(&M::host);
  m.template field_as<std::int32_t>(&M::port);
  m.field(&M::error_code);
  m.field(&M::error_message);
}

template <class V>
void describe(Fields<V, FindCoordinatorResponse>& m) {
  using M = FindCoordinatorResponse;
  m.field(&M::throttle_time, since(1));
  m.first_flat(&M::coordinators, until(3), [](auto& only) {
    only.field(&M::Coordinator::error_code);
    only.field(&M::Coordinator::error_message, since(1));
    only.field(&M::Coordinator::node_id);
    only.field(&M::Coordinator::host);
    only.template field_as<std::int32_t>(&M::Coordinator::port);
  });
  m.field(&M::coordinators, since(4));
}

constinit const Entries offset_commit_entries =
    entries<OffsetCommitRequest, OffsetCommitResponse>({.oldest = 2, .newest = 9, .flexible = 8});
constinit const Entries offset_fetch_entries =
    entries<OffsetFetchRequest, OffsetFetchResponse>({.oldest = 1, .newest = 9, .flexible = 6});
constinit const Entries find_coordinator_entries =
    entries<FindCoordinatorRequest, FindCoordinatorResponse>({.oldest = 0, .newest = 6, .flexible = 3});

}  // namespace kafkasim::wire
