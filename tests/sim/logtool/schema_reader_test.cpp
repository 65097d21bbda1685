#include "sim/logtool/schema_reader.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

Result<Json> read(std::string_view fields, std::int16_t version, ByteWriter& out, std::int16_t flexible_from = 1) {
  const StoredSchema schema{0, "test", 2, flexible_from, fields};
  const std::vector<std::byte> bytes = out.take();
  ByteReader in{bytes};
  return read_message(schema, version, in);
}

}  // namespace

TEST_CASE("fields stand in the versions that have them") {
  ByteWriter out;
  out.i32(5);
  CHECK(read("a i32, b i64 1+, c i16 2-2", 0, out)->dump() == R"({"a":5})");
}

TEST_CASE("lists and structs and null are told in fixed and in flexible versions") {
  ByteWriter fixed;
  fixed.i32(1);
  fixed.i16(1);
  fixed.bytes(as_bytes("x"));
  fixed.i16(-1);
  CHECK(read("l [{s string, t string}]", 0, fixed)->dump() == R"({"l":[{"s":"x","t":null}]})");
  ByteWriter flexible;
  flexible.unsigned_varint(2);  // one element
  flexible.unsigned_varint(2);  // one byte
  flexible.bytes(as_bytes("x"));
  flexible.unsigned_varint(0);  // null
  flexible.unsigned_varint(0);  // no tags of the element
  flexible.unsigned_varint(0);  // none of the message
  CHECK(read("l [{s string, t string}]", 1, flexible)->dump() == R"({"l":[{"s":"x","t":null}]})");
}

TEST_CASE("tagged fields that are known have their names and others their bytes") {
  ByteWriter out;
  out.unsigned_varint(2);
  out.unsigned_varint(0);
  out.unsigned_varint(2);
  out.i16(7);
  out.unsigned_varint(9);
  out.unsigned_varint(1);
  out.i8(10);
  CHECK(read("a i16 #0, b i32 #1", 1, out)->dump() == R"({"a":7,"unknownTaggedFields":{"9":"0a"}})");
}

TEST_CASE("a length beyond the end is an error and not an allocation") {
  ByteWriter out;
  out.i32(INT32_MAX);
  CHECK_FALSE(read("l [i64]", 0, out));
  ByteWriter text;
  text.i16(9);
  CHECK_FALSE(read("s string", 0, text));
  ByteWriter empty;
  CHECK_FALSE(read("a uuid", 0, empty));
}

TEST_CASE("a version that is not known is an error and what is left over is told") {
  ByteWriter out;
  CHECK_FALSE(read("a i8", 3, out));
  ByteWriter more;
  more.i16(3);
  CHECK(read("a i8", 0, more)->dump() == R"({"a":0,"trailingBytes":"03"})");
}

TEST_CASE("more tagged fields than any message has are an error and take no time") {
  ByteWriter out;
  out.unsigned_varint(1'000'000);
  CHECK_FALSE(read("a i16 #0", 1, out));
}
