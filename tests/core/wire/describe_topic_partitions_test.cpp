#include <catch2/catch.hpp>

#include "core/message/describe_topic_partitions.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("DescribeTopicPartitions comes through the wire in every version as its projection") {
  check_message<DescribeTopicPartitionsRequest>();
  check_message<DescribeTopicPartitionsResponse>();
}

TEST_CASE("A cursor that is null is told from one that is there") {
  DescribeTopicPartitionsRequest request{.topics = {{"a"}}, .response_partition_limit = 7};
  // one topic of one letter; limit 7; null; no tags
  CHECK(to_hex(test::encoded(Message::of(request), 0).bytes.span()) == "02" "0261" "00" "00000007" "ff" "00");
  request.cursor = TopicPartitionCursor{"a", PartitionIndex{3}};
  CHECK(to_hex(test::encoded(Message::of(request), 0).bytes.span()) == "02" "0261" "00" "00000007" "01" "0261" "00000003" "00" "00");
}
