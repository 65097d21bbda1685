// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/init_producer_id.hpp"
#include "core/message/produce.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ProduceRequest::Partition>& m) {
  using M = ProduceRequest::Partition;
  m.field(&M::index);
  m.field(&M::records);
}

template <class V>
void describe(Fields<V, ProduceRequest::Topic>& m) {
  using M = ProduceRequest::Topic;
  m.field(&M::name, until(12));
  m.field(&M::topic_id, since(13));
  m.field(&M::partition_data);
}

template <class V>
void describe(Fields<V, ProduceRequest>& m) {
  using M = ProduceRequest;
  m.field(&M::transactional_id, since(3));
  m.field(&M::acks);
  m.field(&M::timeout);
  m.field(&M::topic_data);
}

template <class V>
void describe(Fields<V, ProduceResponse::RecordError>& m) {
  using M = ProduceResponse::RecordError;
  m.field(&M::batch_index);
  m.field(&M::batch_index_error_message);
}

template <class V>
void describe(Fields<V, ProduceResponse::Partition>& m) {
  using M = ProduceResponse::Partition;
  m.field(&M::index);
  m.field(&M::error_code);
  m.field(&M::base_offset);
  m.field(&M::log_append_time, since(2));
  m.field(&M::log_start_offset, since(5));
  m.field(&M::record_errors, since(8));
  m.field(&M::error_message, since(8));
  m.field(&M::current_leader, since(10).tag(0));
}

template <class V>
void describe(Fields<V, ProduceResponse::Topic>& m) {
  using M = ProduceResponse::Topic;
  m.field(&M::name, until(12));
  m.field(&M::topic_id, since(13));
  m.field(&M::partition_responses);
}

template <class V>
void describe(Fields<V, ProduceResponse>& m) {
  using M = ProduceResponse;
  m.field(&M::responses);
  m.field(&M::throttle_time, since(1));
  m.field(&M::node_endpoints, since(10).tag(0));
}

template <class V>
void describe(Fields<V, InitProducerIdRequest>& m) {
  using M = InitProducerIdRequest;
  m.field(&M::transactional_id);
  m.field(&M::transaction_timeout);
  m.field(&M::producer_id, since(3));
  m.field(&M::producer_epoch, since(3));
}

template <class V>
void describe(Fields<V, InitProducerIdResponse>& m) {
  using M = InitProducerIdResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::producer_id);
  m.field(&M::producer_epoch);
}

constinit const Entries produce_entries =
    entries<ProduceRequest, ProduceResponse>({.oldest = 3, .newest = 13, .flexible = 9});
constinit const Entries init_producer_id_entries =
    entries<InitProducerIdRequest, InitProducerIdResponse>({.oldest = 0, .newest = 5, .flexible = 2});

}  // namespace kafkasim::wire
