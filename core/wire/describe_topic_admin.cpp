// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/create_partitions.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DeleteTopicsRequest::Topic>& m) {
  using M = DeleteTopicsRequest::Topic;
  m.field(named<&M::name>, since(6).null_since(6));
  m.field(named<&M::topic_id>);
}

template <class V>
void describe(Fields<V, DeleteTopicsRequest>& m) {
  using M = DeleteTopicsRequest;
  m.field(named<&M::topics>, since(6));
  m.column(named<&M::topics>.as("topic_names"), &M::Topic::name, until(5).null_since(6));
  m.field(named<&M::timeout>);
}

template <class V>
void describe(Fields<V, DeleteTopicsResponse::Topic>& m) {
  using M = DeleteTopicsResponse::Topic;
  m.field(named<&M::name>, since(0).null_since(6));
  m.field(named<&M::topic_id>, since(6));
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>, since(5));
}

template <class V>
void describe(Fields<V, DeleteTopicsResponse>& m) {
  using M = DeleteTopicsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::responses>);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest::Assignment>& m) {
  using M = CreatePartitionsRequest::Assignment;
  m.field(named<&M::broker_ids>);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest::Topic>& m) {
  using M = CreatePartitionsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::count>);
  m.field(named<&M::assignments>);
}

template <class V>
void describe(Fields<V, CreatePartitionsRequest>& m) {
  using M = CreatePartitionsRequest;
  m.field(named<&M::topics>);
  m.field(named<&M::timeout>);
  m.field(named<&M::validate_only>);
}

template <class V>
void describe(Fields<V, CreatePartitionsResponse::Topic>& m) {
  using M = CreatePartitionsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, CreatePartitionsResponse>& m) {
  using M = CreatePartitionsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::results>);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsRequest::Topic>& m) {
  using M = ListPartitionReassignmentsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partition_indexes>);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsRequest>& m) {
  using M = ListPartitionReassignmentsRequest;
  m.field(named<&M::timeout>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse::Partition>& m) {
  using M = ListPartitionReassignmentsResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::replicas>);
  m.field(named<&M::adding_replicas>);
  m.field(named<&M::removing_replicas>);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse::Topic>& m) {
  using M = ListPartitionReassignmentsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ListPartitionReassignmentsResponse>& m) {
  using M = ListPartitionReassignmentsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::topics>);
}

constinit const Entries delete_topics_entries =
    entries<DeleteTopicsRequest, DeleteTopicsResponse>({.oldest = 1, .newest = 6, .flexible = 4});
constinit const Entries create_partitions_entries =
    entries<CreatePartitionsRequest, CreatePartitionsResponse>({.oldest = 0, .newest = 3, .flexible = 2});
constinit const Entries list_partition_reassignments_entries =
    entries<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
        {.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
