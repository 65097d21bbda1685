#include "sim/logtool/json.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("bytes are text where they are UTF-8 and base64 where not and null where absent") {
  CHECK(bytes_json(std::nullopt).is_null());
  CHECK(bytes_json(as_bytes("h\u00e9\u20ac\U0001F600")) == "h\u00e9\u20ac\U0001F600");
  CHECK(bytes_json(as_bytes("\xff\xfe")).dump() == R"({"base64":"//4="})");
  CHECK(base64(as_bytes("")) == "");
  CHECK(base64(as_bytes("abc")) == "YWJj");
  CHECK(base64(as_bytes("a")) == "YQ==");
}

TEST_CASE("overlong forms and surrogates and cut characters are no UTF-8") {
  for (const std::string_view text :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    CHECK_FALSE(is_utf8(as_bytes(text)));
}

TEST_CASE("text for people escapes what would disturb a terminal") {
  CHECK(bytes_text(as_bytes("a\x1b[31m\n")) == "a\\x1b[31m\\x0a");
  CHECK(bytes_text(as_bytes("\xff")) == "0xff");
  CHECK(bytes_text(std::nullopt) == "null");
}

TEST_CASE("fields print as the tools of Kafka do") {
  CHECK(fields_text(Json{{"producer_id", 1}, {"last_offset", 7}, {"topic", "t"}})
        == "producerId: 1 lastOffset: 7 topic: t");
}
