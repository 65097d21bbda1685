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
  m.field(&M::topic_id, since(10));
  m.field(&M::name, since(0).null_since(10));
}

template <class V>
void describe(Fields<V, MetadataRequest>& m) {
  using M = MetadataRequest;
  m.field(&M::topics, since(0).null_since(1).all_if_empty());
  m.field(&M::allow_auto_topic_creation, since(4));
  m.field(&M::include_cluster_authorized_operations, between(8, 10));
  m.field(&M::include_topic_authorized_operations, since(8));
}

template <class V>
void describe(Fields<V, MetadataResponse::Broker>& m) {
  using M = MetadataResponse::Broker;
  m.field(&M::node_id);
  m.field(&M::host);
  m.template field_as<std::int32_t>(&M::port);
  m.field(&M::rack, since(1));
}

template <class V>
void describe(Fields<V, MetadataResponse::Partition>& m) {
  using M = MetadataResponse::Partition;
  m.field(&M::error_code);
  m.field(&M::partition_index);
  m.field(&M::leader_id);
  m.field(&M::leader_epoch, since(7));
  m.field(&M::replica_nodes);
  m.field(&M::isr_nodes);
  m.field(&M::offline_replicas, since(5));
}

template <class V>
void describe(Fields<V, MetadataResponse::Topic>& m) {
  using M = MetadataResponse::Topic;
  m.field(&M::error_code);
  m.field(&M::name, since(0).null_since(12));
  m.field(&M::topic_id, since(10));
  m.field(&M::is_internal, since(1));
  m.field(&M::partitions);
  m.field(&M::topic_authorized_operations, since(8));
}

template <class V>
void describe(Fields<V, MetadataResponse>& m) {
  using M = MetadataResponse;
  m.field(&M::throttle_time, since(3));
  m.field(&M::brokers);
  m.field(&M::cluster_id, since(2));
  m.field(&M::controller_id, since(1));
  m.field(&M::topics);
  m.field(&M::cluster_authorized_operations, between(8, 10));
  m.field(&M::error_code, since(13));
}

template <class V>
void describe(Fields<V, ApiVersionsRequest>& m) {
  using M = ApiVersionsRequest;
  m.field(&M::client_software_name, since(3));
  m.field(&M::client_software_version, since(3));
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::ApiVersion>& m) {
  using M = ApiVersionsResponse::ApiVersion;
  m.field(&M::api_key);
  m.field(&M::min_version);
  m.field(&M::max_version);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::SupportedFeature>& m) {
  using M = ApiVersionsResponse::SupportedFeature;
  m.field(&M::name);
  m.field(&M::min_version);
  m.field(&M::max_version);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse::FinalizedFeature>& m) {
  using M = ApiVersionsResponse::FinalizedFeature;
  m.field(&M::name);
  m.field(&M::max_version_level);
  m.field(&M::min_version_level);
}

template <class V>
void describe(Fields<V, ApiVersionsResponse>& m) {
  using M = ApiVersionsResponse;
  m.field(&M::error_code);
  m.field(&M::api_keys);
  m.field(&M::throttle_time, since(1));
  m.field(&M::supported_features, since(3).tag(0));
  m.field(&M::finalized_features_epoch, since(3).tag(1));
  m.field(&M::finalized_features, since(3).tag(2));
  m.field(&M::zk_migration_ready, since(3).tag(3));
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Assignment>& m) {
  using M = CreateTopicsRequest::Assignment;
  m.field(&M::partition_index);
  m.field(&M::broker_ids);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Config>& m) {
  using M = CreateTopicsRequest::Config;
  m.field(&M::name);
  m.field(&M::value);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest::Topic>& m) {
  using M = CreateTopicsRequest::Topic;
  m.field(&M::name);
  m.field(&M::num_partitions);
  m.field(&M::replication_factor);
  m.field(&M::assignments);
  m.field(&M::configs);
}

template <class V>
void describe(Fields<V, CreateTopicsRequest>& m) {
  using M = CreateTopicsRequest;
  m.field(&M::topics);
  m.field(&M::timeout);
  m.field(&M::validate_only, since(1));
}

template <class V>
void describe(Fields<V, CreateTopicsResponse::Config>& m) {
  using M = CreateTopicsResponse::Config;
  m.field(&M::name);
  m.field(&M::value);
  m.field(&M::read_only);
  m.field(&M::config_source);
  m.field(&M::is_sensitive);
}

template <class V>
void describe(Fields<V, CreateTopicsResponse::Topic>& m) {
  using M = CreateTopicsResponse::Topic;
  m.field(&M::name);
  m.field(&M::topic_id, since(7));
  m.field(&M::error_code);
  m.field(&M::error_message, since(1));
  m.field(&M::topic_config_error_code, since(5).tag(0));
  m.field(&M::num_partitions, since(5));
  m.field(&M::replication_factor, since(5));
  m.field(&M::configs, since(5));
}

template <class V>
void describe(Fields<V, CreateTopicsResponse>& m) {
  using M = CreateTopicsResponse;
  m.field(&M::throttle_time, since(2));
  m.field(&M::topics);
}

template <class V>
void describe(Fields<V, DescribeClusterRequest>& m) {
  using M = DescribeClusterRequest;
  m.field(&M::include_cluster_authorized_operations);
  m.field(&M::endpoint_type, since(1));
  m.field(&M::include_fenced_brokers, since(2));
}

template <class V>
void describe(Fields<V, DescribeClusterResponse::Broker>& m) {
  using M = DescribeClusterResponse::Broker;
  m.field(&M::broker_id);
  m.field(&M::host);
  m.template field_as<std::int32_t>(&M::port);
  m.field(&M::rack);
  m.field(&M::is_fenced, since(2));
}

template <class V>
void describe(Fields<V, DescribeClusterResponse>& m) {
  using M = DescribeClusterResponse;
  m.field(&M::throttle_time);
  m.field(&M::error_code);
  m.field(&M::error_message);
  m.field(&M::endpoint_type, since(1));
  m.field(&M::cluster_id);
  m.field(&M::controller_id);
  m.field(&M::brokers);
  m.field(&M::cluster_authorized_operations);
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
