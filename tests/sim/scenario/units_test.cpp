#include "sim/scenario/units.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("a duration is read exactly in whole nanoseconds") {
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("10s") == seconds(10));
  CHECK(parse_duration("5m") == seconds(300));
  CHECK(parse_duration("1h") == seconds(3600));
  CHECK(parse_duration("7d") == seconds(7 * 86'400));
  CHECK(parse_duration("0.1ms") == microseconds(100));
  CHECK(parse_duration("200us") == microseconds(200));
  CHECK(parse_duration("1.000000001s") == nanoseconds(1'000'000'001));
  CHECK(parse_duration("0s") == Duration{});
  CHECK(parse_duration("36500d") == longest_duration);
}

TEST_CASE("what is no duration is told why") {
  for (const char* text : {"", "s", "10", "10 s", "10sec", "1.s", ".5s", "1e3s", "+1s", "0x1s", "1s ", "ten"}) {
    INFO(text);
    REQUIRE_FALSE(parse_duration(text).has_value());
    CHECK(parse_duration(text).error().message.find("is not a duration") != std::string::npos);
  }
  CHECK(parse_duration("-5s").error().message == "a duration must not be negative: '-5s'");
  for (const char* text : {"36501d", "9223372036854775808ns", "99999999999999999999999999d"}) {
    CHECK(parse_duration(text).error().message.find("this large") != std::string::npos);
  }
  CHECK(parse_duration("0.1ns").error().message.find("this fine") != std::string::npos);
}

TEST_CASE("a jump of a clock may go back and a drift is in parts per million") {
  CHECK(parse_signed_duration("-5s") == seconds(-5));
  CHECK(parse_signed_duration("0.1ms") == microseconds(100));
  CHECK(parse_signed_duration("--5s").error().message == "'--5s' is not a duration like \"250ms\" or \"-5s\"");
  CHECK(parse_drift("200ppm") == 200);
  CHECK(parse_drift("-999999ppm") == -999'999);
  CHECK(parse_drift("0ppm") == 0);
  for (const char* text : {"", "ppm", "200", "200 ppm", "0.5ppm", "1000000ppm", "--1ppm"}) {
    INFO(text);
    CHECK_FALSE(parse_drift(text).has_value());
  }
}

TEST_CASE("sizes and byte rates know powers of 1000 and of 1024") {
  CHECK(parse_size("200B") == 200);
  CHECK(parse_size("10MiB") == 10LL << 20);
  CHECK(parse_size("1GB") == 1'000'000'000);
  CHECK(parse_size("0.125KiB") == 128);
  CHECK(parse_size("0.9GiB") == 966'367'641);  // whole bytes
  CHECK(parse_size("1.0000000000000000009KiB") == 1024);
  CHECK(parse_byte_rate("0.3KiB/s") == 307);
  CHECK_FALSE(parse_size("0.3B").has_value());
  CHECK_FALSE(parse_size("8388608TiB").has_value());
  CHECK_FALSE(parse_size("-1B").has_value());
  CHECK_FALSE(parse_size("10").has_value());
  CHECK(parse_byte_rate("100MiB/s") == 100LL << 20);
  CHECK_FALSE(parse_byte_rate("100MiB").has_value());
  CHECK_FALSE(parse_byte_rate("0B/s").has_value());
}

TEST_CASE("a record rate is exact to the thousandth") {
  CHECK(parse_record_rate("1000/s") == RecordRate{1'000'000});
  CHECK(parse_record_rate("0.5/s") == RecordRate{500});
  CHECK(parse_record_rate("0/s") == RecordRate{0});
  CHECK_FALSE(parse_record_rate("0.0001/s").has_value());
  CHECK_FALSE(parse_record_rate("2000000000/s").has_value());
  CHECK_FALSE(parse_record_rate("1000").has_value());
  CHECK(parse_permille("1.5") == 1500);
  CHECK_FALSE(parse_permille("-1").has_value());
}

TEST_CASE("a range includes both ends and does not run backwards") {
  CHECK(parse_duration_range("0.2ms..1ms") == Range<Duration>{microseconds(200), milliseconds(1)});
  CHECK(parse_duration_range("3s") == Range<Duration>{seconds(3), seconds(3)});
  CHECK(parse_size_range("100B..300B") == Range<std::int64_t>{100, 300});
  CHECK_FALSE(parse_size_range("300B..100B").has_value());
  CHECK_FALSE(parse_duration_range("1s..").has_value());
  CHECK_FALSE(parse_duration_range("1s..2s..3s").has_value());
}

TEST_CASE("quantities are written back in the largest exact unit") {
  CHECK(format_duration(seconds(90)) == "90s");
  CHECK(format_duration(milliseconds(1500)) == "1500ms");
  CHECK(format_duration(microseconds(250)) == "250us");
  CHECK(format_duration(Duration{}) == "0s");
  CHECK(format_size(20LL << 20) == "20MiB");
  CHECK(format_size(1500) == "1500B");
}

TEST_CASE("foreign text is quoted without control characters and shortened between characters") {
  CHECK(quote("a\x1b[31mb") == "'a[31mb'");
  const std::string shortened = quote(std::string(79, 'x') + "\xc3\xa9 and more");
  CHECK(shortened == "'" + std::string(79, 'x') + "...'");
}
