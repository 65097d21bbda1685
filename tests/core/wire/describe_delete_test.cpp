#include <catch2/catch.hpp>

#include "core/message/delete_records.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("DeleteRecords comes through the wire in every version as its projection") {
  check_message<DeleteRecordsRequest>();
  check_message<DeleteRecordsResponse>();
}
