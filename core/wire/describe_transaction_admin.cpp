// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_producers.hpp"
#include "core/message/describe_transactions.hpp"
#include "core/message/list_transactions.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DescribeTransactionsRequest>& m) {
  using M = DescribeTransactionsRequest;
  m.field(named<&M::transactional_ids>);
}

template <class V>
void describe(Fields<V, DescribeTransactionsResponse::Topic>& m) {
  using M = DescribeTransactionsResponse::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeTransactionsResponse::Transaction>& m) {
  using M = DescribeTransactionsResponse::Transaction;
  m.field(named<&M::error_code>);
  m.field(named<&M::transactional_id>);
  m.field(named<&M::transaction_state>);
  m.field(named<&M::transaction_timeout>);
  m.field(named<&M::transaction_start_time>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, DescribeTransactionsResponse>& m) {
  using M = DescribeTransactionsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::transaction_states>);
}

template <class V>
void describe(Fields<V, ListTransactionsRequest>& m) {
  using M = ListTransactionsRequest;
  m.field(named<&M::state_filters>);
  m.field(named<&M::producer_id_filters>);
  m.template field_as<std::int64_t>(named<&M::duration_filter>, since(1));
}

template <class V>
void describe(Fields<V, ListTransactionsResponse::Transaction>& m) {
  using M = ListTransactionsResponse::Transaction;
  m.field(named<&M::transactional_id>);
  m.field(named<&M::producer_id>);
  m.field(named<&M::transaction_state>);
}

template <class V>
void describe(Fields<V, ListTransactionsResponse>& m) {
  using M = ListTransactionsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::unknown_state_filters>);
  m.field(named<&M::transaction_states>);
}

template <class V>
void describe(Fields<V, DescribeProducersRequest::Topic>& m) {
  using M = DescribeProducersRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partition_indexes>);
}

template <class V>
void describe(Fields<V, DescribeProducersRequest>& m) {
  using M = DescribeProducersRequest;
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, DescribeProducersResponse::Producer>& m) {
  using M = DescribeProducersResponse::Producer;
  m.field(named<&M::producer_id>);
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::last_sequence>);
  m.field(named<&M::last_timestamp>);
  m.field(named<&M::coordinator_epoch>);
  m.field(named<&M::current_txn_start_offset>);
}

template <class V>
void describe(Fields<V, DescribeProducersResponse::Partition>& m) {
  using M = DescribeProducersResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::active_producers>);
}

template <class V>
void describe(Fields<V, DescribeProducersResponse::Topic>& m) {
  using M = DescribeProducersResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeProducersResponse>& m) {
  using M = DescribeProducersResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::topics>);
}

constinit const Entries describe_transactions_entries =
    entries<DescribeTransactionsRequest, DescribeTransactionsResponse>({.oldest = 0, .newest = 0, .flexible = 0});
constinit const Entries list_transactions_entries =
    entries<ListTransactionsRequest, ListTransactionsResponse>({.oldest = 0, .newest = 1, .flexible = 0});
constinit const Entries describe_producers_entries =
    entries<DescribeProducersRequest, DescribeProducersResponse>({.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
