#include "core/model/setting_table.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("the nearest name is the one with the fewest changes and far ones do not count") {
  const std::vector<std::string_view> known{"acks", "linger.ms", "retries"};
  CHECK(nearest_name("linger.s", known) == "linger.ms");
  CHECK(nearest_name("ack", known) == "acks");
  CHECK(nearest_name("something.else.entirely", known).empty());
  CHECK(nearest_name(std::string(100'000, 'x'), known).empty());
}

TEST_CASE("a value is read from what a scenario or a request has and told as Kafka tells it") {
  CHECK(as_number(std::string{"-12"}) == -12);
  CHECK_FALSE(as_number(std::string{"12 "}));
  CHECK_FALSE(as_number(true));
  CHECK(as_bool(std::string{"true"}) == true);
  CHECK_FALSE(as_bool(std::string{"yes"}));
  CHECK(as_ratio(std::string{"0.25"}) == Ratio{250'000});
  CHECK_FALSE(as_ratio(std::string{"1.5"}));
  CHECK(text_of(Ratio{250'000}) == "0.25");
  CHECK(text_of(Ratio{0}) == "0.0");
  CHECK(text_of(seconds(3)) == "3000");
  CHECK(text_of(milliseconds(INT64_MAX)) == "9223372036854775807");
}
