// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/list_offsets.hpp"
#include "core/message/offset_for_leader_epoch.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, ListOffsetsRequest::Partition>& m) {
  using M = ListOffsetsRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::current_leader_epoch>, since(4));
  m.field(named<&M::timestamp>);
}

template <class V>
void describe(Fields<V, ListOffsetsRequest::Topic>& m) {
  using M = ListOffsetsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ListOffsetsRequest>& m) {
  using M = ListOffsetsRequest;
  m.field(named<&M::replica_id>);
  m.field(named<&M::isolation_level>, since(2));
  m.field(named<&M::topics>);
  m.field(named<&M::timeout>, since(10));
}

template <class V>
void describe(Fields<V, ListOffsetsResponse::Partition>& m) {
  using M = ListOffsetsResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::timestamp>);
  m.field(named<&M::offset>);
  m.field(named<&M::leader_epoch>, since(4));
}

template <class V>
void describe(Fields<V, ListOffsetsResponse::Topic>& m) {
  using M = ListOffsetsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ListOffsetsResponse>& m) {
  using M = ListOffsetsResponse;
  m.field(named<&M::throttle_time>, since(2));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochRequest::Partition>& m) {
  using M = OffsetForLeaderEpochRequest::Partition;
  m.field(named<&M::partition>);
  m.field(named<&M::current_leader_epoch>, since(2));
  m.field(named<&M::leader_epoch>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochRequest::Topic>& m) {
  using M = OffsetForLeaderEpochRequest::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochRequest>& m) {
  using M = OffsetForLeaderEpochRequest;
  m.field(named<&M::replica_id>, since(3));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochResponse::Partition>& m) {
  using M = OffsetForLeaderEpochResponse::Partition;
  m.field(named<&M::error_code>);
  m.field(named<&M::partition>);
  m.field(named<&M::leader_epoch>, since(1));
  m.field(named<&M::end_offset>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochResponse::Topic>& m) {
  using M = OffsetForLeaderEpochResponse::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, OffsetForLeaderEpochResponse>& m) {
  using M = OffsetForLeaderEpochResponse;
  m.field(named<&M::throttle_time>, since(2));
  m.field(named<&M::topics>);
}

constinit const Entries list_offsets_entries =
    entries<ListOffsetsRequest, ListOffsetsResponse>({.oldest = 1, .newest = 10, .flexible = 6});
constinit const Entries offset_for_leader_epoch_entries =
    entries<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>({.oldest = 2, .newest = 4, .flexible = 4});

}  // namespace kafkasim::wire
