// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, AlterPartitionRequest::BrokerState>& m) {
  using M = AlterPartitionRequest::BrokerState;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest::Partition>& m) {
  using M = AlterPartitionRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::leader_epoch>);
  m.column(named<&M::new_isr_with_epochs>.as("new_isr"), &AlterPartitionRequest::BrokerState::broker_id, until(2));
  m.field(named<&M::new_isr_with_epochs>, since(3));
  m.field(named<&M::leader_recovery_state>, since(1));
  m.field(named<&M::partition_epoch>);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest::Topic>& m) {
  using M = AlterPartitionRequest::Topic;
  m.field(named<&M::topic_name>, until(1));
  m.field(named<&M::topic_id>, since(2));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest>& m) {
  using M = AlterPartitionRequest;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse::Partition>& m) {
  using M = AlterPartitionResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::isr>);
  m.field(named<&M::leader_recovery_state>, since(1));
  m.field(named<&M::partition_epoch>);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse::Topic>& m) {
  using M = AlterPartitionResponse::Topic;
  m.field(named<&M::topic_name>, until(1));
  m.field(named<&M::topic_id>, since(2));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse>& m) {
  using M = AlterPartitionResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest::Listener>& m) {
  using M = BrokerRegistrationRequest::Listener;
  m.field(named<&M::name>);
  m.field(named<&M::host>);
  m.field(named<&M::port>);
  m.field(named<&M::security_protocol>);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest::Feature>& m) {
  using M = BrokerRegistrationRequest::Feature;
  m.field(named<&M::name>);
  m.field(named<&M::min_supported_version>);
  m.field(named<&M::max_supported_version>);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest>& m) {
  using M = BrokerRegistrationRequest;
  m.field(named<&M::broker_id>);
  m.field(named<&M::cluster_id>);
  m.field(named<&M::incarnation_id>);
  m.field(named<&M::listeners>);
  m.field(named<&M::features>);
  m.field(named<&M::rack>);
  m.field(named<&M::is_migrating_zk_broker>, since(1));
  m.field(named<&M::log_dirs>, since(2));
  m.field(named<&M::previous_broker_epoch>, since(3));
}

template <class V>
void describe(Fields<V, BrokerRegistrationResponse>& m) {
  using M = BrokerRegistrationResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::broker_epoch>);
}

template <class V>
void describe(Fields<V, BrokerHeartbeatRequest>& m) {
  using M = BrokerHeartbeatRequest;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
  m.field(named<&M::current_metadata_offset>);
  m.field(named<&M::want_fence>);
  m.field(named<&M::want_shut_down>);
  m.field(named<&M::offline_log_dirs>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, BrokerHeartbeatResponse>& m) {
  using M = BrokerHeartbeatResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::is_caught_up>);
  m.field(named<&M::is_fenced>);
  m.field(named<&M::should_shut_down>);
}

template <class V>
void describe(Fields<V, AllocateProducerIdsRequest>& m) {
  using M = AllocateProducerIdsRequest;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
}

template <class V>
void describe(Fields<V, AllocateProducerIdsResponse>& m) {
  using M = AllocateProducerIdsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::producer_id_start>);
  m.field(named<&M::producer_id_len>);
}

constinit const Entries alter_partition_entries =
    entries<AlterPartitionRequest, AlterPartitionResponse>({.oldest = 2, .newest = 3, .flexible = 0});
constinit const Entries broker_registration_entries =
    entries<BrokerRegistrationRequest, BrokerRegistrationResponse>({.oldest = 0, .newest = 4, .flexible = 0});
constinit const Entries broker_heartbeat_entries =
    entries<BrokerHeartbeatRequest, BrokerHeartbeatResponse>({.oldest = 0, .newest = 1, .flexible = 0});
constinit const Entries allocate_producer_ids_entries =
    entries<AllocateProducerIdsRequest, AllocateProducerIdsResponse>({.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
