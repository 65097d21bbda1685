#include "core/model/error_code.hpp"

#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("every error code has its own name and number") {
  std::set<std::string> names;
  int count = 0;
  for (int number = -1; number < 200; ++number) {
    const ErrorCode code = error_by_number(static_cast<std::int16_t>(number));
    if (static_cast<int>(code) != number) {
      CHECK(code == ErrorCode::unknown_server_error);
      continue;
    }
    const std::string name{error_name(code)};
    CHECK(names.insert(name).second);
    CHECK(error_by_name(name) == code);
    ++count;
  }
  CHECK(count == 130);
  CHECK_FALSE(error_by_name("NO_SUCH_ERROR").has_value());
  CHECK(error_name(ErrorCode::not_leader_or_follower) == "NOT_LEADER_OR_FOLLOWER");
  CHECK(error_by_number(45) == ErrorCode::out_of_order_sequence_number);
}

TEST_CASE("clients try again after some errors and ask for metadata after others") {
  CHECK(is_retriable(ErrorCode::not_leader_or_follower));
  CHECK(invalidates_metadata(ErrorCode::not_leader_or_follower));
  CHECK(is_retriable(ErrorCode::request_timed_out));
  CHECK_FALSE(invalidates_metadata(ErrorCode::request_timed_out));
  CHECK(is_retriable(ErrorCode::not_enough_replicas));
  CHECK(is_retriable(ErrorCode::corrupt_message));
  CHECK_FALSE(is_retriable(ErrorCode::message_too_large));
  CHECK_FALSE(is_retriable(ErrorCode::invalid_producer_epoch));
  CHECK_FALSE(is_retriable(ErrorCode::none));
  for (int number = -1; number < 200; ++number) {
    const ErrorCode code = error_by_number(static_cast<std::int16_t>(number));
    if (invalidates_metadata(code)) CHECK(is_retriable(code));
  }
}
