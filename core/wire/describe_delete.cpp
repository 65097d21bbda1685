// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/delete_records.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DeleteRecordsRequest::Partition>& m) {
  using M = DeleteRecordsRequest::Partition;
  m.field(&M::partition_index);
  m.field(&M::offset);
}

template <class V>
void describe(Fields<V, DeleteRecordsRequest::Topic>& m) {
  using M = DeleteRecordsRequest::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, DeleteRecordsRequest>& m) {
  using M = DeleteRecordsRequest;
  m.field(&M::topics);
  m.field(&M::timeout);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse::Partition>& m) {
  using M = DeleteRecordsResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::low_watermark);
  m.field(&M::error_code);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse::Topic>& m) {
  using M = DeleteRecordsResponse::Topic;
  m.field(&M::name);
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, DeleteRecordsResponse>& m) {
  using M = DeleteRecordsResponse;
  m.field(&M::throttle_time);
  m.field(&M::topics);
}

constinit const Entries delete_records_entries =
    entries<DeleteRecordsRequest, DeleteRecordsResponse>({.oldest = 0, .newest = 2, .flexible = 2});

}  // namespace kafkasim::wire
