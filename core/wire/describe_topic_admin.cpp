// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/create_partitions.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DeleteTopicsRequest::Topic>& m) {
  using M = DeleteTopicsRequest::Topic;
  m.field(&M::name, since(6).null_since(6));
  m.field(&M::topic_id);
}

template <class V>
void describe(Fields<V, DeleteTopicsRequest>& m) {
  using M = DeleteTopicsRequest;
  m.field(&M::topics, since(6));
  m.column(&M::topics, &M::Topic::name, until(5).null_since(6));
  m.field(&M::timeout);
}

template <class V>
void describe(Fields<V, DeleteTopicsResponse::Topic>& m) {
  using M = DeleteTopicsResponse::Topic;
  m.field(&M::name, since(0).null_since(6));
  m.field(&M::topic_id, since(6));
  m.field(&M::error_code);
  m.field(&M::error_message, since(5));
}

template <class V>
void describe(Fields<V, DeleteTopicsResponse>& m) {
  using M = DeleteTopicsResponse;
  m.field(&M::throttle_time);
  m.field(&M::responses);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest::Assignment>& m) {
  using M = CreatePartitionsRequest::Assignment;
  m.field(&M::broker_ids);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest::Topic>& m) {
  using M = CreatePartitionsRequest::Topic;
  m.field(&M::name);
  m.field(&M::count);
  m.field(&M::assignments);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest>& m) {
  using M = CreatePartitionsRequest;
  m.field(&M::topics);
  m.field(&M::timeout);
  m.field(&M::validate_only);
}

template <class V>
void describe(Fields<V, CreatePartitionsResponse::Topic>& m) {
  using M = CreatePartitionsResponse::Topic;
  m.field(&M::name);
  m.field(&M::error_code);
  m.field(&M::error_message);
}

template <class V>
void describe(Fields<V, CreatePartitionsResponse>& m) {
  using M = CreatePartitionsResponse;
  m.field(&M::throttle_time);
  m.field(&M::results);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsRequest::Topic>& m) {
  using M = ListPartitionReassignmentsRequest::Topic;
  m.field(&M::name);
  m.field(&M::partition_indexes);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsRequest>& m) {
  using M = ListPartitionReassignmentsRequest;
  m.field(&M::timeout);
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse::Partition>& m) {
  using M = ListPartitionReassignmentsResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::replicas);
  m.field(&M::adding_replicas);
  m.field(&M::removing_replicas);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse::Topic>& m) {
  using M = ListPartitionReassignmentsResponse::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse>& m) {
  using M = ListPartitionReassignmentsResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::error_message);
  m.field(&M::topics);
}

constinit const Entries delete_topics_entries =
    entries<DeleteTopicsRequest, DeleteTopicsResponse>({.oldest = 1, .newest = 6, .flexible = 4});
constinit const Entries create_partitions_entries =
    entries<CreatePartitionsRequest, CreatePartitionsResponse>({.oldest = 0, .newest = 3, .flexible = 2});
constinit const Entries list_partition_reassignments_entries =
    entries<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
        {.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
