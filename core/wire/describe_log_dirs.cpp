// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_log_dirs.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DescribeLogDirsRequest::Topic>& m) {
  using M = DescribeLogDirsRequest::Topic;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeLogDirsRequest>& m) {
  using M = DescribeLogDirsRequest;
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, DescribeLogDirsResponse::Partition>& m) {
  using M = DescribeLogDirsResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::partition_size>);
  m.field(named<&M::offset_lag>);
  m.field(named<&M::is_future_key>);
}

template <class V>
void describe(Fields<V, DescribeLogDirsResponse::Topic>& m) {
  using M = DescribeLogDirsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeLogDirsResponse::Result>& m) {
  using M = DescribeLogDirsResponse::Result;
  m.field(named<&M::error_code>);
  m.field(named<&M::log_dir>);
  m.field(named<&M::topics>);
  m.field(named<&M::total_bytes>, since(4));
  m.field(named<&M::usable_bytes>, since(4));
}

template <class V>
void describe(Fields<V, DescribeLogDirsResponse>& m) {
  using M = DescribeLogDirsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>, since(3));
  m.field(named<&M::results>);
}

constinit const Entries describe_log_dirs_entries =
    entries<DescribeLogDirsRequest, DescribeLogDirsResponse>({.oldest = 1, .newest = 4, .flexible = 2});

}  // namespace kafkasim::wire
