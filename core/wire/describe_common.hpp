#pragma once
// The descriptions of what several messages share.
#include "core/message/common.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/wire/fields.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ConsumerGroupTopicPartitions>& m) {
  using M = ConsumerGroupTopicPartitions;
  m.field(named<&M::topic_id>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, LeaderIdAndEpoch>& m) {
  m.field(named<&LeaderIdAndEpoch::leader_id>);
  m.field(named<&LeaderIdAndEpoch::leader_epoch>);
}

template <class V>
void describe(Fields<V, NodeEndpoint>& m) {
  m.field(named<&NodeEndpoint::node_id>);
  m.field(named<&NodeEndpoint::host>);
  m.template field_as<std::int32_t>(named<&NodeEndpoint::port>);
  m.field(named<&NodeEndpoint::rack>);
}

template <class V>
void describe(Fields<V, QuorumNodeEndpoint>& m) {
  m.field(named<&QuorumNodeEndpoint::node_id>);
  m.field(named<&QuorumNodeEndpoint::host>);
  m.field(named<&QuorumNodeEndpoint::port>);
}

template <class V>
void describe(Fields<V, LeaderEndpoint>& m) {
  m.field(named<&LeaderEndpoint::name>);
  m.field(named<&LeaderEndpoint::host>);
  m.field(named<&LeaderEndpoint::port>);
}

template <class V>
void describe(Fields<V, KRaftVersionRange>& m) {
  m.field(named<&KRaftVersionRange::min_supported_version>);
  m.field(named<&KRaftVersionRange::max_supported_version>);
}

}  // namespace kafkasim::wire
