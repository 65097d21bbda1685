#include <catch2/catch.hpp>

#include "core/message/describe_producers.hpp"
#include "core/message/describe_transactions.hpp"
#include "core/message/list_transactions.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("what administrators ask of transactions comes through the wire in every version as its projection") {
  check_message<DescribeTransactionsRequest>();
  check_message<DescribeTransactionsResponse>();
  check_message<ListTransactionsRequest>();
  check_message<ListTransactionsResponse>();
  check_message<DescribeProducersRequest>();
  check_message<DescribeProducersResponse>();
}
