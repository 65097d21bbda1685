#include <catch2/catch.hpp>

#include "core/message/create_partitions.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("DeleteTopics comes through the wire in every version as its projection") {
  check_message<DeleteTopicsRequest>();
  check_message<DeleteTopicsResponse>();
}

TEST_CASE("CreatePartitions comes through the wire in every version as its projection") {
  check_message<CreatePartitionsRequest>();
  check_message<CreatePartitionsResponse>();
}

TEST_CASE("ListPartitionReassignments comes through the wire in every version as its projection") {
  check_message<ListPartitionReassignmentsRequest>();
  check_message<ListPartitionReassignmentsResponse>();
}

TEST_CASE("DeleteTopics names its topics in a plain list up to version 5 and may give ids later") {
  DeleteTopicsRequest request;
  request.topics = {{.name = "orders"}, {.name = std::nullopt, .topic_id = Uuid{1, 2}}};
  const Message message = Message::of(request);
  // two names, the second empty, for null cannot stand there; timeout 0
  CHECK(to_hex(test::encoded(message, 3).bytes.span()) == "00000002" "00066f7264657273" "0000" "00000000");
  CHECK(project(message, 6).as<DeleteTopicsRequest>() == request);
}
