// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/init_producer_id.hpp"
#include "core/message/produce.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ProduceRequest::Partition>& m) {
  using M = ProduceRequest::Partition;
  m.field(named<&M::index>);
  m.field(named<&M::records>);
}

template <class V>
void describe(Fields<V, ProduceRequest::Topic>& m) {
  using M = ProduceRequest::Topic;
  m.field(named<&M::name>, until(12));
  m.field(named<&M::topic_id>, since(13));
  m.field(named<&M::partition_data>);
}

template <class V>
void describe(Fields<V, ProduceRequest>& m) {
  using M = ProduceRequest;
  m.field(named<&M::transactional_id>, since(3));
  m.field(named<&M::acks>);
  m.field(named<&M::timeout>);
  m.field(named<&M::topic_data>);
}

template <class V>
void describe(Fields<V, ProduceResponse::RecordError>& m) {
  using M = ProduceResponse::RecordError;
  m.field(named<&M::batch_index>);
  m.field(named<&M::batch_index_error_message>);
}

template <class V>
void describe(Fields<V, ProduceResponse::Partition>& m) {
  using M = ProduceResponse::Partition;
  m.field(named<&M::index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::base_offset>);
  m.field(named<&M::log_append_time>.as("log_append_time_ms"), since(2));
  m.field(named<&M::log_start_offset>, since(5));
  m.field(named<&M::record_errors>, since(8));
  m.field(named<&M::error_message>, since(8));
  m.field(named<&M::current_leader>, since(10).tag(0));
}

template <class V>
void describe(Fields<V, ProduceResponse::Topic>& m) {
  using M = ProduceResponse::Topic;
  m.field(named<&M::name>, until(12));
  m.field(named<&M::topic_id>, since(13));
  m.field(named<&M::partition_responses>);
}

template <class V>
void describe(Fields<V, ProduceResponse>& m) {
  using M = ProduceResponse;
  m.field(named<&M::responses>);
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::node_endpoints>, since(10).tag(0));
}

template <class V>
void describe(Fields<V, InitProducerIdRequest>& m) {
  using M = InitProducerIdRequest;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::transaction_timeout>);
  m.field(named<&M::producer_id>, since(3));
  m.field(named<&M::producer_epoch>, since(3));
}

template <class V>
void describe(Fields<V, InitProducerIdResponse>& m) {
  using M = InitProducerIdResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
}

constinit const Entries produce_entries =
    entries<ProduceRequest, ProduceResponse>({.oldest = 3, .newest = 13, .flexible = 9});
constinit const Entries init_producer_id_entries =
    entries<InitProducerIdRequest, InitProducerIdResponse>({.oldest = 0, .newest = 5, .flexible = 2});

}  // namespace kafkasim::wire
