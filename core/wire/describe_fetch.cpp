// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/fetch.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, FetchRequest::ReplicaState>& m) {
  using M = FetchRequest::ReplicaState;
  m.field(named<&M::replica_id>);
  m.field(named<&M::replica_epoch>);
}

template <class V>
void describe(Fields<V, FetchRequest::Partition>& m) {
  using M = FetchRequest::Partition;
  m.field(named<&M::partition>);
  m.field(named<&M::current_leader_epoch>, since(9));
  m.field(named<&M::fetch_offset>);
  m.field(named<&M::last_fetched_epoch>, since(12));
  m.field(named<&M::log_start_offset>, since(5));
  m.field(named<&M::partition_max_bytes>);
  m.field(named<&M::replica_directory_id>, since(17).tag(0));
  m.field(named<&M::high_watermark>, since(18).tag(1).unless(INT64_MAX));
}

template <class V>
void describe(Fields<V, FetchRequest::Topic>& m) {
  using M = FetchRequest::Topic;
  m.field(named<&M::topic>, until(12));
  m.field(named<&M::topic_id>, since(13));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, FetchRequest::ForgottenTopic>& m) {
  using M = FetchRequest::ForgottenTopic;
  m.field(named<&M::topic>, until(12));
  m.field(named<&M::topic_id>, since(13));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, FetchRequest>& m) {
  using M = FetchRequest;
  m.field(named<&M::cluster_id>, since(12).tag(0));
  m.flat(named<&M::replica_state>, until(14), [](auto& s) { s.field(named<&M::ReplicaState::replica_id>); });
  m.field(named<&M::replica_state>, since(15).tag(1));
  m.field(named<&M::max_wait>);
  m.field(named<&M::min_bytes>);
  m.field(named<&M::max_bytes>, since(3));
  m.field(named<&M::isolation_level>, since(4));
  m.field(named<&M::session_id>, since(7));
  m.field(named<&M::session_epoch>, since(7));
  m.field(named<&M::topics>);
  m.field(named<&M::forgotten_topics_data>, since(7));
  m.field(named<&M::rack_id>, since(11));
}

template <class V>
void describe(Fields<V, FetchResponse::EpochEndOffset>& m) {
  using M = FetchResponse::EpochEndOffset;
  m.field(named<&M::epoch>);
  m.field(named<&M::end_offset>);
}

template <class V>
void describe(Fields<V, FetchResponse::SnapshotId>& m) {
  using M = FetchResponse::SnapshotId;
  m.field(named<&M::end_offset>);
  m.field(named<&M::epoch>);
}

template <class V>
void describe(Fields<V, FetchResponse::AbortedTransaction>& m) {
  using M = FetchResponse::AbortedTransaction;
  m.field(named<&M::producer_id>);
  m.field(named<&M::first_offset>);
}

template <class V>
void describe(Fields<V, FetchResponse::Partition>& m) {
  using M = FetchResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::high_watermark>);
  m.field(named<&M::last_stable_offset>, since(4));
  m.field(named<&M::log_start_offset>, since(5));
  m.field(named<&M::diverging_epoch>, since(12).tag(0));
  m.field(named<&M::current_leader>, since(12).tag(1));
  m.field(named<&M::snapshot_id>, since(12).tag(2));
  m.field(named<&M::aborted_transactions>, since(4));
  m.field(named<&M::preferred_read_replica>, since(11));
  m.field(named<&M::records>);
}

template <class V>
void describe(Fields<V, FetchResponse::Topic>& m) {
  using M = FetchResponse::Topic;
  m.field(named<&M::topic>, until(12));
  m.field(named<&M::topic_id>, since(13));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, FetchResponse>& m) {
  using M = FetchResponse;
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::error_code>, since(7));
  m.field(named<&M::session_id>, since(7));
  m.field(named<&M::responses>);
  m.field(named<&M::node_endpoints>, since(16).tag(0));
}

constinit const Entries fetch_entries =
    entries<FetchRequest, FetchResponse>({.oldest = 4, .newest = 18, .flexible = 12});

}  // namespace kafkasim::wire
