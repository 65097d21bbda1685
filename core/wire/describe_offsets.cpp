// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/find_coordinator.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, OffsetCommitRequest::Partition>& m) {
  using M = OffsetCommitRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::committed_offset>);
  m.field(named<&M::committed_leader_epoch>, since(6));
  m.field(named<&M::committed_metadata>);
}

template <class V>
void describe(Fields<V, OffsetCommitRequest::Topic>& m) {
  using M = OffsetCommitRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetCommitRequest>& m) {
  using M = OffsetCommitRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::generation_id_or_member_epoch>, since(1));
  m.field(named<&M::member_id>, since(1));
  m.field(named<&M::group_instance_id>, since(7));
  m.template field_as<std::int64_t>(named<&M::retention_time>, between(2, 4));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse::Partition>& m) {
  using M = OffsetCommitResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse::Topic>& m) {
  using M = OffsetCommitResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetCommitResponse>& m) {
  using M = OffsetCommitResponse;
  m.field(named<&M::throttle_time>, since(3));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest::Topic>& m) {
  using M = OffsetFetchRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partition_indexes>);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest::Group>& m) {
  using M = OffsetFetchRequest::Group;
  m.field(named<&M::group_id>);
  m.field(named<&M::member_id>, since(9));
  m.field(named<&M::member_epoch>, since(9));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetFetchRequest>& m) {
  using M = OffsetFetchRequest;
  m.first_flat(named<&M::groups>, until(7), [](auto& group) {
    group.field(named<&M::Group::group_id>);
    group.field(named<&M::Group::topics>, since(0).null_since(2));
  });
  m.field(named<&M::groups>, since(8));
  m.field(named<&M::require_stable>, since(7));
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Partition>& m) {
  using M = OffsetFetchResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::committed_offset>);
  m.field(named<&M::committed_leader_epoch>, since(5));
  m.field(named<&M::metadata>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Topic>& m) {
  using M = OffsetFetchResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse::Group>& m) {
  using M = OffsetFetchResponse::Group;
  m.field(named<&M::group_id>);
  m.field(named<&M::topics>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, OffsetFetchResponse>& m) {
  using M = OffsetFetchResponse;
  m.field(named<&M::throttle_time>, since(3));
  m.first_flat(named<&M::groups>, until(7), [](auto& group) {
    group.field(named<&M::Group::topics>);
    group.field(named<&M::Group::error_code>, since(2));
  });
  m.field(named<&M::groups>, since(8));
}

template <class V>
void describe(Fields<V, FindCoordinatorRequest>& m) {
  using M = FindCoordinatorRequest;
  m.first(named<&M::coordinator_keys>.as("key"), until(3));
  m.field(named<&M::key_type>, since(1));
  m.field(named<&M::coordinator_keys>, since(4));
}

template <class V>
void describe(Fields<V, FindCoordinatorResponse::Coordinator>& m) {
  using M = FindCoordinatorResponse::Coordinator;
  m.field(named<&M::key>);
  m.field(named<&M::node_id>);
  m.field(named<&M::host>);
  m.template field_as<std::int32_t>(named<&M::port>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, FindCoordinatorResponse>& m) {
  using M = FindCoordinatorResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.first_flat(named<&M::coordinators>, until(3), [](auto& only) {
    only.field(named<&M::Coordinator::error_code>);
    only.field(named<&M::Coordinator::error_message>, since(1));
    only.field(named<&M::Coordinator::node_id>);
    only.field(named<&M::Coordinator::host>);
    only.template field_as<std::int32_t>(named<&M::Coordinator::port>);
  });
  m.field(named<&M::coordinators>, since(4));
}

constinit const Entries offset_commit_entries =
    entries<OffsetCommitRequest, OffsetCommitResponse>({.oldest = 2, .newest = 9, .flexible = 8});
constinit const Entries offset_fetch_entries =
    entries<OffsetFetchRequest, OffsetFetchResponse>({.oldest = 1, .newest = 9, .flexible = 6});
constinit const Entries find_coordinator_entries =
    entries<FindCoordinatorRequest, FindCoordinatorResponse>({.oldest = 0, .newest = 6, .flexible = 3});

}  // namespace kafkasim::wire
