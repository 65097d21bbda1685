#include "core/message/describe_log_dirs.hpp"

#include <catch2/catch.hpp>

#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

namespace {

template <class T>
std::string hex_of(const T& message, std::int16_t version) {
  return to_hex(test::encoded(Message::of(message), version).bytes.span());
}

}  // namespace

TEST_CASE("DescribeLogDirs comes through the wire in every version as its projection") {
  check_message<DescribeLogDirsRequest>();
  check_message<DescribeLogDirsResponse>();
}

TEST_CASE("DescribeLogDirs of all topics is null and of none an empty list") {
  DescribeLogDirsRequest request;
  CHECK(hex_of(request, 1) == "ffffffff");
  CHECK(hex_of(request, 4) == "00" "00");
  request.topics.emplace();
  CHECK(hex_of(request, 1) == "00000000");
  CHECK(hex_of(request, 4) == "01" "00");
  request.topics->push_back({"a", {PartitionIndex{3}}});
  CHECK(hex_of(request, 1) == "00000001" "000161" "00000001" "00000003");
  CHECK(hex_of(request, 2) == "02" "0261" "02" "00000003" "00" "00");
}

TEST_CASE("a log directory tells its error from version 3 on at the top and its volume from version 4 on") {
  DescribeLogDirsResponse response{.error_code = ErrorCode::unknown_server_error};
  response.results.push_back({.log_dir = "/d", .total_bytes = 16, .usable_bytes = 9});
  response.results.back().topics.push_back({"a", {{PartitionIndex{2}, 300, 1, true}}});
  const std::string partition = "00000002" "000000000000012c" "0000000000000001" "01";
  // throttle time; the directory: no error, its path, one topic of one partition
  CHECK(hex_of(response, 1) == "00000000" "00000001" "0000" "00022f64" "00000001" "000161" "00000001" + partition);
  const std::string compact = "02" "0000" "032f64" "02" "0261" "02" + partition + "00" "00";
  CHECK(hex_of(response, 2) == "00000000" + compact + "00" "00");
  CHECK(hex_of(response, 3) == "00000000" "ffff" + compact + "00" "00");
  CHECK(hex_of(response, 4) == "00000000" "ffff" + compact + "0000000000000010" "0000000000000009" "00" "00");
}
