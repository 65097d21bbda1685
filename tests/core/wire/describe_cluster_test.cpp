#include <catch2/catch.hpp>

#include "core/message/api_versions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/describe_cluster.hpp"
#include "core/message/metadata.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("Metadata comes through the wire in every version as its projection") {
  check_message<MetadataRequest>([](auto& m) { m.include_cluster_authorized_operations = false; });
  check_message<MetadataResponse>([](auto& m) { m.cluster_authorized_operations = authorized_operations_omitted; });
}

TEST_CASE("ApiVersions comes through the wire in every version as its projection") {
  check_message<ApiVersionsRequest>();
  check_message<ApiVersionsResponse>();
}

TEST_CASE("CreateTopics comes through the wire in every version as its projection") {
  check_message<CreateTopicsRequest>();
  check_message<CreateTopicsResponse>();
}

TEST_CASE("DescribeCluster comes through the wire in every version as its projection") {
  check_message<DescribeClusterRequest>();
  check_message<DescribeClusterResponse>();
}
