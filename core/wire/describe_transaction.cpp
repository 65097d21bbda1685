// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/message/write_txn_markers.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, AddPartitionsToTxnRequest::Topic>& m) {
  using M = AddPartitionsToTxnRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnRequest::Transaction>& m) {
  using M = AddPartitionsToTxnRequest::Transaction;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::verify_only>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnRequest>& m) {
  using M = AddPartitionsToTxnRequest;
  m.first_flat(named<&M::transactions>, until(3), [](auto& own) {
    own.field(named<&M::Transaction::transactional_id>);
    own.field(named<&M::Transaction::producer_id>);
    own.field(named<&M::Transaction::producer_epoch>);
    own.field(named<&M::Transaction::topics>);
  });
  m.field(named<&M::transactions>, since(4));
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnResponse::Partition>& m) {
  using M = AddPartitionsToTxnResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::partition_error_code>);
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnResponse::Topic>& m) {
  using M = AddPartitionsToTxnResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::results_by_partition>);
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnResponse::Transaction>& m) {
  using M = AddPartitionsToTxnResponse::Transaction;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::topic_results>);
}

template <class V>
void describe(Fields<V, AddPartitionsToTxnResponse>& m) {
  using M = AddPartitionsToTxnResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>, since(4));
  m.first_flat(named<&M::results_by_transaction>, until(3), [](auto& own) { own.field(named<&M::Transaction::topic_results>); });
  m.field(named<&M::results_by_transaction>, since(4));
}

template <class V>
void describe(Fields<V, AddOffsetsToTxnRequest>& m) {
  using M = AddOffsetsToTxnRequest;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::group_id>);
}

template <class V>
void describe(Fields<V, AddOffsetsToTxnResponse>& m) {
  using M = AddOffsetsToTxnResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, EndTxnRequest>& m) {
  using M = EndTxnRequest;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::committed>);
}

template <class V>
void describe(Fields<V, EndTxnResponse>& m) {
  using M = EndTxnResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::producer_id>, since(5));
  m.field(named<&M::producer_epoch>, since(5));
}

template <class V>
void describe(Fields<V, WriteTxnMarkersRequest::Topic>& m) {
  using M = WriteTxnMarkersRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partition_indexes>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersRequest::Marker>& m) {
  using M = WriteTxnMarkersRequest::Marker;
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::transaction_result>);
  m.field(named<&M::topics>);
  m.field(named<&M::coordinator_epoch>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersRequest>& m) {
  using M = WriteTxnMarkersRequest;
  m.field(named<&M::markers>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersResponse::Partition>& m) {
  using M = WriteTxnMarkersResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersResponse::Topic>& m) {
  using M = WriteTxnMarkersResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersResponse::Marker>& m) {
  using M = WriteTxnMarkersResponse::Marker;
  m.field(named<&M::producer_id>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, WriteTxnMarkersResponse>& m) {
  using M = WriteTxnMarkersResponse;
  m.field(named<&M::markers>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitRequest::Partition>& m) {
  using M = TxnOffsetCommitRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::committed_offset>);
  m.field(named<&M::committed_leader_epoch>, since(2));
  m.field(named<&M::committed_metadata>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitRequest::Topic>& m) {
  using M = TxnOffsetCommitRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitRequest>& m) {
  using M = TxnOffsetCommitRequest;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::group_id>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::generation_id>, since(3));
  m.field(named<&M::member_id>, since(3));
  m.field(named<&M::group_instance_id>, since(3));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitResponse::Partition>& m) {
  using M = TxnOffsetCommitResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitResponse::Topic>& m) {
  using M = TxnOffsetCommitResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, TxnOffsetCommitResponse>& m) {
  using M = TxnOffsetCommitResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::topics>);
}

constinit const Entries add_partitions_to_txn_entries =
    entries<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>({.oldest = 0, .newest = 5, .flexible = 3});
constinit const Entries add_offsets_to_txn_entries =
    entries<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>({.oldest = 0, .newest = 4, .flexible = 3});
constinit const Entries end_txn_entries =
    entries<EndTxnRequest, EndTxnResponse>({.oldest = 0, .newest = 5, .flexible = 3});
constinit const Entries write_txn_markers_entries =
    entries<WriteTxnMarkersRequest, WriteTxnMarkersResponse>({.oldest = 1, .newest = 1, .flexible = 1});
constinit const Entries txn_offset_commit_entries =
    entries<TxnOffsetCommitRequest, TxnOffsetCommitResponse>({.oldest = 0, .newest = 5, .flexible = 3});

}  // namespace kafkasim::wire
