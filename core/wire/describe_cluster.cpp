// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_cluster.hpp"

#include "core/message/api_versions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/metadata.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, MetadataRequest::Topic>& m) {
  using M = MetadataRequest::Topic;
  m.field(named<&M::topic_id>, since(10));
  m.field(named<&M::name>, since(0).null_since(10));
}

template <class V>
void describe(Fields<V, MetadataRequest>& m) {
  using M = MetadataRequest;
  m.field(named<&M::topics>, since(0).null_since(1).all_if_empty());
  m.field(named<&M::allow_auto_topic_creation>, since(4));
  m.field(named<&M::include_cluster_authorized_operations>, between(8, 10));
  m.field(named<&M::include_topic_authorized_operations>, since(8));
}

template <class V>
void describe(Fields<V, MetadataResponse::Broker>& m) {
  using M = MetadataResponse::Broker;
  m.field(named<&M::node_id>);
  m.field(named<&M::host>);
  m.template field_as<std::int32_t>(named<&M::port>);
  m.field(named<&M::rack>, since(1));
}

template <class V>
void describe(Fields<V, MetadataResponse::Partition>& m) {
  using M = MetadataResponse::Partition;
  m.field(named<&M::error_code>);
  m.field(named<&M::partition_index>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>, since(7));
  m.field(named<&M::replica_nodes>);
  m.field(named<&M::isr_nodes>);
  m.field(named<&M::offline_replicas>, since(5));
}

template <class V>
void describe(Fields<V, MetadataResponse::Topic>& m) {
  using M = MetadataResponse::Topic;
  m.field(named<&M::error_code>);
  m.field(named<&M::name>, since(0).null_since(12));
  m.field(named<&M::topic_id>, since(10));
  m.field(named<&M::is_internal>, since(1));
  m.field(named<&M::partitions>);
  m.field(named<&M::topic_authorized_operations>, since(8));
}

template <class V>
void describe(Fields<V, MetadataResponse>& m) {
  using M = MetadataResponse;
  m.field(named<&M::throttle_time>, since(3));
  m.field(named<&M::brokers>);
  m.field(named<&M::cluster_id>, since(2));
  m.field(named<&M::controller_id>, since(1));
  m.field(named<&M::topics>);
  m.field(named<&M::cluster_authorized_operations>, between(8, 10));
  m.field(named<&M::error_code>, since(13));
}

template <class V>
void describe(Fields<V, ApiVersionsRequest>& m) {
  using M = ApiVersionsRequest;
  m.field(named<&M::client_software_name>, since(3));
  m.field(named<&M::client_software_version>, since(3));
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::ApiVersion>& m) {
  using M = ApiVersionsResponse::ApiVersion;
  m.field(named<&M::api_key>);
  m.field(named<&M::min_version>);
  m.field(named<&M::max_version>);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::SupportedFeature>& m) {
  using M = ApiVersionsResponse::SupportedFeature;
  m.field(named<&M::name>);
  m.field(named<&M::min_version>);
  m.field(named<&M::max_version>);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::FinalizedFeature>& m) {
  using M = ApiVersionsResponse::FinalizedFeature;
  m.field(named<&M::name>);
  m.field(named<&M::max_version_level>);
  m.field(named<&M::min_version_level>);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse>& m) {
  using M = ApiVersionsResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::api_keys>);
  m.field(named<&M::throttle_time>, since(1));
  m.field(named<&M::supported_features>, since(3).tag(0));
  m.field(named<&M::finalized_features_epoch>, since(3).tag(1));
  m.field(named<&M::finalized_features>, since(3).tag(2));
  m.field(named<&M::zk_migration_ready>, since(3).tag(3));
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Assignment>& m) {
  using M = CreateTopicsRequest::Assignment;
  m.field(named<&M::partition_index>);
  m.field(named<&M::broker_ids>);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Config>& m) {
  using M = CreateTopicsRequest::Config;
  m.field(named<&M::name>);
  m.field(named<&M::value>);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Topic>& m) {
  using M = CreateTopicsRequest::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::num_partitions>);
  m.field(named<&M::replication_factor>);
  m.field(named<&M::assignments>);
  m.field(named<&M::configs>);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest>& m) {
  using M = CreateTopicsRequest;
  m.field(named<&M::topics>);
  m.field(named<&M::timeout>);
  m.field(named<&M::validate_only>, since(1));
}

template <class V>
void describe(Fields<V, CreateTopicsResponse::Config>& m) {
  using M = CreateTopicsResponse::Config;
  m.field(named<&M::name>);
  m.field(named<&M::value>);
  m.field(named<&M::read_only>);
  m.field(named<&M::config_source>);
  m.field(named<&M::is_sensitive>);
}

template <class V>
void describe(Fields<V, CreateTopicsResponse::Topic>& m) {
  using M = CreateTopicsResponse::Topic;
  m.field(named<&M::name>);
  m.field(named<&M::topic_id>, since(7));
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>, since(1));
  m.field(named<&M::topic_config_error_code>, since(5).tag(0));
  m.field(named<&M::num_partitions>, since(5));
  m.field(named<&M::replication_factor>, since(5));
  m.field(named<&M::configs>, since(5));
}

template <class V>
void describe(Fields<V, CreateTopicsResponse>& m) {
  using M = CreateTopicsResponse;
  m.field(named<&M::throttle_time>, since(2));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, DescribeClusterRequest>& m) {
  using M = DescribeClusterRequest;
  m.field(named<&M::include_cluster_authorized_operations>);
  m.field(named<&M::endpoint_type>, since(1));
  m.field(named<&M::include_fenced_brokers>, since(2));
}

template <class V>
void describe(Fields<V, DescribeClusterResponse::Broker>& m) {
  using M = DescribeClusterResponse::Broker;
  m.field(named<&M::broker_id>);
  m.field(named<&M::host>);
  m.template field_as<std::int32_t>(named<&M::port>);
  m.field(named<&M::rack>);
  m.field(named<&M::is_fenced>, since(2));
}

template <class V>
void describe(Fields<V, DescribeClusterResponse>& m) {
  using M = DescribeClusterResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
  m.field(named<&M::endpoint_type>, since(1));
  m.field(named<&M::cluster_id>);
  m.field(named<&M::controller_id>);
  m.field(named<&M::brokers>);
  m.field(named<&M::cluster_authorized_operations>);
}

constinit const Entries metadata_entries =
    entries<MetadataRequest, MetadataResponse>({.oldest = 0, .newest = 13, .flexible = 9});
constinit const Entries api_versions_entries =
    entries<ApiVersionsRequest, ApiVersionsResponse>({.oldest = 0, .newest = 4, .flexible = 3});
constinit const Entries create_topics_entries =
    entries<CreateTopicsRequest, CreateTopicsResponse>({.oldest = 2, .newest = 7, .flexible = 5});
constinit const Entries describe_cluster_entries =
    entries<DescribeClusterRequest, DescribeClusterResponse>({.oldest = 0, .newest = 2, .flexible = 0});

}  // namespace kafkasim::wire
