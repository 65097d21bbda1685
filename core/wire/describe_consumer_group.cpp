// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ConsumerGroupHeartbeatRequest>& m) {
  using M = ConsumerGroupHeartbeatRequest;
  m.field(named<&M::group_id>);
  m.field(named<&M::member_id>);
  m.field(named<&M::member_epoch>);
  m.field(named<&M::instance_id>);
  m.field(named<&M::rack_id>);
  m.field(named<&M::rebalance_timeout>);
  m.field(named<&M::subscribed_topic_names>);
  m.field(named<&M::subscribed_topic_regex>, since(1));
  m.field(named<&M::server_assignor>);
  m.field(named<&M::topic_partitions>);
}

template <class V>
void describe(Fields<V, ConsumerGroupAssignment>& m) {
  m.field(named<&ConsumerGroupAssignment::topic_partitions>);
}

template <class V>
void describe(Fields<V, ConsumerGroupHeartbeatResponse>& m) {
  using M = ConsumerGroupHeartbeatResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::member_id>);
  m.field(named<&M::member_epoch>);
  m.field(named<&M::heartbeat_interval>);
  m.field(named<&M::assignment>);
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeRequest>& m) {
  using M = ConsumerGroupDescribeRequest;
  m.field(named<&M::group_ids>);
  m.field(named<&M::include_authorized_operations>);
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeResponse::TopicPartitions>& m) {
  using M = ConsumerGroupDescribeResponse::TopicPartitions;
  m.field(named<&M::topic_id>);
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeResponse::Assignment>& m) {
  using M = ConsumerGroupDescribeResponse::Assignment;
  m.field(named<&M::topic_partitions>);
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeResponse::Member>& m) {
  using M = ConsumerGroupDescribeResponse::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::instance_id>);
  m.field(named<&M::rack_id>);
  m.field(named<&M::member_epoch>);
  m.field(named<&M::client_id>);
  m.field(named<&M::client_host>);
  m.field(named<&M::subscribed_topic_names>);
  m.field(named<&M::subscribed_topic_regex>);
  m.field(named<&M::assignment>);
  m.field(named<&M::target_assignment>);
  m.field(named<&M::member_type>, since(1));
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeResponse::Group>& m) {
  using M = ConsumerGroupDescribeResponse::Group;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::group_id>);
  m.field(named<&M::group_state>);
  m.field(named<&M::group_epoch>);
  m.field(named<&M::assignment_epoch>);
  m.field(named<&M::assignor_name>);
  m.field(named<&M::members>);
  m.field(named<&M::authorized_operations>);
}

template <class V>
void describe(Fields<V, ConsumerGroupDescribeResponse>& m) {
  using M = ConsumerGroupDescribeResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::groups>);
}

constinit const Entries consumer_group_heartbeat_entries =
    entries<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>({.oldest = 0, .newest = 1, .flexible = 0});
constinit const Entries consumer_group_describe_entries =
    entries<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>({.oldest = 0, .newest = 1, .flexible = 0});

}  // namespace kafkasim::wire
