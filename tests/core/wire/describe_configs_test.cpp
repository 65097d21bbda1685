#include <catch2/catch.hpp>

#include "core/message/alter_configs.hpp"
#include "core/message/describe_configs.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("DescribeConfigs comes through the wire in every version as its projection") {
  check_message<DescribeConfigsRequest>();
  check_message<DescribeConfigsResponse>();
}

TEST_CASE("AlterConfigs comes through the wire in every version as its projection") {
  check_message<AlterConfigsRequest>();
  check_message<AlterConfigsResponse>();
}

TEST_CASE("IncrementalAlterConfigs comes through the wire in every version as its projection") {
  check_message<IncrementalAlterConfigsRequest>();
  check_message<IncrementalAlterConfigsResponse>();
}
