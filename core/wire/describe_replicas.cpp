// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ElectLeadersRequest::Topic>& m) {
  using M = ElectLeadersRequest::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ElectLeadersRequest>& m) {
  using M = ElectLeadersRequest;
  m.field(named<&M::election_type>, since(1));
  m.field(named<&M::topic_partitions>);
  m.field(named<&M::timeout>);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse::Partition>& m) {
  using M = ElectLeadersResponse::Partition;
  m.field(named<&M::partition_id>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse::Topic>& m) {
  using M = ElectLeadersResponse::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partition_result>);
}

template <class V>
void describe(Fields<V, ElectLeadersResponse>& m) {
  using M = ElectLeadersResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>, since(1));
  m.field(named<&M::replica_election_results>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest::Partition>& m) {
  using M = AlterPartitionReassignmentsRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::replicas>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest::Topic>& m) {
  using M = AlterPartitionReassignmentsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsRequest>& m) {
  using M = AlterPartitionReassignmentsRequest;
  m.field(named<&M::timeout>);
  m.field(named<&M::allow_replication_factor_change>, since(1));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse::Partition>& m) {
  using M = AlterPartitionReassignmentsResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse::Topic>& m) {
  using M = AlterPartitionReassignmentsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, AlterPartitionReassignmentsResponse>& m) {
  using M = AlterPartitionReassignmentsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::allow_replication_factor_change>, since(1));
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::responses>);
}

constinit const Entries elect_leaders_entries =
    entries<ElectLeadersRequest, ElectLeadersResponse>({.oldest = 0, .newest = 2, .flexible = 2});
constinit const Entries alter_partition_reassignments_entries =
    entries<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
        {.oldest = 0, .newest = 1, .flexible = 0});

}  // namespace kafkasim::wire
