// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ElectLeadersRequest::Topic>& m) {
  using M = ElectLeadersRequest::Topic;
  m.field(&M::topic);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, ElectLeadersRequest>& m) {
  using M = ElectLeadersRequest;
  m.field(&M::election_type, since(1));
  m.field(&M::topic_partitions);
  m.field(&M::timeout);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse::Partition>& m) {
  using M = ElectLeadersResponse::Partition;
  m.field(&M::partition_id);
  m.field(&M::error_code);
  m.field(&M::error_message);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse::Topic>& m) {
  using M = ElectLeadersResponse::Topic;
  m.field(&M::topic);
  m.field(&M::partition_result);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse>& m) {
  using M = ElectLeadersResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code, since(1));
  m.field(&M::replica_election_results);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest::Partition>& m) {
  using M = AlterPartitionReassignmentsRequest::Partition;
  m.field(&M::partition_index);
  m.field(&M::replicas);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest::Topic>& m) {
  using M = AlterPartitionReassignmentsRequest::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest>& m) {
  using M = AlterPartitionReassignmentsRequest;
  m.field(&M::timeout);
  m.field(&M::allow_replication_factor_change, since(1));
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse::Partition>& m) {
  using M = AlterPartitionReassignmentsResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::error_code);
  m.field(&M::error_message);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse::Topic>& m) {
  using M = AlterPartitionReassignmentsResponse::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse>& m) {
  using M = AlterPartitionReassignmentsResponse;
  m.field(&M::throttle_time);
  m.field(&M::allow_replication_factor_change, since(1));
  m.field(&M::error_code);
  m.field(&M::error_message);
  m.field(&M::responses);
}

constinit const Entries elect_leaders_entries =
    entries<ElectLeadersRequest, ElectLeadersResponse>({.oldest = 0, .newest = 2, .flexible = 2});
constinit const Entries alter_partition_reassignments_entries =
    entries<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
        {.oldest = 0, .newest = 1, .flexible = 0});

}  // namespace kafkasim::wire
