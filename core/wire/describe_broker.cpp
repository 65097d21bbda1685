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
  m.field(&M::broker_id);
  m.field(&M::broker_epoch);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest::Partition>& m) {
  using M = AlterPartitionRequest::Partition;
  m.field(&M::partition_index);
  m.field(&M::leader_epoch);
  m.column(&M::new_isr_with_epochs, &AlterPartitionRequest::BrokerState::broker_id, until(2));
  m.field(&M::new_isr_with_epochs, since(3));
  m.field(&M::leader_recovery_state, since(1));
  m.field(&M::partition_epoch);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest::Topic>& m) {
  using M = AlterPartitionRequest::Topic;
  m.field(&M::topic_name, until(1));
  m.field(&M::topic_id, since(2));
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, AlterPartitionRequest>& m) {
  using M = AlterPartitionRequest;
  m.field(&M::broker_id);
  m.field(&M::broker_epoch);
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse::Partition>& m) {
  using M = AlterPartitionResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::error_code);
  m.field(&M::leader_id);
  m.field(&M::leader_epoch);
  m.field(&M::isr);
  m.field(&M::leader_recovery_state, since(1));
  m.field(&M::partition_epoch);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse::Topic>& m) {
  using M = AlterPartitionResponse::Topic;
  m.field(&M::topic_name, until(1));
  m.field(&M::topic_id, since(2));
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, AlterPartitionResponse>& m) {
  using M = AlterPartitionResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest::Listener>& m) {
  using M = BrokerRegistrationRequest::Listener;
  m.field(&M::name);
  m.field(&M::host);
  m.field(&M::port);
  m.field(&M::security_protocol);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest::Feature>& m) {
  using M = BrokerRegistrationRequest::Feature;
  m.field(&M::name);
  m.field(&M::min_supported_version);
  m.field(&M::max_supported_version);
}

template <class V>
void describe(Fields<V, BrokerRegistrationRequest>& m) {
  using M = BrokerRegistrationRequest;
  m.field(&M::broker_id);
  m.field(&M::cluster_id);
  m.field(&M::incarnation_id);
  m.field(&M::listeners);
  m.field(&M::features);
  m.field(&M::rack);
  m.field(&M::is_migrating_zk_broker, since(1));
  m.field(&M::log_dirs, since(2));
  m.field(&M::previous_broker_epoch, since(3));
}

template <class V>
void describe(Fields<V, BrokerRegistrationResponse>& m) {
  using M = BrokerRegistrationResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::broker_epoch);
}

template <class V>
void describe(Fields<V, BrokerHeartbeatRequest>& m) {
  using M = BrokerHeartbeatRequest;
  m.field(&M::broker_id);
  m.field(&M::broker_epoch);
  m.field(&M::current_metadata_offset);
  m.field(&M::want_fence);
  m.field(&M::want_shut_down);
  m.field(&M::offline_log_dirs, since(1).tag(0));
}

template <class V>
void describe(Fields<V, BrokerHeartbeatResponse>& m) {
  using M = BrokerHeartbeatResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::is_caught_up);
  m.field(&M::is_fenced);
  m.field(&M::should_shut_down);
}

template <class V>
void describe(Fields<V, AllocateProducerIdsRequest>& m) {
  using M = AllocateProducerIdsRequest;
  m.field(&M::broker_id);
  m.field(&M::broker_epoch);
}

template <class V>
void describe(Fields<V, AllocateProducerIdsResponse>& m) {
  using M = AllocateProducerIdsResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::producer_id_start);
  m.field(&M::producer_id_len);
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
