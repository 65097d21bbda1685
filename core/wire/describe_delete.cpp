// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/delete_records.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DeleteRecordsRequest::Partition>& m) {
  using M = DeleteRecordsRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::offset>);
}

template <class V>
void describe(Fields<V, DeleteRecordsRequest::Topic>& m) {
  using M = DeleteRecordsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DeleteRecordsRequest>& m) {
  using M = DeleteRecordsRequest;
  m.field(named<&M::topics>);
  m.field(named<&M::timeout>);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse::Partition>& m) {
  using M = DeleteRecordsResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::low_watermark>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse::Topic>& m) {
  using M = DeleteRecordsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse>& m) {
  using M = DeleteRecordsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::topics>);
}

constinit const Entries delete_records_entries =
    entries<DeleteRecordsRequest, DeleteRecordsResponse>({.oldest = 0, .newest = 2, .flexible = 2});

}  // namespace kafkasim::wire
