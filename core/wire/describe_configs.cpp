// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_configs.hpp"

#include "core/message/alter_configs.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, DescribeConfigsRequest::Resource>& m) {
  using M = DescribeConfigsRequest::Resource;
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
  m.field(named<&M::configuration_keys>);
}

template <class V>
void describe(Fields<V, DescribeConfigsRequest>& m) {
  using M = DescribeConfigsRequest;
  m.field(named<&M::resources>);
  m.field(named<&M::include_synonyms>);
  m.field(named<&M::include_documentation>, since(3));
}

template <class V>
void describe(Fields<V, DescribeConfigsResponse::Synonym>& m) {
  using M = DescribeConfigsResponse::Synonym;
  m.field(named<&M::name>);
  m.field(named<&M::value>);
  m.field(named<&M::source>);
}

template <class V>
void describe(Fields<V, DescribeConfigsResponse::Config>& m) {
  using M = DescribeConfigsResponse::Config;
  m.field(named<&M::name>);
  m.field(named<&M::value>);
  m.field(named<&M::read_only>);
  m.field(named<&M::config_source>);
  m.field(named<&M::is_sensitive>);
  m.field(named<&M::synonyms>);
  m.field(named<&M::config_type>, since(3));
  m.field(named<&M::documentation>, since(3));
}

template <class V>
void describe(Fields<V, DescribeConfigsResponse::Result>& m) {
  using M = DescribeConfigsResponse::Result;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
  m.field(named<&M::configs>);
}

template <class V>
void describe(Fields<V, DescribeConfigsResponse>& m) {
  using M = DescribeConfigsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::results>);
}

template <class V>
void describe(Fields<V, AlterConfigsRequest::Config>& m) {
  using M = AlterConfigsRequest::Config;
  m.field(named<&M::name>);
  m.field(named<&M::value>);
}

template <class V>
void describe(Fields<V, AlterConfigsRequest::Resource>& m) {
  using M = AlterConfigsRequest::Resource;
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
  m.field(named<&M::configs>);
}

template <class V>
void describe(Fields<V, AlterConfigsRequest>& m) {
  using M = AlterConfigsRequest;
  m.field(named<&M::resources>);
  m.field(named<&M::validate_only>);
}

template <class V>
void describe(Fields<V, AlterConfigsResponse::Resource>& m) {
  using M = AlterConfigsResponse::Resource;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
}

template <class V>
void describe(Fields<V, AlterConfigsResponse>& m) {
  using M = AlterConfigsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::responses>);
}

template <class V>
void describe(Fields<V, IncrementalAlterConfigsRequest::Config>& m) {
  using M = IncrementalAlterConfigsRequest::Config;
  m.field(named<&M::name>);
  m.field(named<&M::config_operation>);
  m.field(named<&M::value>);
}

template <class V>
void describe(Fields<V, IncrementalAlterConfigsRequest::Resource>& m) {
  using M = IncrementalAlterConfigsRequest::Resource;
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
  m.field(named<&M::configs>);
}

template <class V>
void describe(Fields<V, IncrementalAlterConfigsRequest>& m) {
  using M = IncrementalAlterConfigsRequest;
  m.field(named<&M::resources>);
  m.field(named<&M::validate_only>);
}

template <class V>
void describe(Fields<V, IncrementalAlterConfigsResponse::Resource>& m) {
  using M = IncrementalAlterConfigsResponse::Resource;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
}

template <class V>
void describe(Fields<V, IncrementalAlterConfigsResponse>& m) {
  using M = IncrementalAlterConfigsResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::responses>);
}

constinit const Entries describe_configs_entries =
    entries<DescribeConfigsRequest, DescribeConfigsResponse>({.oldest = 1, .newest = 4, .flexible = 4});
constinit const Entries alter_configs_entries =
    entries<AlterConfigsRequest, AlterConfigsResponse>({.oldest = 0, .newest = 2, .flexible = 2});
constinit const Entries incremental_alter_configs_entries =
    entries<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>({.oldest = 0, .newest = 1, .flexible = 1});

}  // namespace kafkasim::wire
