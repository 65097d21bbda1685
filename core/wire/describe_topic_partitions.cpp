// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_topic_partitions.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, TopicPartitionCursor>& m) {
  m.field(named<&TopicPartitionCursor::topic_name>);
  m.field(named<&TopicPartitionCursor::partition_index>);
}

template <class V>
void describe(Fields<V, DescribeTopicPartitionsRequest::Topic>& m) {
  m.field(named<&DescribeTopicPartitionsRequest::Topic::name>);
}

template <class V>
void describe(Fields<V, DescribeTopicPartitionsRequest>& m) {
  using M = DescribeTopicPartitionsRequest;
  m.field(named<&M::topics>);
  m.field(named<&M::response_partition_limit>);
  m.field(named<&M::cursor>);
}

template <class V>
void describe(Fields<V, DescribeTopicPartitionsResponse::Partition>& m) {
  using M = DescribeTopicPartitionsResponse::Partition;
  m.field(named<&M::error_code>);
  m.field(named<&M::partition_index>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::replica_nodes>);
  m.field(named<&M::isr_nodes>);
  m.field(named<&M::eligible_leader_replicas>);
  m.field(named<&M::last_known_elr>);
  m.field(named<&M::offline_replicas>);
}

template <class V>
void describe(Fields<V, DescribeTopicPartitionsResponse::Topic>& m) {
  using M = DescribeTopicPartitionsResponse::Topic;
  m.field(named<&M::error_code>);
  m.field(named<&M::name>);
  m.field(named<&M::topic_id>);
  m.field(named<&M::is_internal>);
  m.field(named<&M::partitions>);
  m.field(named<&M::topic_authorized_operations>);
}

template <class V>
void describe(Fields<V, DescribeTopicPartitionsResponse>& m) {
  using M = DescribeTopicPartitionsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::topics>);
  m.field(named<&M::next_cursor>);
}

constinit const Entries describe_topic_partitions_entries =
    entries<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>({.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
