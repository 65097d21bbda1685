// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/fetch.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, FetchRequest::ReplicaState>& m) {
  using M = FetchRequest::ReplicaState;
  m.field(&M::replica_id);
  m.field(&M::replica_epoch);
}

template <class V>
void describe(Fields<V, FetchRequest::Partition>& m) {
  using M = FetchRequest::Partition;
  m.field(&M::partition);
  m.field(&M::current_leader_epoch, since(9));
  m.field(&M::fetch_offset);
  m.field(&M::last_fetched_epoch, since(12));
  m.field(&M::log_start_offset, since(5));
  m.field(&M::partition_max_bytes);
  m.field(&M::replica_directory_id, since(17).tag(0));
  m.field(&M::high_watermark, since(18).tag(1).unless(INT64_MAX));
}

template <class V>
void describe(Fields<V, FetchRequest::Topic>& m) {
  using M = FetchRequest::Topic;
  m.field(&M::topic, until(12));
  m.field(&M::topic_id, since(13));
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, FetchRequest::ForgottenTopic>& m) {
  using M = FetchRequest::ForgottenTopic;
  m.field(&M::topic, until(12));
  m.field(&M::topic_id, since(13));
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, FetchRequest>& m) {
  using M = FetchRequest;
  m.field(&M::cluster_id, since(12).tag(0));
  m.flat(&M::replica_state, until(14), [](auto& s) { s.field(&M::ReplicaState::replica_id); });
  m.field(&M::replica_state, since(15).tag(1));
  m.field(&M::max_wait);
  m.field(&M::min_bytes);
  m.field(&M::max_bytes, since(3));
  m.field(&M::isolation_level, since(4));
  m.field(&M::session_id, since(7));
  m.field(&M::session_epoch, since(7));
  m.field(&M::topics);
  m.field(&M::forgotten_topics_data, since(7));
  m.field(&M::rack_id, since(11));
}

template <class V>
void describe(Fields<V, FetchResponse::EpochEndOffset>& m) {
  using M = FetchResponse::EpochEndOffset;
  m.field(&M::epoch);
  m.field(&M::end_offset);
}

template <class V>
void describe(Fields<V, FetchResponse::SnapshotId>& m) {
  using M = FetchResponse::SnapshotId;
  m.field(&M::end_offset);
  m.field(&M::epoch);
}

template <class V>
void describe(Fields<V, FetchResponse::AbortedTransaction>& m) {
  using M = FetchResponse::AbortedTransaction;
  m.field(&M::producer_id);
  m.field(&M::first_offset);
}

template <class V>
void describe(Fields<V, FetchResponse::Partition>& m) {
  using M = FetchResponse::Partition;
  m.field(&M::partition_index);
  m.field(&M::error_code);
  m.field(&M::high_watermark);
  m.field(&M::last_stable_offset, since(4));
  m.field(&M::log_start_offset, since(5));
  m.field(&M::diverging_epoch, since(12).tag(0));
  m.field(&M::current_leader, since(12).tag(1));
  m.field(&M::snapshot_id, since(12).tag(2));
  m.field(&M::aborted_transactions, since(4));
  m.field(&M::preferred_read_replica, since(11));
  m.field(&M::records);
}

template <class V>
void describe(Fields<V, FetchResponse::Topic>& m) {
  using M = FetchResponse::Topic;
  m.field(&M::topic, until(12));
  m.field(&M::topic_id, since(13));
  m.field(&M::partitions);
}

template <class V>
void describe(Fields<V, FetchResponse>& m) {
  using M = FetchResponse;
  m.field(&M::throttle_time, since(1));
  m.field(&M::error_code, since(7));
  m.field(&M::session_id, since(7));
  m.field(&M::responses);
  m.field(&M::node_endpoints, since(16).tag(0));
}

constinit const Entries fetch_entries =
    entries<FetchRequest, FetchResponse>({.oldest = 4, .newest = 18, .flexible = 12});

}  // namespace kafkasim::wire
